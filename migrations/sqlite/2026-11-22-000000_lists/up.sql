-- What searching and sorting compare: names and titles without case and accents, made in the domain. The program fills the keys of
-- older rows once the migration is through.
ALTER TABLE actors ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
ALTER TABLE movies ADD COLUMN title_key TEXT NOT NULL DEFAULT '';

-- Days before a day that never comes, which grow with the age. In an order by the day itself, the ids would descend as ages ascend.
ALTER TABLE actors ADD COLUMN seniority INTEGER
    GENERATED ALWAYS AS (CAST(julianday('2200-12-31') - julianday(born) AS INTEGER)) VIRTUAL;

CREATE INDEX actors_name ON actors (name_key, id);
CREATE INDEX actors_age ON actors (seniority, id);
CREATE INDEX actors_gender ON actors (gender, id);
CREATE INDEX actors_created ON actors (created_at, id);
CREATE INDEX movies_title ON movies (title_key, id);
CREATE INDEX movies_release ON movies (release_date, id);
CREATE INDEX movies_created ON movies (created_at, id);

-- What stands in the keys of rows that are not deleted. A word of three characters or more is found exactly, without the rows.
CREATE VIRTUAL TABLE actors_search USING fts5(
    name_key, content = 'actors', content_rowid = 'id', tokenize = 'trigram case_sensitive 1'
);
CREATE VIRTUAL TABLE movies_search USING fts5(
    title_key, content = 'movies', content_rowid = 'id', tokenize = 'trigram case_sensitive 1'
);
INSERT INTO actors_search (rowid, name_key) SELECT id, name_key FROM actors WHERE deleted_at IS NULL ORDER BY id;
INSERT INTO movies_search (rowid, title_key) SELECT id, title_key FROM movies WHERE deleted_at IS NULL ORDER BY id;

CREATE TRIGGER actors_search_added AFTER INSERT ON actors WHEN NEW.deleted_at IS NULL BEGIN
    INSERT INTO actors_search (rowid, name_key) VALUES (NEW.id, NEW.name_key);
END;
CREATE TRIGGER actors_search_removed AFTER DELETE ON actors WHEN OLD.deleted_at IS NULL BEGIN
    INSERT INTO actors_search (actors_search, rowid, name_key) VALUES ('delete', OLD.id, OLD.name_key);
END;
CREATE TRIGGER actors_search_changed AFTER UPDATE OF name_key, deleted_at ON actors
WHEN OLD.name_key <> NEW.name_key OR (OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL) BEGIN
    INSERT INTO actors_search (actors_search, rowid, name_key) SELECT 'delete', OLD.id, OLD.name_key WHERE OLD.deleted_at IS NULL;
    INSERT INTO actors_search (rowid, name_key) SELECT NEW.id, NEW.name_key WHERE NEW.deleted_at IS NULL;
END;
CREATE TRIGGER movies_search_added AFTER INSERT ON movies WHEN NEW.deleted_at IS NULL BEGIN
    INSERT INTO movies_search (rowid, title_key) VALUES (NEW.id, NEW.title_key);
END;
CREATE TRIGGER movies_search_removed AFTER DELETE ON movies WHEN OLD.deleted_at IS NULL BEGIN
    INSERT INTO movies_search (movies_search, rowid, title_key) VALUES ('delete', OLD.id, OLD.title_key);
END;
CREATE TRIGGER movies_search_changed AFTER UPDATE OF title_key, deleted_at ON movies
WHEN OLD.title_key <> NEW.title_key OR (OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL) BEGIN
    INSERT INTO movies_search (movies_search, rowid, title_key) SELECT 'delete', OLD.id, OLD.title_key WHERE OLD.deleted_at IS NULL;
    INSERT INTO movies_search (rowid, title_key) SELECT NEW.id, NEW.title_key WHERE NEW.deleted_at IS NULL;
END;

-- How many rows are not deleted, without counting them: the sum over the slots of an entity. With one writer, one slot does.
CREATE TABLE totals (
    entity TEXT    NOT NULL CHECK (entity IN ('actors', 'movies')),
    slot   INTEGER NOT NULL,
    live   INTEGER NOT NULL,
    PRIMARY KEY (entity, slot)
) STRICT;

INSERT INTO totals (entity, slot, live) SELECT 'actors', 0, count(*) FROM actors WHERE deleted_at IS NULL;
INSERT INTO totals (entity, slot, live) SELECT 'movies', 0, count(*) FROM movies WHERE deleted_at IS NULL;

CREATE TRIGGER actors_added AFTER INSERT ON actors WHEN NEW.deleted_at IS NULL BEGIN
    UPDATE totals SET live = live + 1 WHERE entity = 'actors' AND slot = 0;
END;
CREATE TRIGGER actors_removed AFTER DELETE ON actors WHEN OLD.deleted_at IS NULL BEGIN
    UPDATE totals SET live = live - 1 WHERE entity = 'actors' AND slot = 0;
END;
CREATE TRIGGER actors_deleted AFTER UPDATE OF deleted_at ON actors WHEN OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL BEGIN
    UPDATE totals SET live = live - 1 WHERE entity = 'actors' AND slot = 0;
END;
CREATE TRIGGER actors_restored AFTER UPDATE OF deleted_at ON actors WHEN OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL BEGIN
    UPDATE totals SET live = live + 1 WHERE entity = 'actors' AND slot = 0;
END;
CREATE TRIGGER movies_added AFTER INSERT ON movies WHEN NEW.deleted_at IS NULL BEGIN
    UPDATE totals SET live = live + 1 WHERE entity = 'movies' AND slot = 0;
END;
CREATE TRIGGER movies_removed AFTER DELETE ON movies WHEN OLD.deleted_at IS NULL BEGIN
    UPDATE totals SET live = live - 1 WHERE entity = 'movies' AND slot = 0;
END;
CREATE TRIGGER movies_deleted AFTER UPDATE OF deleted_at ON movies WHEN OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL BEGIN
    UPDATE totals SET live = live - 1 WHERE entity = 'movies' AND slot = 0;
END;
CREATE TRIGGER movies_restored AFTER UPDATE OF deleted_at ON movies WHEN OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL BEGIN
    UPDATE totals SET live = live + 1 WHERE entity = 'movies' AND slot = 0;
END;
