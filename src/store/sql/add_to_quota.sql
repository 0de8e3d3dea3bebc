-- One row a limit, used again window after window: Diesel has no arithmetic over epochs.
INSERT INTO request_quotas AS q (subject, span_seconds, starts_at, used)
VALUES ($1, $2, to_timestamp(floor(extract(epoch FROM now()) / $2) * $2), $3)
ON CONFLICT (subject, span_seconds) DO UPDATE SET
  used = CASE WHEN q.starts_at = excluded.starts_at THEN q.used ELSE 0 END + excluded.used,
  starts_at = excluded.starts_at
RETURNING used, extract(epoch FROM starts_at + make_interval(secs => span_seconds) - now())::float8 AS seconds_left
