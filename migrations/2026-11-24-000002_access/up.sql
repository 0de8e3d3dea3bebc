CREATE TABLE users (
  id uuid PRIMARY KEY,
  email text NOT NULL CONSTRAINT users_email_key UNIQUE CONSTRAINT users_email_lower CHECK (email = lower(email)),
  name text NOT NULL,
  role user_role NOT NULL,
  password_hash text NOT NULL,
  is_disabled boolean NOT NULL DEFAULT false,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN users.email IS 'In lower case: what a person logs in with.';
COMMENT ON COLUMN users.password_hash IS 'argon2id, in PHC string format.';

CREATE TABLE refresh_tokens (
  id uuid PRIMARY KEY,
  family_id uuid NOT NULL,
  user_id uuid NOT NULL CONSTRAINT refresh_tokens_user_fkey REFERENCES users ON DELETE CASCADE,
  token_hash bytea NOT NULL CONSTRAINT refresh_tokens_token_hash_key UNIQUE,
  issued_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  revoked_at timestamptz
);
COMMENT ON COLUMN refresh_tokens.family_id IS 'All tokens that descend from one login; a replay ends them together (RFC 9700).';
COMMENT ON COLUMN refresh_tokens.token_hash IS 'SHA-256 of the opaque token, which itself is never stored.';
COMMENT ON COLUMN refresh_tokens.used_at IS 'When it was exchanged for its successor. A second use is a replay.';
CREATE INDEX refresh_tokens_family_idx ON refresh_tokens (family_id);
-- Asked by every request that carries a token: has its session ended? A long session has thousands of rows, but is asked about only when some are here.
CREATE INDEX refresh_tokens_revoked_idx ON refresh_tokens (family_id) WHERE revoked_at IS NOT NULL;
CREATE INDEX refresh_tokens_user_idx ON refresh_tokens (user_id);

CREATE TABLE signing_keys (
  id text PRIMARY KEY,
  private_key bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  retires_at timestamptz NOT NULL
);
COMMENT ON TABLE signing_keys IS 'Ed25519 keys of access tokens. The newest signs, once all servers know it; all that have not retired verify.';
COMMENT ON COLUMN signing_keys.id IS 'The kid of the JOSE header.';
COMMENT ON COLUMN signing_keys.private_key IS 'PKCS #8, DER.';

CREATE TABLE login_failures (
  subject text PRIMARY KEY,
  failures integer NOT NULL,
  window_ends_at timestamptz NOT NULL
);
COMMENT ON TABLE login_failures IS 'Attempts to log in in the current window, by account, by address and by both: shared by every server. A row that counts 0 marks an address from which an account has logged in.';
COMMENT ON COLUMN login_failures.subject IS 'SHA-256 of what is counted, so that no address or e-mail is kept.';
