-- Rows are hidden by deleted_at and never removed, so an INTEGER PRIMARY KEY is never given twice.
CREATE TABLE actors (
    id         INTEGER NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    gender     TEXT    NOT NULL CHECK (length(gender) BETWEEN 1 AND 40),
    born       TEXT    NOT NULL CHECK (born GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    born_exact INTEGER NOT NULL CHECK (born_exact IN (0, 1)),
    version    INTEGER NOT NULL CHECK (version >= 1),
    created_at TEXT    NOT NULL,
    updated_at TEXT    NOT NULL,
    deleted_at TEXT
) STRICT;

CREATE TABLE movies (
    id           INTEGER NOT NULL PRIMARY KEY,
    title        TEXT    NOT NULL CHECK (length(title) BETWEEN 1 AND 300),
    release_date TEXT    NOT NULL CHECK (release_date BETWEEN '1888-01-01' AND '2200-12-31'),
    shoot_start  TEXT             CHECK (shoot_start GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    shoot_end    TEXT             CHECK (shoot_end GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    version      INTEGER NOT NULL CHECK (version >= 1),
    created_at   TEXT    NOT NULL,
    updated_at   TEXT    NOT NULL,
    deleted_at   TEXT,
    CHECK ((shoot_start IS NULL) = (shoot_end IS NULL)),
    CHECK (shoot_start <= shoot_end)
) STRICT;

-- What is deleted is rare and asked for by itself.
CREATE INDEX actors_deleted ON actors (id) WHERE deleted_at IS NOT NULL;
CREATE INDEX movies_deleted ON movies (id) WHERE deleted_at IS NOT NULL;
