-- A whole subtree at once, each row with values of its own: Diesel has no UPDATE FROM unnest.
UPDATE sections s
SET path = moved.path, ancestor_ids = $3 || s.ancestor_ids[$4 + 1:], version = s.version + (s.id <> ($3)[cardinality($3)])::int, updated_at = now()
FROM unnest($1, $2) AS moved (id, path)
WHERE s.id = moved.id
