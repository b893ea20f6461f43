-- What the findings are computed from: one row a household, and one row a run (household and campaign of type A).
--
-- Trips are baskets that hold more than fuel. Whoever has no value for a field is left out of that field alone.
CREATE TABLE trips AS SELECT * FROM baskets WHERE NOT fuel_only;

CREATE TABLE household_facts AS
WITH by_trip AS (
  SELECT household_id,
    count(*) / 12.0 AS trips_per_month,
    avg(value) AS basket_value,
    sum(value) / 12.0 AS spend_per_month,
    avg(CAST(value >= 50 AS INTEGER)) AS big_trip_share,
    avg(CAST(coupon_discount > 0 AS INTEGER)) AS coupon_trip_share,
    avg(CAST(dayofweek(bought_local) IN (0, 6) AS INTEGER)) AS weekend_share
  FROM trips GROUP BY household_id
), by_line AS (
  SELECT household_id,
    count(DISTINCT department) FILTER (
      department NOT IN ('FUEL', 'COUPON', 'MISCELLANEOUS', 'CNTRL/STORE SUP', 'PROD-WHS SALES')) AS departments,
    count(DISTINCT product_id) AS products,
    coalesce(sum(sales_value) FILTER (brand = 'Private'), 0) / nullif(sum(sales_value), 0) AS private_share,
    sum(retail_disc) / nullif(sum(sales_value) + sum(retail_disc), 0) AS card_discount_share,
    coalesce(sum(sales_value) FILTER (category LIKE 'FLUID MILK%'), 0) / nullif(sum(sales_value), 0) AS milk_share,
    coalesce(sum(sales_value) FILTER (category = 'COLD CEREAL'), 0) / nullif(sum(sales_value), 0) AS cereal_share
  FROM lines WHERE department IS DISTINCT FROM 'FUEL' GROUP BY household_id
), mailed AS (
  SELECT household_id, count(*) AS mailings,
    count(*) FILTER (campaign_type = 'Type A') AS type_a
  FROM campaigns JOIN campaign_descriptions USING (campaign_id) GROUP BY household_id
), redeemed AS (
  SELECT household_id, count(*) FILTER (campaign_type = 'Type A') AS type_a FROM redemptions GROUP BY household_id
)
SELECT h.*, by_trip.* EXCLUDE (household_id), by_line.* EXCLUDE (household_id),
  coalesce(m.mailings, 0) AS mailings,
  CASE WHEN m.type_a > 0 THEN CAST(coalesce(r.type_a, 0) > 0 AS INTEGER) END AS redeemed_any
FROM households h
LEFT JOIN by_trip USING (household_id) LEFT JOIN by_line USING (household_id)
LEFT JOIN mailed m USING (household_id) LEFT JOIN redeemed r USING (household_id)
ORDER BY h.household_id;

CREATE TABLE run_facts AS
WITH runs AS (
  SELECT c.household_id, h.family, c.campaign_id,
    to_utc(d.start_date) AS started, to_utc(d.end_date + INTERVAL 86399 SECOND) AS ended
  FROM campaigns c JOIN campaign_descriptions d USING (campaign_id) JOIN households h USING (household_id)
  WHERE d.campaign_type = 'Type A'
), shopped AS (
  SELECT r.household_id, r.campaign_id, count(*) AS trips, min(t.bought_at) AS first_trip
  FROM runs r JOIN trips t ON t.household_id = r.household_id AND t.bought_at BETWEEN r.started AND r.ended
  GROUP BY ALL
), returned AS (
  SELECT r.household_id, r.campaign_id, min(t.bought_at) AS second_trip
  FROM shopped r JOIN runs USING (household_id, campaign_id)
  JOIN trips t ON t.household_id = r.household_id AND t.bought_at > r.first_trip AND t.bought_at <= runs.ended
  GROUP BY ALL
), cashed AS (
  SELECT household_id, campaign_id, count(*) AS coupons, count(DISTINCT redeemed_at) AS moments,
    min(redeemed_at) AS first_coupon, max(redeemed_at) AS last_coupon
  FROM redemptions WHERE campaign_type = 'Type A' GROUP BY ALL
), first_lines AS (
  SELECT household_id, department, min(bought_at) AS first_bought FROM lines
  WHERE department NOT IN ('FUEL', 'COUPON', 'MISCELLANEOUS', 'CNTRL/STORE SUP', 'PROD-WHS SALES') GROUP BY ALL
), explored AS (
  SELECT r.household_id, r.campaign_id, count(*) AS new_departments
  FROM runs r JOIN first_lines f ON f.household_id = r.household_id AND f.first_bought BETWEEN r.started AND r.ended
  GROUP BY ALL
)
SELECT r.household_id, r.family, r.campaign_id, coalesce(s.trips, 0) AS trips,
  epoch(s.first_trip - r.started) / 86400.0 AS days_to_trip,
  epoch(b.second_trip - s.first_trip) / 86400.0 AS days_to_return,
  coalesce(c.coupons, 0) AS coupons,
  coalesce(c.moments, 0) AS coupon_moments,
  epoch(c.first_coupon - r.started) / 86400.0 AS days_to_coupon,
  CASE WHEN c.coupons > 0 THEN CAST(c.first_coupon = s.first_trip AS INTEGER) END AS coupon_on_first_trip,
  coalesce(e.new_departments, 0) AS new_departments
FROM runs r LEFT JOIN shopped s USING (household_id, campaign_id)
LEFT JOIN returned b USING (household_id, campaign_id) LEFT JOIN cashed c USING (household_id, campaign_id)
LEFT JOIN explored e USING (household_id, campaign_id)
ORDER BY r.household_id, r.campaign_id;
