-- A to-many relation inside the statement of its article: Diesel has no json_agg over a correlated subquery.
(SELECT coalesce(json_agg(json_build_object('id', t.id, 'name', t.name, 'slug', t.slug) ORDER BY l.position), '[]')
 FROM article_tags l JOIN tags t ON t.id = l.tag_id
 WHERE l.article_id = articles.id)
