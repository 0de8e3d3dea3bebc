-- Values of an enum cannot be used in the transaction that adds them; nothing here does.
ALTER TYPE resource_kind ADD VALUE 'webhook';

CREATE TYPE webhook_event AS ENUM (
  'article.published', 'article.updated', 'article.corrected', 'article.withdrawn', 'article.deleted', 'webhook.test'
);
CREATE TYPE webhook_signature AS ENUM ('hmac_sha256', 'ed25519');
CREATE TYPE delivery_status AS ENUM ('pending', 'delivered', 'failed', 'dropped');

CREATE TABLE webhooks (
  id uuid PRIMARY KEY,
  partner_id uuid CONSTRAINT webhooks_partner_fkey REFERENCES partners ON DELETE CASCADE,
  licence_id uuid CONSTRAINT webhooks_licence_fkey REFERENCES licences,
  url text NOT NULL,
  description text,
  events webhook_event[],
  section_ids uuid[],
  signature webhook_signature NOT NULL DEFAULT 'hmac_sha256',
  secret bytea NOT NULL CONSTRAINT webhooks_secret_check CHECK (octet_length(secret) = 32),
  former_secret bytea,
  former_secret_until timestamptz,
  is_ordered boolean NOT NULL DEFAULT false,
  is_enabled boolean NOT NULL DEFAULT true,
  disabled_reason text,
  failing_since timestamptz,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT webhooks_owner_check CHECK ((partner_id IS NULL) = (licence_id IS NULL))
);
CREATE INDEX webhooks_partner_idx ON webhooks (partner_id, id);
CREATE INDEX webhooks_licence_idx ON webhooks (licence_id);
COMMENT ON TABLE webhooks IS 'Addresses that are told when articles change. Without a partner: the publication''s own.';
COMMENT ON COLUMN webhooks.licence_id IS 'What a partner''s endpoint may learn of.';
COMMENT ON COLUMN webhooks.events IS 'What it is told of. Null: everything.';
COMMENT ON COLUMN webhooks.section_ids IS 'These sections with all below them. Null: every section. No foreign keys: ids are never given twice.';
COMMENT ON COLUMN webhooks.secret IS 'The key that signs, as it is: a hash cannot sign. Never logged, and shown to nobody after it was made.';
COMMENT ON COLUMN webhooks.former_secret IS 'The key before the last rotation, which signs beside the new one for a while.';
COMMENT ON COLUMN webhooks.is_ordered IS 'One delivery at a time, each after the one before it was accepted or given up.';
COMMENT ON COLUMN webhooks.disabled_reason IS 'Why the server stopped delivering. Null where an admin did.';
COMMENT ON COLUMN webhooks.failing_since IS 'When the first of the failures began that no success has followed.';

CREATE TABLE webhook_changes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  article_id uuid NOT NULL,
  action change_action NOT NULL,
  slug text,
  reason text,
  changed_at timestamptz NOT NULL,
  before jsonb,
  is_told boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE webhook_changes IS 'The outbox: what became of articles while there was any endpoint, written by trigger in the transaction of the change.';
COMMENT ON COLUMN webhook_changes.before IS 'What decided who saw the article before. Null or empty: nobody did.';
COMMENT ON COLUMN webhook_changes.is_told IS 'Whether it was made into deliveries. It is kept for a while, so that it can be replayed.';
CREATE INDEX webhook_changes_untold_idx ON webhook_changes (id) WHERE NOT is_told;
CREATE INDEX webhook_changes_changed_at_idx ON webhook_changes (changed_at);

CREATE TABLE webhook_before (
  article_id uuid NOT NULL,
  transaction_id bigint NOT NULL,
  facts jsonb NOT NULL,
  captured_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (article_id, transaction_id)
);
COMMENT ON TABLE webhook_before IS 'What an article was before the transaction that is writing it, until the outbox takes it from here.';

