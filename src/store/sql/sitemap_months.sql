-- The months that have something to read, and when each last changed: Diesel has no LATERAL. Two looks into indexes a month.
SELECT m.month, m.articles, last.at
FROM published_months m
CROSS JOIN LATERAL (
  SELECT greatest(a.updated_at, a.published_at) AS at FROM articles a
  WHERE month_of(a.published_at) = m.month AND is_visible(a.published_at, a.withdrawn_at)
  ORDER BY a.updated_at DESC LIMIT 1
) AS last
WHERE m.articles > 0
ORDER BY m.month DESC
