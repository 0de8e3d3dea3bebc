-- A to-many relation inside the statement of its article: Diesel has no json_agg over a correlated subquery.
(SELECT coalesce(json_agg(json_build_object('language', t.language, 'id', t.id, 'slug', t.slug, 'title', t.title) ORDER BY t.language, t.id), '[]')
 FROM articles t
 WHERE t.translation_group_id = articles.translation_group_id AND t.id <> articles.id AND is_visible(t.published_at, t.withdrawn_at))
