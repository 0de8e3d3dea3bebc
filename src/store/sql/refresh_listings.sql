-- What should stand on which list, against what does: Diesel has no INSERT FROM a CTE beside a DELETE.
WITH listed AS (
  SELECT id, published_at, section_id FROM articles WHERE id = ANY($1) AND published_at IS NOT NULL AND withdrawn_at IS NULL
), wanted AS (
  SELECT list_id, published_at, article_id, bool_or(is_direct) AS is_direct
  FROM (
    SELECT up.id AS list_id, a.published_at, a.id AS article_id, up.id = s.id AS is_direct
    FROM listed a JOIN sections s ON s.id = a.section_id, unnest(s.ancestor_ids) AS up (id)
    UNION ALL
    SELECT up.id, a.published_at, a.id, up.id = s.id
    FROM listed a JOIN article_sections x ON x.article_id = a.id JOIN sections s ON s.id = x.section_id, unnest(s.ancestor_ids) AS up (id)
    UNION ALL
    SELECT x.tag_id, a.published_at, a.id, true FROM listed a JOIN article_tags x ON x.article_id = a.id
    UNION ALL
    SELECT x.author_id, a.published_at, a.id, true FROM listed a JOIN bylines x ON x.article_id = a.id
    UNION ALL
    SELECT x.source_id, a.published_at, a.id, true FROM listed a JOIN article_sources x ON x.article_id = a.id
  ) AS places
  GROUP BY list_id, published_at, article_id
), removed AS (
  DELETE FROM article_listings l
  WHERE l.article_id = ANY($1)
    AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.list_id = l.list_id AND w.published_at = l.published_at AND w.article_id = l.article_id)
)
INSERT INTO article_listings (list_id, published_at, article_id, is_direct)
SELECT list_id, published_at, article_id, is_direct FROM wanted
ON CONFLICT (list_id, published_at, article_id) DO UPDATE SET is_direct = excluded.is_direct
WHERE article_listings.is_direct IS DISTINCT FROM excluded.is_direct
