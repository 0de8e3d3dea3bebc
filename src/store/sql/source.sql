-- An optional relation inside the statement of its article, so that lists without it need no join.
(SELECT json_build_object('id', s.id, 'slug', s.slug, 'name', s.name, 'url', coalesce(l.url, s.url), 'kind', l.kind, 'rights', l.rights)
 FROM article_sources l JOIN sources s ON s.id = l.source_id
 WHERE l.article_id = articles.id)
