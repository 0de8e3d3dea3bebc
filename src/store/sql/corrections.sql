-- A to-many relation inside the statement of its article: Diesel has no json_agg over a correlated subquery.
(SELECT coalesce(json_agg(json_build_object('id', c.id, 'at', c.corrected_at, 'text', c.text) ORDER BY c.corrected_at, c.id), '[]')
 FROM corrections c
 WHERE c.article_id = articles.id)
