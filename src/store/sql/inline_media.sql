-- A to-many relation inside the statement of its article: Diesel has no json_agg over a correlated subquery.
(SELECT coalesce(json_agg(to_json(m) ORDER BY l.position), '[]')
 FROM article_media l JOIN media m ON m.id = l.media_id
 WHERE l.article_id = articles.id)
