-- References of several kinds at once; Diesel has no scalar subqueries over a row of unnest. What is bound comes last.
SELECT wanted.place, CASE
  WHEN wanted.id IS NOT NULL THEN CASE wanted.resource
    WHEN 'article' THEN (SELECT id FROM articles WHERE id = wanted.id)
    WHEN 'section' THEN (SELECT id FROM sections WHERE id = wanted.id)
    WHEN 'tag' THEN (SELECT id FROM tags WHERE id = wanted.id)
    WHEN 'author' THEN (SELECT id FROM authors WHERE id = wanted.id)
    WHEN 'source' THEN (SELECT id FROM sources WHERE id = wanted.id)
    WHEN 'media' THEN (SELECT id FROM media WHERE id = wanted.id)
    WHEN 'page' THEN (SELECT id FROM pages WHERE id = wanted.id)
    WHEN 'collection' THEN (SELECT id FROM collections WHERE id = wanted.id)
    WHEN 'menu' THEN (SELECT id FROM menus WHERE id = wanted.id)
  END
  ELSE coalesce(CASE wanted.resource
    WHEN 'article' THEN (SELECT id FROM articles WHERE slug = wanted.slug)
    WHEN 'section' THEN (SELECT id FROM sections WHERE path = wanted.slug)
    WHEN 'tag' THEN (SELECT id FROM tags WHERE slug = wanted.slug)
    WHEN 'author' THEN (SELECT id FROM authors WHERE slug = wanted.slug)
    WHEN 'source' THEN (SELECT id FROM sources WHERE slug = wanted.slug)
    WHEN 'page' THEN (SELECT id FROM pages WHERE slug = wanted.slug)
    WHEN 'collection' THEN (SELECT id FROM collections WHERE slug = wanted.slug)
    WHEN 'menu' THEN (SELECT id FROM menus WHERE slug = wanted.slug)
  END, (SELECT h.resource_id FROM slug_history h WHERE h.resource = wanted.resource AND h.slug = wanted.slug))
END
FROM (SELECT w.resource, w.slug, w.id, w.place FROM unnest(
