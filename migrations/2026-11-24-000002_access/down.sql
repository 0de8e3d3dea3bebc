DROP TABLE login_failures, signing_keys, refresh_tokens, users;
