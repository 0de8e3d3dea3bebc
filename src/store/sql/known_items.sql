-- Diesel has no LATERAL. One look into the key for each item: with `= ANY`, a table that was empty when the planner last saw it is read from end to end.
SELECT i.external_id, i.resource, i.resource_id, i.content_hash
FROM unnest($2) AS asked (external_id), LATERAL (
  SELECT * FROM imported_items x WHERE x.origin = $1 AND x.external_id = asked.external_id LIMIT 1
) AS i
