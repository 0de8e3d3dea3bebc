-- Grouping that depends on what is asked: Diesel has none.
SELECT k.id AS key_id, k.prefix, u.day,
  CASE WHEN $4 THEN u.operation ELSE '' END AS operation,
  CASE WHEN $5 THEN u.article_id ELSE '00000000-0000-0000-0000-000000000000' END AS article_id,
  sum(u.requests)::bigint AS requests
FROM api_keys k JOIN key_usage u ON u.key_id = k.id
WHERE k.partner_id = $1 AND u.day BETWEEN $2 AND $3
GROUP BY 1, 2, 3, 4, 5
ORDER BY u.day, k.id, 4, 5
LIMIT $6
