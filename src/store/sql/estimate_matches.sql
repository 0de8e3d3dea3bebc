-- How many articles there are and how many of them hold some words, as the planner believes: Diesel has no EXPLAIN as a query.
EXPLAIN (FORMAT JSON)
SELECT id FROM articles WHERE withdrawn_at IS NULL
UNION ALL
SELECT id FROM articles WHERE withdrawn_at IS NULL AND search @@ $1::tsquery
