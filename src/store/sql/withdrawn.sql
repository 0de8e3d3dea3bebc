-- What readers no longer see, by the change log: Diesel has no DISTINCT ON over operators of JSON.
SELECT gone.id, gone.at, gone.reason
FROM (
  SELECT DISTINCT ON (c.resource_id) c.resource_id AS id, c.occurred_at AS at,
    CASE WHEN c.action = 'withdrawn' AND a.first_published_at IS NOT NULL THEN c.reason END AS reason
  FROM changes c LEFT JOIN articles a ON a.id = c.resource_id
  WHERE c.resource = 'article' AND c.action IN ('withdrawn', 'deleted')
    AND c.occurred_at > now() - interval '30 days'
    AND ($1 IS NULL OR c.details -> 'lists' ? $1)
    AND ($2 IS NULL OR coalesce(c.details ->> 'language', $2) = $2)
    AND jsonb_array_length(coalesce(c.details -> 'lists', '[]')) > 0
    AND (a.id IS NULL OR (a.first_published_at IS NOT NULL AND is_visible(a.published_at, a.withdrawn_at) IS NOT TRUE))
  ORDER BY c.resource_id, c.id DESC
) AS gone
ORDER BY gone.at DESC, gone.id
LIMIT 1000
