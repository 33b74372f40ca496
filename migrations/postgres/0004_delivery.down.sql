ALTER TABLE notices DROP COLUMN one_by_one;
DROP TABLE holds;
