-- Articles whose time came between two moments of a scope's present, and by no write: who published them said so before that time.
-- Diesel cannot say the moved times. $1, $2: from and until; $3: by how many minutes the scope is ahead. The predicate follows.
SELECT articles.id, articles.slug, articles.published_at - make_interval(mins => $3) AS due_at
FROM articles
WHERE articles.withdrawn_at IS NULL
  AND articles.published_at > $1 + make_interval(mins => $3) AND articles.published_at <= $2 + make_interval(mins => $3)
  AND NOT EXISTS (
    SELECT 1 FROM changes c
    WHERE c.resource_id = articles.id AND c.resource = 'article' AND c.action IN ('published', 'created')
      AND c.occurred_at >= articles.published_at - make_interval(mins => $3))
  AND
