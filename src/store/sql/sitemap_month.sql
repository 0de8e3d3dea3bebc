-- The articles of a month, or of one part of it: Diesel has no arithmetic over the bytes of an id.
-- The last bytes of an id are random, whenever it was made, so that parts are alike and an article never moves to another.
SELECT a.id, a.slug, s.path, a.language, greatest(a.updated_at, a.published_at) AS changed_at, m.url AS image_url,
  coalesce((
    SELECT json_agg(json_build_object('id', t.id, 'language', t.language, 'slug', t.slug, 'path', ts.path) ORDER BY t.language, t.id)
    FROM articles t JOIN sections ts ON ts.id = t.section_id
    WHERE t.translation_group_id = a.translation_group_id AND t.id <> a.id AND is_visible(t.published_at, t.withdrawn_at)
  ), '[]') AS translations
FROM articles a
JOIN sections s ON s.id = a.section_id
LEFT JOIN media m ON m.id = a.lead_media_id AND m.kind = 'image'
WHERE a.published_at >= $1::timestamp AT TIME ZONE 'UTC' AND a.published_at < ($1::timestamp + interval '1 month') AT TIME ZONE 'UTC'
  AND is_visible(a.published_at, a.withdrawn_at)
  AND (a.canonical_url IS NULL OR a.canonical_url = (SELECT url FROM site) || '/' || s.path || '/' || a.slug)
  AND ($3 = 1 OR (get_byte(uuid_send(a.id), 14) * 256 + get_byte(uuid_send(a.id), 15)) % $3 = $2)
ORDER BY a.published_at DESC, a.id DESC
LIMIT 50000
