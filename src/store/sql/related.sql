-- An article with everything that might be related to it: Diesel has no LATERAL, and no LIMIT within a UNION.
-- Each pool is a bounded walk along an index, outwards from the article's own date, so that the cost does not grow with
-- the archive. What is bound, the article, stands before this file.
, me AS MATERIALIZED (
  SELECT a.id, a.language, a.section_id, a.translation_group_id, least(coalesce(a.published_at, now()), now()) AS at
  FROM wanted JOIN articles a ON a.id = wanted.id
), site_size AS MATERIALIZED (
  -- Every article stands under a root section.
  SELECT greatest(sum(c.articles), 10)::float8 AS articles
  FROM sections s JOIN listing_counts c ON c.list_id = s.id WHERE s.parent_id IS NULL
), my_tags AS MATERIALIZED (
  -- 1 is a tag of this article alone, 0 a tag of every article.
  SELECT t.tag_id, greatest(0, 1 - ln(greatest(c.articles, 1)) / ln(site_size.articles)) AS rarity
  FROM me JOIN article_tags t ON t.article_id = me.id JOIN listing_counts c ON c.list_id = t.tag_id CROSS JOIN site_size
  ORDER BY c.articles, t.tag_id LIMIT 8
), pool AS MATERIALIZED (
  SELECT article_id, min(pick) AS pick, sum(rarity) AS shared_rarity, bool_or(in_section) AS in_section, bool_or(is_near) AS is_near
  FROM (
    SELECT p.related_id AS article_id, p.position AS pick, 0::float8 AS rarity, false AS in_section, false AS is_near
    FROM me JOIN related_picks p ON p.article_id = me.id
    UNION ALL
    SELECT found.article_id, NULL, t.rarity, false, false
    FROM me CROSS JOIN my_tags t CROSS JOIN LATERAL (
      (SELECT l.article_id FROM article_listings l WHERE l.list_id = t.tag_id AND l.published_at <= me.at
       ORDER BY l.published_at DESC, l.article_id DESC LIMIT 30)
      UNION ALL
      (SELECT l.article_id FROM article_listings l WHERE l.list_id = t.tag_id AND l.published_at > me.at AND l.published_at <= now()
       ORDER BY l.published_at, l.article_id LIMIT 20)
    ) AS found
    UNION ALL
    SELECT found.article_id, NULL, 0, true, false
    FROM me CROSS JOIN LATERAL (
      (SELECT l.article_id FROM article_listings l WHERE l.list_id = me.section_id AND l.published_at <= me.at
       ORDER BY l.published_at DESC, l.article_id DESC LIMIT 50)
      UNION ALL
      (SELECT l.article_id FROM article_listings l WHERE l.list_id = me.section_id AND l.published_at > me.at AND l.published_at <= now()
       ORDER BY l.published_at, l.article_id LIMIT 30)
    ) AS found
    UNION ALL
    SELECT found.id, NULL, 0, false, true
    FROM me CROSS JOIN LATERAL (
      (SELECT a.id FROM articles a WHERE a.language = me.language AND a.withdrawn_at IS NULL AND a.published_at <= me.at
       ORDER BY a.published_at DESC, a.id DESC LIMIT 120)
      UNION ALL
      (SELECT a.id FROM articles a WHERE a.language = me.language AND a.withdrawn_at IS NULL AND a.published_at > me.at AND a.published_at <= now()
       ORDER BY a.published_at, a.id LIMIT 120)
    ) AS found
    UNION ALL
    SELECT me.id, NULL, 0, false, false FROM me
  ) AS found
  GROUP BY article_id
)
SELECT a.id, a.title, a.headline_terms, coalesce(a.published_at, me.at), a.section_id = me.section_id, pool.pick, pool.shared_rarity, pool.is_near
FROM pool CROSS JOIN me JOIN articles a ON a.id = pool.article_id
WHERE a.id = me.id
   OR (is_visible(a.published_at, a.withdrawn_at)
       AND (pool.pick IS NOT NULL
            OR (a.language = me.language AND (a.translation_group_id = me.translation_group_id) IS NOT TRUE)))
