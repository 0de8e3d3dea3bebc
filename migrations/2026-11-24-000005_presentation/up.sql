CREATE TABLE pages (
  id uuid PRIMARY KEY,
  slug text NOT NULL CONSTRAINT pages_slug_key UNIQUE,
  language text NOT NULL,
  title text NOT NULL,
  body text NOT NULL DEFAULT '',
  seo_title text,
  seo_description text,
  published_at timestamptz,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN pages.published_at IS 'Since when readers may see it; null while it is a draft.';
CREATE INDEX pages_title_idx ON pages (title, id);

CREATE TABLE collections (
  id uuid PRIMARY KEY,
  slug text NOT NULL CONSTRAINT collections_slug_key UNIQUE,
  name text NOT NULL,
  description text,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX collections_name_idx ON collections (name, id);

CREATE TABLE collection_items (
  collection_id uuid NOT NULL CONSTRAINT collection_items_collection_fkey REFERENCES collections ON DELETE CASCADE,
  position integer NOT NULL,
  article_id uuid NOT NULL CONSTRAINT collection_items_article_fkey REFERENCES articles ON DELETE CASCADE,
  PRIMARY KEY (collection_id, position),
  CONSTRAINT collection_items_article_key UNIQUE (collection_id, article_id)
);
CREATE INDEX collection_items_article_idx ON collection_items (article_id);

CREATE TABLE menus (
  id uuid PRIMARY KEY,
  slug text NOT NULL CONSTRAINT menus_slug_key UNIQUE,
  name text NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX menus_name_idx ON menus (name, id);

CREATE TABLE menu_items (
  id uuid PRIMARY KEY,
  menu_id uuid NOT NULL CONSTRAINT menu_items_menu_fkey REFERENCES menus ON DELETE CASCADE,
  parent_id uuid CONSTRAINT menu_items_parent_fkey REFERENCES menu_items ON DELETE CASCADE,
  position integer NOT NULL,
  label text NOT NULL,
  url text,
  section_id uuid CONSTRAINT menu_items_section_fkey REFERENCES sections ON DELETE CASCADE,
  page_id uuid CONSTRAINT menu_items_page_fkey REFERENCES pages ON DELETE CASCADE,
  article_id uuid CONSTRAINT menu_items_article_fkey REFERENCES articles ON DELETE CASCADE,
  tag_id uuid CONSTRAINT menu_items_tag_fkey REFERENCES tags ON DELETE CASCADE,
  CONSTRAINT menu_items_target_check CHECK (num_nonnulls(url, section_id, page_id, article_id, tag_id) <= 1)
);
COMMENT ON TABLE menu_items IS 'A link of a menu; one without a target is a heading over its children.';
CREATE INDEX menu_items_menu_idx ON menu_items (menu_id, position);
CREATE INDEX menu_items_parent_idx ON menu_items (parent_id);
CREATE INDEX menu_items_section_idx ON menu_items (section_id) WHERE section_id IS NOT NULL;
CREATE INDEX menu_items_page_idx ON menu_items (page_id) WHERE page_id IS NOT NULL;
CREATE INDEX menu_items_article_idx ON menu_items (article_id) WHERE article_id IS NOT NULL;
CREATE INDEX menu_items_tag_idx ON menu_items (tag_id) WHERE tag_id IS NOT NULL;

CREATE TABLE slug_history (
  resource resource_kind NOT NULL,
  slug text NOT NULL,
  resource_id uuid NOT NULL,
  replaced_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (resource, slug)
);
COMMENT ON TABLE slug_history IS 'Slugs (of sections: paths) that were given up; each answers 301 for ever, unless somebody has it now.';
CREATE INDEX slug_history_resource_idx ON slug_history (resource_id);

CREATE TABLE legacy_paths (
  path text PRIMARY KEY,
  resource resource_kind NOT NULL,
  resource_id uuid NOT NULL
);
COMMENT ON TABLE legacy_paths IS 'Paths of imported content on the site that it came from, decoded, without a trailing slash.';
CREATE INDEX legacy_paths_resource_idx ON legacy_paths (resource_id);
