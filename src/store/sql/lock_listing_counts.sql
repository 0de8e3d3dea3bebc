-- The counters that the articles' lists have or will have, locked in one order for all writers: Diesel has no ordered lock over a set-returning function.
SELECT 1 FROM listing_counts c
WHERE c.list_id IN (
  SELECT list_id FROM article_listings WHERE article_id = ANY($1)
  UNION SELECT unnest(s.ancestor_ids) FROM articles a JOIN sections s ON s.id = a.section_id WHERE a.id = ANY($1)
  UNION SELECT unnest(s.ancestor_ids) FROM article_sections x JOIN sections s ON s.id = x.section_id WHERE x.article_id = ANY($1)
  UNION SELECT tag_id FROM article_tags WHERE article_id = ANY($1)
  UNION SELECT author_id FROM bylines WHERE article_id = ANY($1)
  UNION SELECT source_id FROM article_sources WHERE article_id = ANY($1)
)
ORDER BY c.list_id
FOR UPDATE
