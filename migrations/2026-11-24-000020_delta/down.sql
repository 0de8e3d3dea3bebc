DROP TABLE change_log_floor;
DROP INDEX changes_position_idx;
