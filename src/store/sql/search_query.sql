-- What was typed, as every language of the publication reads it, and as it stands: Diesel has no text search.
SELECT string_agg(DISTINCT '(' || read.query::text || ')', ' | ') AS query, now() AS at
FROM (
  SELECT websearch_to_tsquery(search_config(language), $1) AS query
  FROM unnest(CASE WHEN $2::text IS NULL THEN (SELECT languages FROM site) ELSE ARRAY[$2::text] END) AS language
  UNION
  SELECT websearch_to_tsquery('simple', $1) WHERE $2::text IS NULL
) AS read
WHERE numnode(read.query) > 0
