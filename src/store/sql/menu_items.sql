-- The links of a menu with what each leads to, whatever its kind: one statement for any number, of tables that Diesel would join one by one.
SELECT i.id, i.parent_id, i.label, i.url AS link,
  CASE WHEN i.section_id IS NOT NULL THEN 'section' WHEN i.page_id IS NOT NULL THEN 'page' WHEN i.article_id IS NOT NULL THEN 'article' WHEN i.tag_id IS NOT NULL THEN 'tag' END AS target,
  coalesce(s.id, p.id, a.id, t.id) AS target_id,
  coalesce(s.path, p.slug, a.slug, t.slug) AS target_slug,
  coalesce(s.name, p.title, a.title, t.name) AS target_title,
  home.path AS section_path,
  CASE WHEN i.page_id IS NOT NULL THEN coalesce(is_visible(p.published_at, NULL), false)
       WHEN i.article_id IS NOT NULL THEN coalesce(is_visible(a.published_at, a.withdrawn_at), false)
       ELSE true END AS is_visible
FROM menu_items i
LEFT JOIN sections s ON s.id = i.section_id
LEFT JOIN pages p ON p.id = i.page_id
LEFT JOIN articles a ON a.id = i.article_id
LEFT JOIN sections home ON home.id = a.section_id
LEFT JOIN tags t ON t.id = i.tag_id
WHERE i.menu_id = $1
ORDER BY i.position, i.id
