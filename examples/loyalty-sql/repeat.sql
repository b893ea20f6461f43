-- Repeat buying: the weeks of 2017 in which a household made a trip (more than fuel), and what it spent in each.
--
-- Weeks are counted from 1 January, in shop time: 0 to 51, and one day. The first 39 are learned from, the 13 after
-- them are held out.
CREATE TABLE shopping_weeks AS
SELECT household_id, CAST(date_diff('day', DATE '2017-01-01', CAST(bought_local AS DATE)) // 7 AS INTEGER) AS week,
  sum(value) AS value
FROM baskets WHERE NOT fuel_only GROUP BY ALL;

-- frequency: weeks with a trip after the first such week; recency: weeks from the first to the last of them;
-- age: weeks from the first to the last week learned from; made: weeks with a trip among those held out.
CREATE TABLE came_back AS
SELECT household_id,
  count(*) FILTER (week < 39) - 1 AS frequency,
  max(week) FILTER (week < 39) - min(week) AS recency,
  38 - min(week) AS age,
  count(*) FILTER (week BETWEEN 39 AND 51) AS made,
  (sum(value) FILTER (week < 39) - arg_min(value, week)) / nullif(count(*) FILTER (week < 39) - 1, 0) AS week_value
FROM shopping_weeks GROUP BY household_id HAVING min(week) < 38 ORDER BY household_id;
