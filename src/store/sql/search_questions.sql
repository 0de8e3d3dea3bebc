-- What a text asks of each language of the site, and of articles in any other: Diesel has no set-returning functions.
SELECT asked.language, websearch_to_tsquery(search_config(coalesce(asked.language, '')), $1)::text AS query, now() AS at
FROM (
  SELECT unnest(CASE WHEN $2::text IS NULL THEN (SELECT languages FROM site) ELSE ARRAY[$2::text] END) AS language
  UNION ALL
  SELECT NULL WHERE $2::text IS NULL
) AS asked
ORDER BY asked.language
