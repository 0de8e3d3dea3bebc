CREATE INDEX changes_position_idx ON changes (transaction_id, id);

CREATE TABLE change_log_floor (
  id smallint PRIMARY KEY DEFAULT 1 CONSTRAINT change_log_floor_single_row CHECK (id = 1),
  transaction_id bigint NOT NULL
);
COMMENT ON TABLE change_log_floor IS 'How far the change log was cut off: who has not read that far must start again.';
COMMENT ON COLUMN change_log_floor.transaction_id IS 'The latest transaction of which an entry was removed; 0 while all are kept.';
INSERT INTO change_log_floor (transaction_id) VALUES (0);
