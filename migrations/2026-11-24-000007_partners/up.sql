-- Values of an enum cannot be used in the transaction that adds them; nothing here does.
ALTER TYPE resource_kind ADD VALUE 'partner';
ALTER TYPE resource_kind ADD VALUE 'licence';
ALTER TYPE resource_kind ADD VALUE 'api_key';

CREATE TYPE licence_extent AS ENUM ('card', 'standfirst', 'full');

CREATE TABLE partners (
  id uuid PRIMARY KEY,
  slug text NOT NULL CONSTRAINT partners_slug_key UNIQUE,
  name text NOT NULL,
  contact_email text,
  notes text,
  is_suspended boolean NOT NULL DEFAULT false,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX partners_name_idx ON partners (name, id);
COMMENT ON TABLE partners IS 'Companies that take content by API keys.';
COMMENT ON COLUMN partners.is_suspended IS 'Its keys open nothing for the time being.';

CREATE TABLE licences (
  id uuid PRIMARY KEY,
  partner_id uuid NOT NULL CONSTRAINT licences_partner_fkey REFERENCES partners ON DELETE CASCADE,
  name text NOT NULL,
  section_ids uuid[],
  kinds article_kind[],
  languages text[],
  source_ids uuid[],
  extent licence_extent NOT NULL DEFAULT 'full',
  has_pictures boolean NOT NULL DEFAULT false,
  embargo_minutes integer NOT NULL DEFAULT 0 CONSTRAINT licences_embargo_minutes_check CHECK (embargo_minutes BETWEEN 0 AND 525600),
  advance_minutes integer NOT NULL DEFAULT 0 CONSTRAINT licences_advance_minutes_check CHECK (advance_minutes BETWEEN 0 AND 525600),
  requests_per_minute integer NOT NULL DEFAULT 600 CONSTRAINT licences_requests_per_minute_check CHECK (requests_per_minute > 0),
  requests_per_day integer NOT NULL DEFAULT 100000 CONSTRAINT licences_requests_per_day_check CHECK (requests_per_day > 0),
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT licences_moment_check CHECK (embargo_minutes = 0 OR advance_minutes = 0)
);
CREATE INDEX licences_partner_idx ON licences (partner_id, id);
COMMENT ON TABLE licences IS 'What a key may read. A null list narrows nothing, an empty one leaves nothing.';
COMMENT ON COLUMN licences.section_ids IS 'These sections with all below them. No foreign keys: ids are never given twice, so what is gone opens nothing.';
COMMENT ON COLUMN licences.languages IS 'BCP 47 in lower case; a language alone covers its regions.';
COMMENT ON COLUMN licences.source_ids IS 'The publication''s own work, and what comes from these outlets. What an outlet does not let on is never included.';
COMMENT ON COLUMN licences.embargo_minutes IS 'How much later than readers the partner sees an article.';
COMMENT ON COLUMN licences.advance_minutes IS 'How much earlier than readers the partner sees a scheduled article.';

CREATE TABLE api_keys (
  id uuid PRIMARY KEY,
  partner_id uuid NOT NULL CONSTRAINT api_keys_partner_fkey REFERENCES partners ON DELETE CASCADE,
  licence_id uuid NOT NULL CONSTRAINT api_keys_licence_fkey REFERENCES licences,
  prefix text NOT NULL CONSTRAINT api_keys_prefix_key UNIQUE,
  key_hash bytea NOT NULL CONSTRAINT api_keys_key_hash_check CHECK (octet_length(key_hash) = 32),
  name text NOT NULL,
  networks text[] NOT NULL DEFAULT '{}',
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
CREATE INDEX api_keys_partner_idx ON api_keys (partner_id, id);
CREATE INDEX api_keys_licence_idx ON api_keys (licence_id);
COMMENT ON COLUMN api_keys.prefix IS 'The part of the key that may be shown, by which it is found.';
COMMENT ON COLUMN api_keys.key_hash IS 'SHA-256 of the whole key, which has too many random bits to be guessed from it.';
COMMENT ON COLUMN api_keys.networks IS 'In CIDR notation; empty: from anywhere.';
COMMENT ON COLUMN api_keys.last_used_at IS 'Written at most once a minute.';

CREATE TABLE request_quotas (
  subject text NOT NULL,
  span_seconds integer NOT NULL,
  starts_at timestamptz NOT NULL,
  used bigint NOT NULL,
  PRIMARY KEY (subject, span_seconds)
);
COMMENT ON TABLE request_quotas IS 'What a key or an address has used of its limits in the present window. A row a limit, used again window after window.';
CREATE INDEX request_quotas_starts_at_idx ON request_quotas (starts_at);

CREATE TABLE key_usage (
  key_id uuid NOT NULL CONSTRAINT key_usage_key_fkey REFERENCES api_keys ON DELETE CASCADE,
  day date NOT NULL,
  operation text NOT NULL,
  article_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  requests bigint NOT NULL,
  PRIMARY KEY (key_id, day, operation, article_id)
);
COMMENT ON TABLE key_usage IS 'How often a key was used, by day (UTC), endpoint and article; the nil id stands for requests that are about no single article.';