CREATE TABLE webhook_sweep (
  id smallint PRIMARY KEY DEFAULT 1 CONSTRAINT webhook_sweep_single_row CHECK (id = 1),
  swept_until timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE webhook_sweep IS 'Up to when articles whose time came without a write were announced. Whoever has locked its row makes deliveries; the others do not wait.';
INSERT INTO webhook_sweep DEFAULT VALUES;

CREATE TABLE webhook_deliveries (
  id uuid PRIMARY KEY,
  webhook_id uuid NOT NULL CONSTRAINT webhook_deliveries_webhook_fkey REFERENCES webhooks ON DELETE CASCADE,
  sequence bigint GENERATED ALWAYS AS IDENTITY,
  event webhook_event NOT NULL,
  article_id uuid,
  slug text,
  reason text,
  occurred_at timestamptz NOT NULL,
  due_at timestamptz,
  status delivery_status NOT NULL DEFAULT 'pending',
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  claimed_until timestamptz,
  attempted_at timestamptz,
  duration_ms integer,
  request_body text,
  response_status integer,
  response_body text,
  error text,
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz
);
COMMENT ON TABLE webhook_deliveries IS 'What endpoints are told, one row a message, with what came of the last attempt.';
COMMENT ON COLUMN webhook_deliveries.id IS 'The webhook-id header: the same at every attempt.';
COMMENT ON COLUMN webhook_deliveries.sequence IS 'The order in which an ordered endpoint is told.';
COMMENT ON COLUMN webhook_deliveries.due_at IS 'Set where no write caused it, but the article''s time: a second sweep finds it here.';
COMMENT ON COLUMN webhook_deliveries.claimed_until IS 'A server is sending it. When this is past, that server is taken for dead and another sends it again.';
CREATE UNIQUE INDEX webhook_deliveries_due_key ON webhook_deliveries (webhook_id, article_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_deliveries_log_idx ON webhook_deliveries (webhook_id, sequence);
CREATE INDEX webhook_deliveries_order_idx ON webhook_deliveries (webhook_id, sequence) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_pending_idx ON webhook_deliveries (webhook_id, next_attempt_at, sequence) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_created_at_idx ON webhook_deliveries (created_at);

-- Before, for what a licence asks of an article is in other tables too, which the transaction changes or empties afterwards. Only the
-- first write of a transaction has before it what others saw: the later ones find its row here, also where nobody saw anything.
CREATE FUNCTION remember_article() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM webhooks) THEN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO webhook_before (article_id, transaction_id, facts)
      VALUES (NEW.id, pg_current_xact_id()::text::bigint, '{}') ON CONFLICT DO NOTHING;
    ELSE
      INSERT INTO webhook_before (article_id, transaction_id, facts)
      SELECT OLD.id, pg_current_xact_id()::text::bigint, CASE WHEN OLD.published_at IS NULL THEN '{}' ELSE jsonb_build_object(
        'slug', OLD.slug, 'published_at', OLD.published_at, 'withdrawn_at', OLD.withdrawn_at, 'kind', OLD.kind, 'language', OLD.language,
        'lists', coalesce((SELECT jsonb_agg(l.list_id) FROM article_listings l WHERE l.article_id = OLD.id), '[]'),
        'source_id', o.source_id, 'rights', o.rights) END
      FROM (SELECT 1) AS one LEFT JOIN article_sources o ON o.article_id = OLD.id
      ON CONFLICT DO NOTHING;
    END IF;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER articles_remembered BEFORE INSERT OR UPDATE OR DELETE ON articles FOR EACH ROW EXECUTE FUNCTION remember_article();

CREATE FUNCTION tell_webhooks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM webhooks) THEN
    WITH taken AS (
      DELETE FROM webhook_before
      WHERE transaction_id = pg_current_xact_id()::text::bigint
        AND article_id IN (SELECT c.resource_id FROM added c WHERE c.resource = 'article')
      RETURNING article_id, facts
    )
    INSERT INTO webhook_changes (article_id, action, slug, reason, changed_at, before)
    SELECT c.resource_id, c.action, c.details ->> 'slug', c.reason, c.occurred_at, t.facts
    FROM added c LEFT JOIN taken t ON t.article_id = c.resource_id
    WHERE c.resource = 'article'
    ORDER BY c.id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER changes_told AFTER INSERT ON changes
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tell_webhooks();
