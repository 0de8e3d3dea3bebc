-- What readers no longer see, by the change log: Diesel has no DISTINCT ON over operators of JSON.
-- $3: whether a licence is asked, which then narrows by sections ($4), genres ($5), languages ($6) and outlets ($7), where each is not null;
-- $8: by how many minutes its present is ahead of the readers'. Of what is deleted only the lists and the language are known.
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
    AND (NOT $3 OR (
      ($4 IS NULL OR c.details -> 'lists' ?| $4)
      AND ($5 IS NULL OR a.id IS NULL OR a.kind = ANY($5))
      AND ($6 IS NULL OR c.details ->> 'language' IS NULL
        OR ARRAY[lower(c.details ->> 'language'), split_part(lower(c.details ->> 'language'), '-', 1)] && $6)
      AND NOT EXISTS (SELECT 1 FROM article_sources o WHERE o.article_id = a.id AND (o.rights = 'no_syndication' OR o.source_id <> ALL($7)))
      AND (a.id IS NULL OR a.first_published_at <= c.occurred_at + make_interval(mins => $8))
    ))
  ORDER BY c.resource_id, c.id DESC
) AS gone
ORDER BY gone.at DESC, gone.id
LIMIT 100
