-- An identity never gives an id twice; only SQLite has to be told.
SELECT 1;
