DROP TABLE imported_items;
DROP TABLE audit;
DROP TABLE changes;
DROP FUNCTION refuse_rewriting;
DROP FUNCTION announce_changes;
