-- How well each match answers: Diesel has neither weights for ts_rank nor arithmetic over intervals.
-- A headline that answers the whole question counts for half, and what is new up to three times as much as what is old: half of
-- the difference is gone after a month.
SELECT id, score
FROM (
  SELECT m.id, round(1000000 * (
      0.5 * least(ts_rank('{0.1, 0.2, 0.6, 1}', m.search, asked.query), 1)
      + CASE WHEN ts_filter(m.search, '{a}') @@ asked.query THEN 0.5 ELSE 0 END
    ) * (0.33 + 0.67 * exp(-0.0231 * greatest(0, extract(epoch FROM asked.at - m.published_at)::float8 / 86400))))::bigint AS score
  FROM matches m CROSS JOIN asked
) AS scored
