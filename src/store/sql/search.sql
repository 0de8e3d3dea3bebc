-- Ranked full text over bounded candidates: Diesel has no text search operators. Not kept prepared on purpose: the planner must see
-- the words, to walk the newest articles for a frequent one and the inverted index for a rare one.
-- $1 the query as tsquery text, $2 when the search began, $3 and $4 score and id of the last hit before this page, $5 how many, $6 to $12 the filters.
WITH candidates AS MATERIALIZED (
  SELECT a.id
  FROM articles a
  WHERE a.withdrawn_at IS NULL AND a.published_at <= $2 AND is_visible(a.published_at, a.withdrawn_at)
    AND a.search @@ $1::tsquery
    AND ($6::text IS NULL OR a.language = $6)
    AND ($7::text IS NULL OR a.kind = $7::article_kind)
    AND ($8::timestamptz IS NULL OR a.published_at >= $8)
    AND ($9::timestamptz IS NULL OR a.published_at < $9)
    AND ($10::uuid IS NULL OR EXISTS (SELECT 1 FROM article_listings l WHERE l.list_id = $10 AND l.article_id = a.id AND l.published_at = a.published_at))
    AND ($11::uuid IS NULL OR EXISTS (SELECT 1 FROM article_listings l WHERE l.list_id = $11 AND l.article_id = a.id AND l.published_at = a.published_at))
    AND ($12::uuid IS NULL OR EXISTS (SELECT 1 FROM article_listings l WHERE l.list_id = $12 AND l.article_id = a.id AND l.published_at = a.published_at))
  ORDER BY a.published_at DESC, a.id DESC
  LIMIT 1000
), ranked AS (
  SELECT a.id,
    -- Twice as good when it is fresh; half of that bonus is gone after thirty days, so an old article with the word in its title still wins.
    ts_rank_cd('{0.05, 0.2, 0.5, 1.0}', a.search, $1::tsquery, 1)::float8
      * (1 + exp(-ln(2::float8) * greatest(0, extract(epoch FROM $2 - a.published_at)::float8) / 2592000)) AS score
  FROM candidates c JOIN articles a ON a.id = c.id
)
SELECT id, score
FROM ranked
WHERE $3::float8 IS NULL OR (score, id) < ($3, $4::uuid)
ORDER BY score DESC, id DESC
LIMIT $5
