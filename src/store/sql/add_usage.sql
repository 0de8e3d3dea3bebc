-- Counts of any number of rows in one statement; a key that was deleted meanwhile is left out.
INSERT INTO key_usage AS u (key_id, day, operation, article_id, requests)
SELECT k.id, c.day, c.operation, c.article_id, c.requests
FROM unnest($1, $2, $3, $4, $5) AS c (key_id, day, operation, article_id, requests) JOIN api_keys k ON k.id = c.key_id
ON CONFLICT (key_id, day, operation, article_id) DO UPDATE SET requests = u.requests + excluded.requests
