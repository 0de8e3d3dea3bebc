-- Deliveries whose time has come, some of each endpoint: Diesel has no LATERAL, nor UPDATE FROM a CTE.
-- $1: how many at most; $2: how many of an endpoint; $3: endpoints that have enough under way; $4: of those that fail, or of the
-- others; $5: for how many seconds they are claimed.
WITH picked AS (
  SELECT due.id
  FROM webhooks w
  LEFT JOIN partners p ON p.id = w.partner_id
  CROSS JOIN LATERAL (
    SELECT d.id, d.next_attempt_at
    FROM webhook_deliveries d
    WHERE d.webhook_id = w.id AND d.status = 'pending' AND d.next_attempt_at <= now()
      AND (d.claimed_until IS NULL OR d.claimed_until < now())
      -- In order: what comes first is sent, or nothing is.
      AND (NOT w.is_ordered
           OR d.sequence = (SELECT min(f.sequence) FROM webhook_deliveries f WHERE f.webhook_id = w.id AND f.status = 'pending'))
    ORDER BY d.next_attempt_at, d.sequence
    -- Who fails is tried with one at a time.
    LIMIT CASE WHEN w.is_ordered OR w.failing_since IS NOT NULL THEN 1 ELSE $2 END
    FOR UPDATE SKIP LOCKED
  ) AS due
  WHERE w.is_enabled AND (w.failing_since IS NOT NULL) = $4 AND NOT coalesce(p.is_suspended, false) AND w.id <> ALL($3)
  ORDER BY due.next_attempt_at
  LIMIT $1
)
UPDATE webhook_deliveries d
SET claimed_until = clock_timestamp() + make_interval(secs => $5)
FROM picked
WHERE d.id = picked.id
RETURNING d.id
