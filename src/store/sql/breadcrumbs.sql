-- The primary section with all above it, the root first: Diesel has no unnest WITH ORDINALITY.
(SELECT coalesce(json_agg(json_build_object('id', s.id, 'name', s.name, 'path', s.path) ORDER BY up.place), '[]')
 FROM sections leaf, unnest(leaf.ancestor_ids) WITH ORDINALITY AS up (id, place) JOIN sections s ON s.id = up.id
 WHERE leaf.id = articles.section_id)
