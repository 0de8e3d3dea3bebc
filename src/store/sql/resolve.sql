-- Everything that a path may stand for or have stood for, the surest first: Diesel has no UNION over literals and tables of other shapes.
-- $1 the path without slashes at its ends, $2 its last segment, $3 and $4 the kind and slug that its first segment says, $5 the path on the former site.
SELECT found.resource, found.id FROM (
  SELECT 1 AS rank, 'article'::resource_kind AS resource, a.id FROM articles a JOIN sections s ON s.id = a.section_id WHERE a.slug = $2 AND s.path || '/' || a.slug = $1
  UNION ALL SELECT 2, 'section', id FROM sections WHERE path = $1
  UNION ALL SELECT 2, 'page', id FROM pages WHERE slug = $1
  UNION ALL SELECT 2, 'tag', id FROM tags WHERE $3 = 'tag' AND slug = $4
  UNION ALL SELECT 2, 'author', id FROM authors WHERE $3 = 'author' AND slug = $4
  UNION ALL SELECT 2, 'collection', id FROM collections WHERE $3 = 'collection' AND slug = $4
  UNION ALL SELECT 3, resource, resource_id FROM legacy_paths WHERE path = $5
  UNION ALL SELECT 4, resource, resource_id FROM legacy_paths WHERE path = '/' || $1
  UNION ALL SELECT 4, resource, resource_id FROM slug_history WHERE resource = 'section' AND slug = $1
  UNION ALL SELECT 4, resource, resource_id FROM slug_history WHERE resource = 'page' AND slug = $1
  UNION ALL SELECT 4, resource, resource_id FROM slug_history WHERE resource IN ('tag', 'author', 'collection') AND resource::text = $3 AND slug = $4
  UNION ALL SELECT 5, 'article', id FROM articles WHERE slug = $2
  UNION ALL SELECT 6, resource, resource_id FROM slug_history WHERE resource = 'article' AND slug = $2
) AS found
ORDER BY found.rank
LIMIT 12
