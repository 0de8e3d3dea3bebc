-- Which changes were of an article that a scope saw just before. The tables that the predicate of visibility reads are replaced by what
-- was written down of the article then, so that there is no second predicate; times are moved, for it compares them with the present.
WITH facts AS (
  SELECT id, before, now() - changed_at AS since FROM webhook_changes WHERE id = ANY($1) AND before IS NOT NULL
), articles AS (
  SELECT id, (before ->> 'published_at')::timestamptz + since AS published_at, (before ->> 'withdrawn_at')::timestamptz AS withdrawn_at,
    (before ->> 'kind')::article_kind AS kind, before ->> 'language' AS language
  FROM facts
), article_sources AS (
  SELECT id AS article_id, (before ->> 'source_id')::uuid AS source_id, (before ->> 'rights')::source_rights AS rights
  FROM facts WHERE before ->> 'source_id' IS NOT NULL
), article_listings AS (
  SELECT id AS article_id, list::uuid AS list_id FROM facts, jsonb_array_elements_text(before -> 'lists') AS list
)
SELECT id FROM articles WHERE
