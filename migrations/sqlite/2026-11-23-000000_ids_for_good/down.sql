PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, ' AUTOINCREMENT', '') WHERE type = 'table' AND name = 'actors';
PRAGMA writable_schema = RESET;
DELETE FROM sqlite_sequence WHERE name = 'actors';

DROP INDEX actors_deleted;
CREATE INDEX actors_deleted ON actors (id) WHERE deleted_at IS NOT NULL;
