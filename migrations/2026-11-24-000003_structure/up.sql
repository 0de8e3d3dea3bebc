CREATE TABLE media (
  id uuid PRIMARY KEY,
  kind media_kind NOT NULL,
  url text NOT NULL,
  alt text NOT NULL DEFAULT '',
  caption text,
  credit text,
  mime_type text,
  size_bytes bigint CONSTRAINT media_size_bytes_check CHECK (size_bytes >= 0),
  width integer CONSTRAINT media_width_check CHECK (width > 0),
  height integer CONSTRAINT media_height_check CHECK (height > 0),
  focal_x double precision CONSTRAINT media_focal_x_check CHECK (focal_x BETWEEN 0 AND 1),
  focal_y double precision CONSTRAINT media_focal_y_check CHECK (focal_y BETWEEN 0 AND 1),
  renditions jsonb NOT NULL DEFAULT '[]' CONSTRAINT media_renditions_check CHECK (jsonb_typeof(renditions) = 'array'),
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT media_focal_point_check CHECK ((focal_x IS NULL) = (focal_y IS NULL))
);
COMMENT ON COLUMN media.renditions IS 'The same picture in other sizes: [{name, url, width, height}].';
COMMENT ON COLUMN media.focal_x IS 'What must stay in view when cropped: 0 is the left edge, 1 the right.';
CREATE INDEX media_newest_idx ON media (created_at DESC, id DESC);

CREATE TABLE sections (
  id uuid PRIMARY KEY,
  parent_id uuid CONSTRAINT sections_parent_fkey REFERENCES sections,
  slug text NOT NULL,
  path text NOT NULL CONSTRAINT sections_path_key UNIQUE DEFERRABLE INITIALLY IMMEDIATE,
  ancestor_ids uuid[] NOT NULL,
  name text NOT NULL,
  description text,
  position integer NOT NULL DEFAULT 0,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT sections_depth_check CHECK (cardinality(ancestor_ids) BETWEEN 1 AND 8)
);
COMMENT ON COLUMN sections.path IS 'The slugs from the root down to this one, joined by slashes: news/energy.';
COMMENT ON COLUMN sections.ancestor_ids IS 'From the root down, this section itself last.';
COMMENT ON COLUMN sections.position IS 'Order among siblings; equal positions are ordered by name.';
CREATE INDEX sections_parent_idx ON sections (parent_id);
CREATE INDEX sections_ancestors_idx ON sections USING gin (ancestor_ids);

CREATE TABLE tags (
  id uuid PRIMARY KEY,
  slug text NOT NULL CONSTRAINT tags_slug_key UNIQUE,
  name text NOT NULL,
  description text,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX tags_name_idx ON tags (name, id);

CREATE TABLE authors (
  id uuid PRIMARY KEY,
  slug text NOT NULL CONSTRAINT authors_slug_key UNIQUE,
  name text NOT NULL,
  kind author_kind NOT NULL DEFAULT 'person',
  job_title text,
  bio text,
  portrait_id uuid CONSTRAINT authors_portrait_fkey REFERENCES media ON DELETE SET NULL,
  links jsonb NOT NULL DEFAULT '[]' CONSTRAINT authors_links_check CHECK (jsonb_typeof(links) = 'array'),
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN authors.links IS 'Profiles elsewhere: [{name, url}].';
CREATE INDEX authors_name_idx ON authors (name, id);
CREATE INDEX authors_portrait_idx ON authors (portrait_id);

CREATE TABLE sources (
  id uuid PRIMARY KEY,
  slug text NOT NULL CONSTRAINT sources_slug_key UNIQUE,
  name text NOT NULL,
  url text,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE sources IS 'The outlets that reprints and translations come from.';

CREATE TABLE site (
  id smallint PRIMARY KEY DEFAULT 1 CONSTRAINT site_single_row CHECK (id = 1),
  title text NOT NULL,
  tagline text,
  description text,
  url text NOT NULL,
  default_language text NOT NULL,
  languages text[] NOT NULL,
  contact_email text,
  logo_id uuid CONSTRAINT site_logo_fkey REFERENCES media ON DELETE SET NULL,
  social_links jsonb NOT NULL DEFAULT '[]' CONSTRAINT site_social_links_check CHECK (jsonb_typeof(social_links) = 'array'),
  version bigint NOT NULL DEFAULT 1,
  updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN site.url IS 'Where readers find the publication, without a trailing slash: the base of every canonical URL.';
INSERT INTO site (title, url, default_language, languages) VALUES ('Untitled publication', 'http://localhost:3000', 'en', '{en}');
