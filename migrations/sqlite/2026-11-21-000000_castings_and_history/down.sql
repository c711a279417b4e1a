DROP TABLE idempotency_keys;
DROP TABLE history;
DROP TABLE castings;
