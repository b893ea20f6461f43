-- What mailings and coupons do to spending, from the source tables alone: no event log, no plan, no package code.
-- Till times are UTC; the shops are in New York, of which 2017's summer time is written out.
CREATE OR REPLACE TEMP TABLE trip AS
WITH basket AS (
  SELECT basket_id, any_value(household_id) AS household_id, min(transaction_timestamp) AS at_utc,
    round(sum(sales_value), 2) AS spent, round(sum(coupon_disc), 2) AS coupon,
    bool_and(coalesce(p.department = 'FUEL', FALSE)) AS fuel
  FROM transactions t LEFT JOIN products p USING (product_id) GROUP BY basket_id
)
SELECT household_id, spent, coupon, fuel, CAST(at_utc - CASE
    WHEN at_utc >= TIMESTAMP '2017-03-12 07:00:00' AND at_utc < TIMESTAMP '2017-11-05 06:00:00'
    THEN INTERVAL 4 HOUR ELSE INTERVAL 5 HOUR END AS DATE) AS day
FROM basket;

-- Known on the first day of campaign 8: shopped, fuelled or was mailed by then.
CREATE OR REPLACE TEMP TABLE known AS
SELECT household_id FROM trip WHERE day <= DATE '2017-05-08'
UNION SELECT household_id FROM campaigns JOIN campaign_descriptions USING (campaign_id)
WHERE start_date <= DATE '2017-05-08';

CREATE OR REPLACE TEMP TABLE mailed AS SELECT DISTINCT household_id FROM campaigns WHERE campaign_id = 8;

-- The week before the mailing, and each of the seven weeks of the campaign.
CREATE OR REPLACE TEMP TABLE by_week AS
SELECT k.household_id, m.household_id IS NOT NULL AS mailed,
  coalesce(sum(t.spent) FILTER (t.day BETWEEN DATE '2017-05-01' AND DATE '2017-05-07'), 0) AS before,
  coalesce(sum(t.spent) FILTER (t.day BETWEEN DATE '2017-05-08' AND DATE '2017-06-25'), 0) / 7 AS during
FROM known k LEFT JOIN mailed m USING (household_id)
LEFT JOIN trip t ON t.household_id = k.household_id AND NOT t.fuel
GROUP BY ALL ORDER BY 1;

-- Of the mailed: who redeemed a coupon of campaign 8, what was known of the eight weeks before, what they spent after.
CREATE OR REPLACE TEMP TABLE redeeming AS
WITH redeemed AS (SELECT DISTINCT household_id FROM coupon_redemptions
  WHERE campaign_id = 8 AND CAST(redemption_date AS DATE) BETWEEN DATE '2017-05-08' AND DATE '2017-06-25'),
earlier AS (SELECT DISTINCT household_id FROM coupon_redemptions
  WHERE CAST(redemption_date AS DATE) BETWEEN DATE '2017-03-13' AND DATE '2017-05-07'),
mailings AS (SELECT household_id, count(*) AS n FROM campaigns JOIN campaign_descriptions USING (campaign_id)
  WHERE start_date BETWEEN DATE '2017-03-13' AND DATE '2017-05-07' GROUP BY 1),
departments AS (SELECT household_id, count(*) AS n FROM (
    SELECT t.household_id, p.department, min(t.transaction_timestamp) AS first
    FROM transactions t JOIN products p USING (product_id)
    WHERE p.department NOT IN ('FUEL', 'COUPON', 'MISCELLANEOUS', 'CNTRL/STORE SUP', 'PROD-WHS SALES') GROUP BY 1, 2)
  WHERE first >= TIMESTAMP '2017-03-13 04:00:00' AND first < TIMESTAMP '2017-05-08 04:00:00' GROUP BY 1),
shopped AS (SELECT household_id,
    coalesce(sum(spent) FILTER (day BETWEEN DATE '2017-03-13' AND DATE '2017-05-07'), 0) AS spent,
    count(*) FILTER (day BETWEEN DATE '2017-03-13' AND DATE '2017-05-07') AS trips,
    count(*) FILTER (day BETWEEN DATE '2017-03-13' AND DATE '2017-05-07' AND coupon > 0) AS coupon_trips,
    coalesce(sum(spent) FILTER (day BETWEEN DATE '2017-06-26' AND DATE '2017-08-06'), 0) / 6 AS after
  FROM trip WHERE NOT fuel GROUP BY 1)
SELECT m.household_id, r.household_id IS NOT NULL AS redeemed, coalesce(s.after, 0) AS after,
  ln(1 + coalesce(s.spent, 0)) AS spent, ln(1 + coalesce(s.trips, 0)) AS trips,
  ln(1 + coalesce(s.coupon_trips, 0)) AS coupon_trips, ln(1 + coalesce(g.n, 0)) AS mailings,
  ln(1 + coalesce(d.n, 0)) AS departments, CAST(e.household_id IS NOT NULL AS INTEGER) AS earlier
FROM mailed m LEFT JOIN redeemed r USING (household_id) LEFT JOIN shopped s USING (household_id)
LEFT JOIN mailings g USING (household_id) LEFT JOIN departments d USING (household_id)
LEFT JOIN earlier e USING (household_id) ORDER BY 1;
