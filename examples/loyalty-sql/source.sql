-- What the source tables say, one row a thing that happened. Tables of the source: transactions, products,
-- campaigns, campaign_descriptions, coupon_redemptions, demographics.
--
-- Till times are written in UTC. Redemption dates and campaign dates are days in the shops' own time: read as
-- New York time, all 2,102 redemptions fall on a day on which the household shopped; read as UTC, 1,869 do.
-- The year has one summer-time stretch, written out so that no time-zone table is needed.
CREATE MACRO summer_utc(moment) AS
  moment >= TIMESTAMP '2017-03-12 07:00:00' AND moment < TIMESTAMP '2017-11-05 06:00:00';
CREATE MACRO to_local(moment) AS moment - CASE WHEN summer_utc(moment) THEN INTERVAL 4 HOUR ELSE INTERVAL 5 HOUR END;
CREATE MACRO to_utc(moment) AS moment + CASE
  WHEN moment >= TIMESTAMP '2017-03-12 03:00:00' AND moment < TIMESTAMP '2017-11-05 01:00:00'
  THEN INTERVAL 4 HOUR ELSE INTERVAL 5 HOUR END;

CREATE TABLE lines AS
SELECT t.household_id, t.basket_id, t.store_id, t.product_id, t.sales_value, t.retail_disc, t.coupon_disc,
  t.transaction_timestamp AS bought_at, p.department, p.brand, p.product_category AS category
FROM transactions t LEFT JOIN products p USING (product_id);

CREATE TABLE baskets AS
SELECT basket_id,
  any_value(household_id) AS household_id,
  any_value(store_id) AS store_id,
  min(bought_at) AS bought_at,
  to_local(min(bought_at)) AS bought_local,
  round(sum(sales_value), 2) AS value,
  round(sum(coupon_disc), 2) AS coupon_discount,
  count(DISTINCT department) AS departments,
  round(coalesce(sum(sales_value) FILTER (brand = 'Private'), 0) / nullif(sum(sales_value), 0), 4) AS private_share,
  bool_and(coalesce(department = 'FUEL', FALSE)) AS fuel_only
FROM lines GROUP BY basket_id;

-- The segments follow from the demographics alone; 1,668 households have none.
CREATE TABLE households AS
SELECT h.household_id, d.age, d.marital_status, d.kids_count,
  CASE WHEN d.kids_count IN ('2', '3+') THEN 'twee of meer kinderen'
       WHEN d.kids_count IN ('0', '1') THEN 'geen of één kind'
       ELSE 'onbekend' END AS family
FROM (SELECT DISTINCT household_id FROM transactions) h LEFT JOIN demographics d USING (household_id);

-- A redemption has a date and no time. It gets the time of that day's basket with most coupon discount (the
-- earliest of equals); without such a basket that of the day's last basket; without any basket, the day's end.
CREATE TABLE redemptions AS
SELECT r.household_id, r.campaign_id, r.coupon_upc, d.campaign_type, CAST(r.redemption_date AS DATE) AS day,
  CASE WHEN max(b.coupon_discount) > 0 THEN 'couponmand'
       WHEN count(b.basket_id) > 0 THEN 'laatste mand'
       ELSE 'einde dag' END AS time_from,
  CASE WHEN max(b.coupon_discount) > 0
       THEN arg_max(b.bought_at, struct_pack(discount := b.coupon_discount, earlier := -epoch_us(b.bought_at)))
       WHEN count(b.basket_id) > 0 THEN max(b.bought_at)
       ELSE to_utc(CAST(CAST(r.redemption_date AS DATE) AS TIMESTAMP) + INTERVAL 86399 SECOND)
  END AS redeemed_at
FROM coupon_redemptions r
JOIN campaign_descriptions d USING (campaign_id)
LEFT JOIN baskets b ON b.household_id = r.household_id
  AND CAST(b.bought_local AS DATE) = CAST(r.redemption_date AS DATE)
GROUP BY r.household_id, r.campaign_id, r.coupon_upc, d.campaign_type, r.redemption_date;
