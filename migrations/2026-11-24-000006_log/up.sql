CREATE TABLE changes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  transaction_id bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
  occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  resource resource_kind NOT NULL,
  resource_id uuid NOT NULL,
  action change_action NOT NULL,
  reason text,
  details jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE changes IS 'Append-only: what every write did, written in its own transaction.';
COMMENT ON COLUMN changes.transaction_id IS 'Who reads in order must not pass a transaction that is still running: numbers are taken before they commit.';
COMMENT ON COLUMN changes.details IS 'What a reader of the log needs when the resource is gone: slug, sections and tags before and after.';
CREATE INDEX changes_resource_idx ON changes (resource_id, id);
CREATE INDEX changes_occurred_at_idx ON changes (occurred_at);

CREATE FUNCTION announce_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('broadsheet_changes', '');
  RETURN NULL;
END $$;
CREATE TRIGGER changes_announced AFTER INSERT ON changes FOR EACH STATEMENT EXECUTE FUNCTION announce_changes();

CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER changes_append_only BEFORE UPDATE ON changes FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

CREATE TABLE audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  user_id uuid,
  action text NOT NULL,
  resource resource_kind NOT NULL,
  resource_id uuid,
  details jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE audit IS 'Who did what, when, to what.';
COMMENT ON COLUMN audit.user_id IS 'Null for the command line. No foreign key: the entry outlives the user.';
CREATE INDEX audit_resource_idx ON audit (resource_id, id);
CREATE TRIGGER audit_append_only BEFORE UPDATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

CREATE TABLE imported_items (
  origin text NOT NULL,
  external_id text NOT NULL,
  resource resource_kind NOT NULL,
  resource_id uuid NOT NULL,
  content_hash bytea NOT NULL,
  PRIMARY KEY (origin, external_id)
);
COMMENT ON TABLE imported_items IS 'What an import made of each item, so that a second run knows it again.';
COMMENT ON COLUMN imported_items.content_hash IS 'SHA-256 of the item as it was imported: equal means that nothing is to be done.';
CREATE INDEX imported_items_resource_idx ON imported_items (resource_id);
