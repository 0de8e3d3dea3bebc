CREATE TABLE articles (
  id uuid PRIMARY KEY,
  slug text NOT NULL CONSTRAINT articles_slug_key UNIQUE,
  kind article_kind NOT NULL DEFAULT 'news',
  language text NOT NULL,
  status article_status NOT NULL DEFAULT 'draft',
  title text NOT NULL,
  kicker text,
  standfirst text,
  body text NOT NULL DEFAULT '',
  section_id uuid NOT NULL CONSTRAINT articles_section_fkey REFERENCES sections,
  lead_media_id uuid CONSTRAINT articles_lead_media_fkey REFERENCES media ON DELETE SET NULL,
  canonical_url text,
  seo_title text,
  seo_description text,
  is_breaking boolean NOT NULL DEFAULT false,
  is_featured boolean NOT NULL DEFAULT false,
  is_sponsored boolean NOT NULL DEFAULT false,
  translation_group_id uuid,
  word_count integer NOT NULL DEFAULT 0,
  published_at timestamptz,
  first_published_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT now(),
  withdrawn_at timestamptz,
  created_by_id uuid CONSTRAINT articles_created_by_fkey REFERENCES users ON DELETE SET NULL,
  version bigint NOT NULL DEFAULT 1,
  headline_terms text[] NOT NULL GENERATED ALWAYS AS (
    tsvector_to_array(to_tsvector(search_config(language), title || ' ' || coalesce(kicker, '') || ' ' || coalesce(standfirst, '')))
  ) STORED,
  search tsvector NOT NULL GENERATED ALWAYS AS (
    setweight(to_tsvector(search_config(language), title), 'A')
    || setweight(to_tsvector(search_config(language), coalesce(kicker, '') || ' ' || coalesce(standfirst, '')), 'B')
    || setweight(to_tsvector(search_config(language), left(body, 200000)), 'C')
  ) STORED,
  CONSTRAINT articles_published_at_check CHECK (
    CASE status
      WHEN 'draft' THEN published_at IS NULL
      WHEN 'in_review' THEN published_at IS NULL
      WHEN 'archived' THEN withdrawn_at IS NOT NULL
      ELSE published_at IS NOT NULL AND withdrawn_at IS NULL
    END)
);
COMMENT ON COLUMN articles.body IS 'Sanitised HTML.';
COMMENT ON COLUMN articles.published_at IS 'When readers may see it, the future included. Null while it is a draft or in review.';
COMMENT ON COLUMN articles.updated_at IS 'The last change that readers should know of, as shown to them.';
COMMENT ON COLUMN articles.withdrawn_at IS 'Since when it is hidden whatever else holds.';
COMMENT ON COLUMN articles.translation_group_id IS 'Shared by an article and its translations.';
COMMENT ON COLUMN articles.version IS 'Counts every change of the row: what If-Match compares.';
COMMENT ON COLUMN articles.headline_terms IS 'Stems of title, kicker and standfirst: what related lists compare.';
CREATE INDEX articles_newest_idx ON articles (published_at DESC, id DESC) WHERE withdrawn_at IS NULL;
CREATE INDEX articles_updated_idx ON articles (updated_at DESC, id DESC) WHERE withdrawn_at IS NULL AND published_at IS NOT NULL;
CREATE INDEX articles_kind_idx ON articles (kind, published_at DESC, id DESC) WHERE withdrawn_at IS NULL;
CREATE INDEX articles_language_idx ON articles (language, published_at DESC, id DESC) WHERE withdrawn_at IS NULL;
CREATE INDEX articles_with_media_idx ON articles (published_at DESC, id DESC) WHERE withdrawn_at IS NULL AND lead_media_id IS NOT NULL;
CREATE INDEX articles_status_idx ON articles (status, updated_at DESC, id DESC);
CREATE INDEX articles_any_status_idx ON articles (updated_at DESC, id DESC);
CREATE INDEX articles_section_idx ON articles (section_id);
CREATE INDEX articles_lead_media_idx ON articles (lead_media_id) WHERE lead_media_id IS NOT NULL;
CREATE INDEX articles_translation_group_idx ON articles (translation_group_id) WHERE translation_group_id IS NOT NULL;
CREATE INDEX articles_created_by_idx ON articles (created_by_id, updated_at DESC, id DESC) WHERE created_by_id IS NOT NULL;
CREATE INDEX articles_search_idx ON articles USING gin (search);

CREATE TABLE article_sections (
  article_id uuid NOT NULL CONSTRAINT article_sections_article_fkey REFERENCES articles ON DELETE CASCADE,
  section_id uuid NOT NULL CONSTRAINT article_sections_section_fkey REFERENCES sections ON DELETE CASCADE,
  position integer NOT NULL,
  PRIMARY KEY (article_id, section_id)
);
COMMENT ON TABLE article_sections IS 'The sections that an article also stands in, besides its primary one.';
CREATE INDEX article_sections_section_idx ON article_sections (section_id);

CREATE TABLE article_tags (
  article_id uuid NOT NULL CONSTRAINT article_tags_article_fkey REFERENCES articles ON DELETE CASCADE,
  tag_id uuid NOT NULL CONSTRAINT article_tags_tag_fkey REFERENCES tags ON DELETE CASCADE,
  position integer NOT NULL,
  PRIMARY KEY (article_id, tag_id)
);
CREATE INDEX article_tags_tag_idx ON article_tags (tag_id);

