-- How well each match answers: Diesel has neither weights for ts_rank nor arithmetic over intervals.
-- A headline that answers the whole question counts for half. What is new counts up to three times as much as what is old: most of
-- the difference is halved in a month, the rest in two years.
SELECT id, score
FROM (
  SELECT m.id, round(1000000000 * (
      0.5 * least(ts_rank('{0.1, 0.2, 0.6, 1}', m.search, asked.query), 1)
      + CASE WHEN ts_filter(m.search, '{a}') @@ asked.query THEN 0.5 ELSE 0 END
    ) * (0.33 + 0.54 * power(0.5::float8, age.days / 30) + 0.13 * power(0.5::float8, age.days / 730)))::bigint AS score
  FROM matches m CROSS JOIN asked
  CROSS JOIN LATERAL (SELECT greatest(0, extract(epoch FROM asked.at - m.published_at))::float8 / 86400 AS days) AS age
) AS scored
