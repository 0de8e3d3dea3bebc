-- The oldest entries, and how far the log is then cut off: Diesel has no statement that deletes and updates at once.
WITH old AS (
  SELECT id FROM changes WHERE occurred_at < now() - make_interval(secs => $1) ORDER BY occurred_at LIMIT 5000
), removed AS (
  DELETE FROM changes USING old WHERE changes.id = old.id RETURNING changes.transaction_id
), counted AS (
  SELECT count(*) AS entries, max(transaction_id) AS latest FROM removed
)
UPDATE change_log_floor f SET transaction_id = greatest(f.transaction_id, c.latest) FROM counted c WHERE c.entries > 0
RETURNING c.entries AS entries
