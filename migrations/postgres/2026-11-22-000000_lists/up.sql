-- What searching and sorting compare: names and titles without case and accents, made in the domain. The program fills the keys of
-- older rows once the migration is through.
ALTER TABLE actors ADD COLUMN name_key text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE movies ADD COLUMN title_key text COLLATE "C" NOT NULL DEFAULT '';

-- Compared byte by byte, as the keys are: a language's own order would have the index made in twice the time.
ALTER TABLE actors ALTER COLUMN gender TYPE text COLLATE "C";

-- Days before a day that never comes, which grow with the age. In an order by the day itself, the ids would descend as ages ascend.
ALTER TABLE actors ADD COLUMN seniority bigint GENERATED ALWAYS AS (DATE '2200-12-31' - born) STORED;

CREATE INDEX actors_name ON actors (name_key, id);
CREATE INDEX actors_age ON actors (seniority, id);
CREATE INDEX actors_gender ON actors (gender, id);
CREATE INDEX actors_created ON actors (created_at, id);
CREATE INDEX movies_title ON movies (title_key, id);
CREATE INDEX movies_release ON movies (release_date, id);
CREATE INDEX movies_created ON movies (created_at, id);

-- How many rows are not deleted, without counting them: the sum over the slots of an entity. Each session has a slot, so that hardly
-- anybody waits for somebody else's transaction.
CREATE TABLE totals (
    entity text   NOT NULL CHECK (entity IN ('actors', 'movies')),
    slot   bigint NOT NULL,
    live   bigint NOT NULL,
    PRIMARY KEY (entity, slot)
) WITH (fillfactor = 10);

INSERT INTO totals (entity, slot, live)
    SELECT 'actors', 0, count(*) FROM actors WHERE deleted_at IS NULL
    UNION ALL SELECT 'movies', 0, count(*) FROM movies WHERE deleted_at IS NULL
    UNION ALL SELECT entity, slot, 0 FROM unnest(ARRAY['actors', 'movies']) AS entity, generate_series(1, 15) AS slot;

CREATE FUNCTION add_to_total() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE totals SET live = live + TG_ARGV[0]::bigint
        WHERE entity = TG_TABLE_NAME::text AND slot = pg_backend_pid() % 16;
    RETURN NULL;
END
$$;

-- An import adds up by itself what it adds: a trigger for every row would take longer than the row.
CREATE TRIGGER actors_added AFTER INSERT ON actors FOR EACH ROW
    WHEN (NEW.deleted_at IS NULL AND current_setting('ensemble.counts_itself', true) IS DISTINCT FROM 'yes')
    EXECUTE FUNCTION add_to_total('1');
CREATE TRIGGER actors_removed AFTER DELETE ON actors FOR EACH ROW
    WHEN (OLD.deleted_at IS NULL) EXECUTE FUNCTION add_to_total('-1');
CREATE TRIGGER actors_deleted AFTER UPDATE OF deleted_at ON actors FOR EACH ROW
    WHEN (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION add_to_total('-1');
CREATE TRIGGER actors_restored AFTER UPDATE OF deleted_at ON actors FOR EACH ROW
    WHEN (OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL) EXECUTE FUNCTION add_to_total('1');

CREATE TRIGGER movies_added AFTER INSERT ON movies FOR EACH ROW
    WHEN (NEW.deleted_at IS NULL AND current_setting('ensemble.counts_itself', true) IS DISTINCT FROM 'yes')
    EXECUTE FUNCTION add_to_total('1');
CREATE TRIGGER movies_removed AFTER DELETE ON movies FOR EACH ROW
    WHEN (OLD.deleted_at IS NULL) EXECUTE FUNCTION add_to_total('-1');
CREATE TRIGGER movies_deleted AFTER UPDATE OF deleted_at ON movies FOR EACH ROW
    WHEN (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION add_to_total('-1');
CREATE TRIGGER movies_restored AFTER UPDATE OF deleted_at ON movies FOR EACH ROW
    WHEN (OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL) EXECUTE FUNCTION add_to_total('1');
