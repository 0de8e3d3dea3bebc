-- A bulk write knows the stems of almost every word that it brings, and gives both columns ready made; a generated column would find them
-- all again. Every other write leaves them out, and they are found as before.
ALTER TABLE articles ALTER COLUMN headline_terms DROP EXPRESSION, ALTER COLUMN search DROP EXPRESSION;

CREATE FUNCTION find_article_words() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  config CONSTANT regconfig := search_config(NEW.language);
BEGIN
  NEW.headline_terms := tsvector_to_array(
    to_tsvector(config, NEW.title || ' ' || coalesce(NEW.kicker, '') || ' ' || coalesce(NEW.standfirst, '')));
  NEW.search := setweight(to_tsvector(config, NEW.title), 'A')
    || setweight(to_tsvector(config, coalesce(NEW.kicker, '') || ' ' || coalesce(NEW.standfirst, '')), 'B')
    || setweight(to_tsvector(config, left(NEW.body, 200000)), 'C');
  RETURN NEW;
END $$;
CREATE TRIGGER articles_inserted_words BEFORE INSERT ON articles
  FOR EACH ROW WHEN (NEW.search IS NULL OR NEW.headline_terms IS NULL) EXECUTE FUNCTION find_article_words();
CREATE TRIGGER articles_updated_words BEFORE UPDATE OF language, title, kicker, standfirst, body ON articles
  FOR EACH ROW EXECUTE FUNCTION find_article_words();
COMMENT ON COLUMN articles.search IS 'Stems with their places: of the title (A), kicker and standfirst (B), body (C). Found by trigger where a write does not give them.';
