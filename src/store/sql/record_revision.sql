-- The article as it stands, relations included, as one JSON value: Diesel has no to_jsonb of a row.
INSERT INTO article_revisions (article_id, version, user_id, content)
SELECT a.id, a.version, $2, (to_jsonb(a) - 'search' - 'headline_terms') || jsonb_build_object(
  'sections', (SELECT coalesce(jsonb_agg(x.section_id ORDER BY x.position), '[]') FROM article_sections x WHERE x.article_id = a.id),
  'tags', (SELECT coalesce(jsonb_agg(x.tag_id ORDER BY x.position), '[]') FROM article_tags x WHERE x.article_id = a.id),
  'byline', (SELECT coalesce(jsonb_agg(jsonb_build_object('author', x.author_id, 'role', x.role) ORDER BY x.position), '[]') FROM bylines x WHERE x.article_id = a.id),
  'media', (SELECT coalesce(jsonb_agg(x.media_id ORDER BY x.position), '[]') FROM article_media x WHERE x.article_id = a.id),
  'source', (SELECT to_jsonb(x) - 'article_id' FROM article_sources x WHERE x.article_id = a.id))
FROM articles a
WHERE a.id = ANY($1)
ON CONFLICT (article_id, version) DO NOTHING