CREATE TABLE bylines (
  article_id uuid NOT NULL CONSTRAINT bylines_article_fkey REFERENCES articles ON DELETE CASCADE,
  author_id uuid NOT NULL CONSTRAINT bylines_author_fkey REFERENCES authors ON DELETE CASCADE,
  role byline_role NOT NULL DEFAULT 'author',
  position integer NOT NULL,
  PRIMARY KEY (article_id, author_id)
);
CREATE INDEX bylines_author_idx ON bylines (author_id);

CREATE TABLE article_media (
  article_id uuid NOT NULL CONSTRAINT article_media_article_fkey REFERENCES articles ON DELETE CASCADE,
  media_id uuid NOT NULL CONSTRAINT article_media_media_fkey REFERENCES media ON DELETE CASCADE,
  position integer NOT NULL,
  PRIMARY KEY (article_id, media_id)
);
COMMENT ON TABLE article_media IS 'Media inside the body or a gallery, besides the lead.';
CREATE INDEX article_media_media_idx ON article_media (media_id);

CREATE TABLE article_sources (
  article_id uuid PRIMARY KEY CONSTRAINT article_sources_article_fkey REFERENCES articles ON DELETE CASCADE,
  source_id uuid NOT NULL CONSTRAINT article_sources_source_fkey REFERENCES sources,
  url text,
  kind source_kind NOT NULL,
  rights source_rights NOT NULL
);
COMMENT ON TABLE article_sources IS 'Where a reprint or a translation comes from. An article without a row is our own.';
COMMENT ON COLUMN article_sources.rights IS 'Whether it may be passed on to partners.';
CREATE INDEX article_sources_source_idx ON article_sources (source_id);

CREATE TABLE corrections (
  id uuid PRIMARY KEY,
  article_id uuid NOT NULL CONSTRAINT corrections_article_fkey REFERENCES articles ON DELETE CASCADE,
  corrected_at timestamptz NOT NULL,
  text text NOT NULL
);
CREATE INDEX corrections_article_idx ON corrections (article_id, corrected_at);

CREATE TABLE related_picks (
  article_id uuid NOT NULL CONSTRAINT related_picks_article_fkey REFERENCES articles ON DELETE CASCADE,
  related_id uuid NOT NULL CONSTRAINT related_picks_related_fkey REFERENCES articles ON DELETE CASCADE,
  position integer NOT NULL,
  PRIMARY KEY (article_id, related_id),
  CONSTRAINT related_picks_self_check CHECK (article_id <> related_id)
);
COMMENT ON TABLE related_picks IS 'What an editor picked by hand to stand first in the related list.';
CREATE INDEX related_picks_related_idx ON related_picks (related_id);

CREATE TABLE article_revisions (
  article_id uuid NOT NULL CONSTRAINT article_revisions_article_fkey REFERENCES articles ON DELETE CASCADE,
  version bigint NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  user_id uuid CONSTRAINT article_revisions_user_fkey REFERENCES users ON DELETE SET NULL,
  content jsonb NOT NULL,
  PRIMARY KEY (article_id, version)
);
COMMENT ON COLUMN article_revisions.content IS 'The article as it stood at that version, relations included.';

CREATE TABLE article_listings (
  list_id uuid NOT NULL,
  published_at timestamptz NOT NULL,
  article_id uuid NOT NULL CONSTRAINT article_listings_article_fkey REFERENCES articles ON DELETE CASCADE,
  is_direct boolean NOT NULL,
  PRIMARY KEY (list_id, published_at, article_id)
);
COMMENT ON TABLE article_listings IS 'A row for each list that a published article stands in, so that any page of any list is one walk along an index.';
COMMENT ON COLUMN article_listings.list_id IS 'A section (the article''s own and each ancestor of it), a tag, an author or a source.';
COMMENT ON COLUMN article_listings.is_direct IS 'False where the article stands in a descendant of the section only.';
CREATE INDEX article_listings_article_idx ON article_listings (article_id);
CREATE INDEX article_listings_direct_idx ON article_listings (list_id, published_at, article_id) WHERE is_direct;

CREATE TABLE listing_counts (
  list_id uuid PRIMARY KEY,
  articles bigint NOT NULL
);
COMMENT ON TABLE listing_counts IS 'How many articles stand on each list: kept by trigger, so that nobody counts.';

-- A statement at a time and in the order of the key: a batch of a thousand articles locks each counter once,
-- and two writers never wait for each other crosswise.
CREATE FUNCTION count_added_listings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO listing_counts (list_id, articles)
  SELECT list_id, count(*) FROM added GROUP BY list_id ORDER BY list_id
  ON CONFLICT (list_id) DO UPDATE SET articles = listing_counts.articles + excluded.articles;
  RETURN NULL;
END $$;
CREATE FUNCTION count_removed_listings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO listing_counts (list_id, articles)
  SELECT list_id, -count(*) FROM removed GROUP BY list_id ORDER BY list_id
  ON CONFLICT (list_id) DO UPDATE SET articles = listing_counts.articles + excluded.articles;
  RETURN NULL;
END $$;
CREATE TRIGGER article_listings_added AFTER INSERT ON article_listings
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_added_listings();
CREATE TRIGGER article_listings_removed AFTER DELETE ON article_listings
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_removed_listings();
