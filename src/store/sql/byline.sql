-- A to-many relation inside the statement of its article: Diesel has no json_agg over a correlated subquery.
(SELECT coalesce(json_agg(json_build_object('id', a.id, 'name', a.name, 'slug', a.slug, 'kind', a.kind, 'role', b.role) ORDER BY b.position), '[]')
 FROM bylines b JOIN authors a ON a.id = b.author_id
 WHERE b.article_id = articles.id)
