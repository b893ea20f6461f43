-- The event log: one row an event, in the order in which the log keeps equal times (rank within a moment).
--
-- mailing ontvangen             campaigns: the campaign's start date, 00:00 shop time
-- winkelbezoek                  one per basket that holds more than fuel
-- tankbeurt                     one per basket of fuel alone
-- bon ingeleverd                coupon_redemptions; for the time of day see source.sql
-- eerste aankoop op afdeling    the household's first line of a department in the data (not ever: they start in
--                               2017); fuel and what is no shop department (coupons, supplies, sundries) left out
-- actie afgelopen               the campaign's end date, 23:59:59 shop time, where that lies within the data
CREATE TABLE events AS
WITH happened AS (
  SELECT c.household_id, to_utc(d.start_date) AS moment, 0 AS rank, 'mailing ontvangen' AS touchpoint,
    'mailing' AS channel, c.campaign_id, d.campaign_type, NULL AS store_id, NULL AS department,
    NULL AS value, NULL AS departments, NULL AS private_share, NULL AS coupon_discount, c.campaign_id AS sequence
  FROM campaigns c JOIN campaign_descriptions d USING (campaign_id)
  UNION ALL
  SELECT household_id, bought_at, 1, CASE WHEN fuel_only THEN 'tankbeurt' ELSE 'winkelbezoek' END,
    CASE WHEN fuel_only THEN 'tankstation' ELSE 'winkel' END, NULL, NULL, store_id, NULL,
    value, departments, private_share, coupon_discount, basket_id
  FROM baskets
  UNION ALL
  SELECT household_id, redeemed_at, 2, 'bon ingeleverd', 'winkel', campaign_id, campaign_type, NULL, NULL,
    NULL, NULL, NULL, NULL, coupon_upc
  FROM redemptions
  UNION ALL
  SELECT household_id, min(bought_at), 3, 'eerste aankoop op afdeling', 'winkel', NULL, NULL,
    arg_min(store_id, bought_at), department, NULL, NULL, NULL, NULL, min(basket_id)
  FROM lines
  WHERE department NOT IN ('FUEL', 'COUPON', 'MISCELLANEOUS', 'CNTRL/STORE SUP', 'PROD-WHS SALES')
  GROUP BY household_id, department
  UNION ALL
  SELECT c.household_id, to_utc(d.end_date + INTERVAL 86399 SECOND), 4, 'actie afgelopen', NULL,
    c.campaign_id, d.campaign_type, NULL, NULL, NULL, NULL, NULL, NULL, c.campaign_id
  FROM campaigns c JOIN campaign_descriptions d USING (campaign_id) WHERE d.end_date <= DATE '2017-12-31'
)
SELECT 'huishouden ' || e.household_id AS huishouden,
  e.moment AT TIME ZONE 'UTC' AS tijdstip,
  e.touchpoint AS contactmoment, e.channel AS kanaal,
  'campagne ' || e.campaign_id AS campagne,
  e.campaign_type AS campagnetype,
  'winkel ' || e.store_id AS filiaal,
  e.department AS afdeling,
  CASE WHEN e.value IS NULL THEN NULL
       WHEN e.value < 10 THEN 'tot 10 dollar'
       WHEN e.value < 50 THEN '10 tot 50 dollar'
       ELSE '50 dollar en meer' END AS bedragklasse,
  CAST(e.value AS DOUBLE) AS bedrag,
  CAST(e.departments AS DOUBLE) AS aantal_afdelingen,
  CAST(e.private_share AS DOUBLE) AS huismerkaandeel,
  CASE WHEN e.coupon_discount IS NULL THEN NULL WHEN e.coupon_discount > 0 THEN 'ja' ELSE 'nee' END AS coupon_op_bon,
  h.family AS gezin
FROM happened e JOIN households h USING (household_id)
ORDER BY e.household_id, e.moment, e.rank, e.department, e.campaign_id, e.sequence;
