DROP TRIGGER changes_told ON changes;
DROP FUNCTION tell_webhooks;
DROP TRIGGER articles_remembered ON articles;
DROP FUNCTION remember_article;
DROP TABLE webhook_deliveries;
DROP TABLE webhook_sweep;
DROP TABLE webhook_before;
DROP TABLE webhook_changes;
DROP TABLE webhooks;
DROP TYPE delivery_status;
DROP TYPE webhook_signature;
DROP TYPE webhook_event;

-- Postgres cannot take a value out of an enum: the type is made anew without it.
ALTER TABLE audit DISABLE TRIGGER audit_append_only;
DELETE FROM audit WHERE resource::text = 'webhook';
ALTER TABLE audit ENABLE TRIGGER audit_append_only;
ALTER TYPE resource_kind RENAME TO resource_kind_with_webhooks;
CREATE TYPE resource_kind AS ENUM (
  'article', 'section', 'tag', 'author', 'media', 'source', 'page', 'menu', 'collection', 'site', 'user', 'partner', 'licence', 'api_key'
);
ALTER TABLE slug_history ALTER COLUMN resource TYPE resource_kind USING resource::text::resource_kind;
ALTER TABLE legacy_paths ALTER COLUMN resource TYPE resource_kind USING resource::text::resource_kind;
ALTER TABLE changes ALTER COLUMN resource TYPE resource_kind USING resource::text::resource_kind;
ALTER TABLE audit ALTER COLUMN resource TYPE resource_kind USING resource::text::resource_kind;
ALTER TABLE imported_items ALTER COLUMN resource TYPE resource_kind USING resource::text::resource_kind;
DROP TYPE resource_kind_with_webhooks;
