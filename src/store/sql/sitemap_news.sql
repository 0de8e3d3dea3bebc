-- What was new in the last two days: Diesel has no arithmetic over intervals.
SELECT a.id, a.slug, s.path, a.language, a.title, coalesce(a.first_published_at, a.published_at) AS published_at,
  greatest(a.updated_at, a.published_at) AS changed_at, m.url AS image_url
FROM articles a
JOIN sections s ON s.id = a.section_id
LEFT JOIN media m ON m.id = a.lead_media_id AND m.kind = 'image'
WHERE is_visible(a.published_at, a.withdrawn_at)
  AND a.published_at > now() - interval '48 hours' AND coalesce(a.first_published_at, a.published_at) > now() - interval '48 hours'
  AND NOT a.is_sponsored
  AND (a.canonical_url IS NULL OR a.canonical_url = (SELECT url FROM site) || '/' || s.path || '/' || a.slug)
ORDER BY a.published_at DESC, a.id DESC
LIMIT 1000
