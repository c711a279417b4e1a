-- An actor can be erased for good, and nobody else must get its id: somebody may still ask for it, with the entity tag of the one before.
-- AUTOINCREMENT keeps ids from being given twice. It changes no row, so the definition is changed where it stands, as SQLite's manual of
-- ALTER TABLE has it; a table made anew would take its castings, triggers, indexes and search structure with it.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'INTEGER NOT NULL PRIMARY KEY', 'INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT')
    WHERE type = 'table' AND name = 'actors';
PRAGMA writable_schema = RESET;
-- Who was erased before this was undone and is done again, is in the history only.
INSERT INTO sqlite_sequence (name, seq) SELECT 'actors', coalesce(max(id), 0) FROM (
    SELECT id FROM actors UNION ALL SELECT entity_id FROM history WHERE entity = 'actor'
);

-- Made anew so that connections which are open read the definitions again.
DROP INDEX actors_deleted;
CREATE INDEX actors_deleted ON actors (id) WHERE deleted_at IS NOT NULL;
