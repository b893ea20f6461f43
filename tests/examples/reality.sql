-- The supermarket's runs, written over the source tables alone: what the map's reality rows must say.
-- A run: a household with two children or more, in one campaign of type A, from the first day to the last.
-- Steps by time: trips (baskets with more than fuel), coupons, first lines of a department, baskets of fuel alone.
-- Within one basket the trip comes first, then its coupons, then what was new.
CREATE TABLE run AS
WITH shop AS (
  SELECT household_id, basket_id, any_value(transaction_timestamp) AS at, sum(coupon_disc) AS coupon,
    count(*) FILTER (department = 'FUEL') = count(*) AS fuel
  FROM transactions LEFT JOIN products USING (product_id) GROUP BY household_id, basket_id
), departments AS (
  SELECT household_id, department, min(transaction_timestamp) AS at
  FROM transactions JOIN products USING (product_id)
  WHERE department NOT IN ('FUEL', 'COUPON', 'MISCELLANEOUS', 'CNTRL/STORE SUP', 'PROD-WHS SALES')
  GROUP BY household_id, department
), ranked AS (
  SELECT r.household_id, r.campaign_id, r.coupon_upc, s.at,
    row_number() OVER (
      PARTITION BY r.household_id, r.campaign_id, r.coupon_upc, r.redemption_date
      ORDER BY s.coupon > 0 DESC, CASE WHEN s.coupon > 0 THEN round(s.coupon, 2) END DESC,
        CASE WHEN s.coupon > 0 THEN epoch_us(s.at) ELSE -epoch_us(s.at) END
    ) AS place
  FROM coupon_redemptions r
  JOIN shop s ON s.household_id = r.household_id
    AND CAST(timezone('America/New_York', timezone('UTC', s.at)) AS DATE) = CAST(r.redemption_date AS DATE)
), window_of AS (
  SELECT c.household_id, c.campaign_id,
    timezone('UTC', timezone('America/New_York', d.start_date)) AS opens,
    timezone('UTC', timezone('America/New_York', d.end_date + INTERVAL 1 DAY)) - INTERVAL 1 SECOND AS closes
  FROM campaigns c
  JOIN campaign_descriptions d USING (campaign_id)
  JOIN demographics p ON p.household_id = c.household_id AND p.kids_count IN ('2', '3+')
  WHERE d.campaign_type = 'Type A'
)
SELECT w.*,
  (SELECT list(s.at ORDER BY s.at) FROM shop s
   WHERE s.household_id = w.household_id AND NOT s.fuel AND s.at BETWEEN w.opens AND w.closes) AS trips,
  coalesce((SELECT list(r.at ORDER BY r.at) FROM ranked r
   WHERE r.household_id = w.household_id AND r.campaign_id = w.campaign_id AND r.place = 1), []) AS coupons,
  coalesce((SELECT list(d.at ORDER BY d.at) FROM departments d
   WHERE d.household_id = w.household_id AND d.at BETWEEN w.opens AND w.closes), []) AS news,
  coalesce((SELECT list(s.at ORDER BY s.at) FROM shop s
   WHERE s.household_id = w.household_id AND s.fuel AND s.at BETWEEN w.opens AND w.closes), []) AS fuels
FROM window_of w;

-- Per run and step: first and last time seen, how often, the first other step after the first time, whether another
-- step came after the last time, and whether the run came back to it.
CREATE TABLE seen AS
SELECT household_id, campaign_id, 'mailing' AS step, opens AS first, 1 AS times, trips[1] AS next,
  len(trips) > 0 AS went_on, FALSE AS came_back
FROM run
UNION ALL
SELECT household_id, campaign_id, 'winkelen', trips[1], 1,
  least(trips[2], list_filter(coupons, lambda c: c >= trips[1])[1], list_filter(news, lambda c: c >= trips[1])[1]),
  len(trips) > 1 OR len(coupons) > 0 OR len(news) > 0, FALSE
FROM run WHERE len(trips) > 0
UNION ALL
SELECT household_id, campaign_id, 'bon-inleveren', coupons[1], len(coupons),
  least(list_filter(trips, lambda t: t > coupons[1])[1], list_filter(news, lambda t: t >= coupons[1])[1]),
  trips[-1] > coupons[-1] OR coalesce(news[-1] >= coupons[-1], FALSE),
  len(list_distinct(coupons)) > 1
FROM run WHERE len(coupons) > 0
UNION ALL
SELECT household_id, campaign_id, 'terugkomen', trips[2], len(trips) - 1,
  least(list_filter(coupons, lambda c: c >= trips[2])[1], list_filter(news, lambda c: c >= trips[2])[1]),
  coalesce(coupons[-1] >= trips[-1], FALSE) OR coalesce(news[-1] >= trips[-1], FALSE),
  len(list_filter(list_concat(coupons, news), lambda c: c >= trips[2] AND c < trips[-1])) > 0
FROM run WHERE len(trips) > 1
UNION ALL
SELECT household_id, campaign_id, 'nieuwe-afdeling', news[1], len(news),
  least(list_filter(trips, lambda t: t > news[1])[1], list_filter(coupons, lambda t: t > news[1])[1]),
  coalesce(trips[-1] > news[-1], FALSE) OR coalesce(coupons[-1] > news[-1], FALSE),
  len(list_distinct(news)) > 1
FROM run WHERE len(news) > 0;

-- What the map allows, read from its words for these runs. After the mailing comes the first trip, then a second one. A
-- first coupon may come after any trip: after the first by its place, later by the declared way back; once it came, more
-- may come at any time. Here every first coupon is handed in on a trip. A new department may come after the second trip,
-- as often as it likes. What is left to go wrong is a new department on the first trip, or no second trip.
CREATE TABLE judged AS
SELECT household_id, campaign_id, len(trips) < 2 AS missing,
  coalesce(news[1] < trips[2], FALSE) AS too_early,
  -- Leaving out one that came too early costs one, and so does a second trip imagined before it. With several too early
  -- the imagined trip is cheaper: another order. With one: another order when it comes nowhere else, else once too often.
  coalesce(len(list_filter(news, lambda c: c < trips[2])) = 1 AND news[-1] >= trips[2], FALSE) AS too_often,
  len(coupons) = 0 OR list_contains(trips, coupons[1]) AS coupon_in_place
FROM run;
