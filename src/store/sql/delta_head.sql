-- The snapshot of this transaction and what its numbers mean: Diesel has no pg_snapshot, and none of these functions.
-- The epoch is of this very log: numbers of transactions are another's after a restore, and may be another's after a failover.
SELECT pg_current_snapshot()::text, now(), f.transaction_id, concat_ws('/',
  (SELECT system_identifier FROM pg_control_system()),
  CASE WHEN pg_is_in_recovery() THEN (SELECT to_hex(timeline_id) FROM pg_control_checkpoint()) ELSE ltrim(left(pg_walfile_name(pg_current_wal_lsn()), 8), '0') END,
  (SELECT oid FROM pg_database WHERE datname = current_database()),
  'changes'::regclass::oid)
FROM change_log_floor f
