-- Per household what it did itself: trips and fillings from the receipts, coupons from the redemptions.
CREATE OR REPLACE TEMP VIEW did AS
WITH baskets AS (
  SELECT t.household_id, t.basket_id, min(t.transaction_timestamp) AS shopped_at, round(sum(t.sales_value), 2) AS value,
    bool_and(coalesce(p.department = 'FUEL', FALSE)) AS fuel
  FROM transactions t LEFT JOIN products p USING (product_id) GROUP BY ALL
), coupons AS (SELECT household_id, count(*) AS n FROM coupon_redemptions GROUP BY ALL)
SELECT b.household_id, coalesce(any_value(c.n), 0) AS coupons,
  count(*) FILTER (fuel) AS fillings, count(*) FILTER (NOT fuel) AS trips,
  floor(epoch((SELECT max(shopped_at) FROM baskets) - max(shopped_at)) / 86400) AS days,
  avg(value) AS value, avg(CAST(value < 10 AS INTEGER)) AS small
FROM baskets b LEFT JOIN coupons c USING (household_id) GROUP BY b.household_id;
