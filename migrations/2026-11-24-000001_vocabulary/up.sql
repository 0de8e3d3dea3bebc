-- The words that columns of several tables share.
CREATE TYPE article_kind AS ENUM ('news', 'opinion', 'interview', 'analysis', 'feature', 'live', 'video', 'gallery', 'press_release');
CREATE TYPE article_status AS ENUM ('draft', 'in_review', 'scheduled', 'published', 'archived');
CREATE TYPE author_kind AS ENUM ('person', 'organisation');
CREATE TYPE byline_role AS ENUM ('author', 'translator', 'photographer', 'editor', 'contributor');
CREATE TYPE media_kind AS ENUM ('image', 'video', 'audio', 'file');
CREATE TYPE source_kind AS ENUM ('reprint', 'translation');
CREATE TYPE source_rights AS ENUM ('syndication', 'no_syndication');
CREATE TYPE user_role AS ENUM ('admin', 'editor', 'author', 'reader');
CREATE TYPE resource_kind AS ENUM ('article', 'section', 'tag', 'author', 'media', 'source', 'page', 'menu', 'collection', 'site', 'user');
CREATE TYPE change_action AS ENUM ('created', 'updated', 'published', 'corrected', 'moved', 'withdrawn', 'deleted');

-- Text search speaks the language of the article; what Postgres has no stemmer for is searched as it stands.
CREATE FUNCTION search_config(language text) RETURNS regconfig
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE split_part(lower(language), '-', 1)
    WHEN 'ar' THEN 'pg_catalog.arabic'::regconfig
    WHEN 'ca' THEN 'pg_catalog.catalan'::regconfig
    WHEN 'da' THEN 'pg_catalog.danish'::regconfig
    WHEN 'de' THEN 'pg_catalog.german'::regconfig
    WHEN 'el' THEN 'pg_catalog.greek'::regconfig
    WHEN 'en' THEN 'pg_catalog.english'::regconfig
    WHEN 'es' THEN 'pg_catalog.spanish'::regconfig
    WHEN 'eu' THEN 'pg_catalog.basque'::regconfig
    WHEN 'fi' THEN 'pg_catalog.finnish'::regconfig
    WHEN 'fr' THEN 'pg_catalog.french'::regconfig
    WHEN 'ga' THEN 'pg_catalog.irish'::regconfig
    WHEN 'hi' THEN 'pg_catalog.hindi'::regconfig
    WHEN 'hu' THEN 'pg_catalog.hungarian'::regconfig
    WHEN 'hy' THEN 'pg_catalog.armenian'::regconfig
    WHEN 'id' THEN 'pg_catalog.indonesian'::regconfig
    WHEN 'it' THEN 'pg_catalog.italian'::regconfig
    WHEN 'lt' THEN 'pg_catalog.lithuanian'::regconfig
    WHEN 'ne' THEN 'pg_catalog.nepali'::regconfig
    WHEN 'nl' THEN 'pg_catalog.dutch'::regconfig
    WHEN 'nb' THEN 'pg_catalog.norwegian'::regconfig
    WHEN 'nn' THEN 'pg_catalog.norwegian'::regconfig
    WHEN 'no' THEN 'pg_catalog.norwegian'::regconfig
    WHEN 'pt' THEN 'pg_catalog.portuguese'::regconfig
    WHEN 'ro' THEN 'pg_catalog.romanian'::regconfig
    WHEN 'ru' THEN 'pg_catalog.russian'::regconfig
    WHEN 'sr' THEN 'pg_catalog.serbian'::regconfig
    WHEN 'sv' THEN 'pg_catalog.swedish'::regconfig
    WHEN 'ta' THEN 'pg_catalog.tamil'::regconfig
    WHEN 'tr' THEN 'pg_catalog.turkish'::regconfig
    WHEN 'yi' THEN 'pg_catalog.yiddish'::regconfig
    ELSE 'pg_catalog.simple'::regconfig
  END
$$;
COMMENT ON FUNCTION search_config IS 'The text search configuration of a BCP 47 language tag.';

-- Short enough to be inlined, so that the partial indexes on it are used.
CREATE FUNCTION is_visible(published_at timestamptz, withdrawn_at timestamptz) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT withdrawn_at IS NULL AND published_at <= now()
$$;
COMMENT ON FUNCTION is_visible IS 'Published or due, and not withdrawn (a draft has no published_at). Nothing else decides what readers see.';
