-- The newest of an article's section, then of those above it: Diesel has no LATERAL.
-- How far a section is searched for the article's language is bounded. What is bound stands before this file.
, me AS MATERIALIZED (
  SELECT a.id, a.language, a.section_id, a.translation_group_id FROM wanted JOIN articles a ON a.id = wanted.id
)
SELECT found.id
FROM me JOIN sections s ON s.id = me.section_id
CROSS JOIN LATERAL unnest(s.ancestor_ids) WITH ORDINALITY AS up (id, depth)
CROSS JOIN LATERAL (
  SELECT a.id, a.published_at
  FROM (
    SELECT l.article_id, l.published_at FROM article_listings l WHERE l.list_id = up.id AND l.published_at <= now()
    ORDER BY l.published_at DESC, l.article_id DESC LIMIT 500
  ) AS newest JOIN articles a ON a.id = newest.article_id
  WHERE is_visible(a.published_at, a.withdrawn_at) AND a.language = me.language AND a.id <> me.id
    AND (a.translation_group_id = me.translation_group_id) IS NOT TRUE
    AND a.id <> ALL ((SELECT excluded FROM wanted)::uuid[])
    -- What a licence leaves.
  ORDER BY newest.published_at DESC, newest.article_id DESC LIMIT (SELECT most FROM wanted)
) AS found
GROUP BY found.id, found.published_at
ORDER BY max(up.depth) DESC, found.published_at DESC, found.id DESC LIMIT (SELECT most FROM wanted)
