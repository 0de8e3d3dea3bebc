-- An entry for each article of a list: Diesel has no INSERT FROM with a JSON object made of columns.
INSERT INTO changes (resource, resource_id, action, details)
SELECT 'article', a.id, 'updated', jsonb_build_object('slug', a.slug, 'language', a.language, 'lists', jsonb_build_array(l.list_id), 'before', NULL)
FROM article_listings l JOIN articles a ON a.id = l.article_id
WHERE l.list_id = $1
ORDER BY a.id
