-- A to-many relation inside the statement of its article: Diesel has no json_agg over a correlated subquery.
(SELECT coalesce(json_agg(json_build_object('id', s.id, 'name', s.name, 'path', s.path) ORDER BY l.position), '[]')
 FROM article_sections l JOIN sections s ON s.id = l.section_id
 WHERE l.article_id = articles.id)
