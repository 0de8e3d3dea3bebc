DROP TABLE key_usage;
DROP TABLE request_quotas;
DROP TABLE api_keys;
DROP TABLE licences;
DROP TABLE partners;
DROP TYPE licence_extent;

-- Postgres cannot take a value out of an enum: the type is made anew without the three.
ALTER TABLE audit DISABLE TRIGGER audit_append_only;
DELETE FROM audit WHERE resource::text IN ('partner', 'licence', 'api_key');
DELETE FROM changes WHERE resource::text IN ('partner', 'licence', 'api_key');
DELETE FROM slug_history WHERE resource::text IN ('partner', 'licence', 'api_key');
ALTER TABLE audit ENABLE TRIGGER audit_append_only;
ALTER TYPE resource_kind RENAME TO resource_kind_with_partners;
CREATE TYPE resource_kind AS ENUM ('article', 'section', 'tag', 'author', 'media', 'source', 'page', 'menu', 'collection', 'site', 'user');
ALTER TABLE slug_history ALTER COLUMN resource TYPE resource_kind USING resource::text::resource_kind;
ALTER TABLE legacy_paths ALTER COLUMN resource TYPE resource_kind USING resource::text::resource_kind;
ALTER TABLE changes ALTER COLUMN resource TYPE resource_kind USING resource::text::resource_kind;
ALTER TABLE audit ALTER COLUMN resource TYPE resource_kind USING resource::text::resource_kind;
ALTER TABLE imported_items ALTER COLUMN resource TYPE resource_kind USING resource::text::resource_kind;
DROP TYPE resource_kind_with_partners;
