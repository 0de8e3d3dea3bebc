-- The article as it stands, relations included, as one JSON value: Diesel has no to_jsonb of a row. Column by column, since `search` is larger
-- than all the others together and would only be thrown away.
INSERT INTO article_revisions (article_id, version, user_id, content)
SELECT a.id, a.version, $2, to_jsonb(a) || jsonb_build_object(
  'sections', (SELECT coalesce(jsonb_agg(x.section_id ORDER BY x.position), '[]') FROM article_sections x WHERE x.article_id = a.id),
  'tags', (SELECT coalesce(jsonb_agg(x.tag_id ORDER BY x.position), '[]') FROM article_tags x WHERE x.article_id = a.id),
  'byline', (SELECT coalesce(jsonb_agg(jsonb_build_object('author', x.author_id, 'role', x.role) ORDER BY x.position), '[]') FROM bylines x WHERE x.article_id = a.id),
  'media', (SELECT coalesce(jsonb_agg(x.media_id ORDER BY x.position), '[]') FROM article_media x WHERE x.article_id = a.id),
  'source', (SELECT to_jsonb(x) - 'article_id' FROM article_sources x WHERE x.article_id = a.id))
FROM (
  SELECT id, slug, kind, language, status, title, kicker, standfirst, body, section_id, lead_media_id, canonical_url, seo_title, seo_description,
    is_breaking, is_featured, is_sponsored, translation_group_id, word_count, published_at, first_published_at, updated_at, withdrawn_at,
    created_by_id, version
  FROM articles
  WHERE id = ANY($1)
) AS a
ON CONFLICT (article_id, version) DO NOTHING
