-- A column cannot become a generated one: both are made anew, with what depends on them.
DROP TRIGGER articles_updated_words ON articles;
DROP TRIGGER articles_inserted_words ON articles;
DROP FUNCTION find_article_words();
ALTER TABLE articles DROP COLUMN headline_terms, DROP COLUMN search;
ALTER TABLE articles
  ADD COLUMN headline_terms text[] NOT NULL GENERATED ALWAYS AS (
    tsvector_to_array(to_tsvector(search_config(language), title || ' ' || coalesce(kicker, '') || ' ' || coalesce(standfirst, '')))
  ) STORED,
  ADD COLUMN search tsvector NOT NULL GENERATED ALWAYS AS (
    setweight(to_tsvector(search_config(language), title), 'A')
    || setweight(to_tsvector(search_config(language), coalesce(kicker, '') || ' ' || coalesce(standfirst, '')), 'B')
    || setweight(to_tsvector(search_config(language), left(body, 200000)), 'C')
  ) STORED;
COMMENT ON COLUMN articles.headline_terms IS 'Stems of title, kicker and standfirst: what related lists compare.';
CREATE INDEX articles_search_idx ON articles USING gin (search);
