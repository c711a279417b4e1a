-- Castings are removed for good; AUTOINCREMENT keeps their ids from being given twice.
CREATE TABLE castings (
    id            INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    movie_id      INTEGER NOT NULL REFERENCES movies (id) ON DELETE RESTRICT,
    actor_id      INTEGER NOT NULL REFERENCES actors (id) ON DELETE RESTRICT,
    character     TEXT    CHECK (length(character) BETWEEN 1 AND 200),
    character_key TEXT,
    status        TEXT    NOT NULL CHECK (status IN (
        'considering', 'auditioning', 'pinned', 'offered', 'booked', 'declined', 'released'
    )),
    reason        TEXT    CHECK (length(reason) BETWEEN 1 AND 500),
    billing       INTEGER CHECK (billing BETWEEN 1 AND 9999),
    version       INTEGER NOT NULL CHECK (version >= 1),
    created_at    TEXT    NOT NULL,
    updated_at    TEXT    NOT NULL,
    CHECK ((character IS NULL) = (character_key IS NULL))
) STRICT;

-- A part that is not named counts as one; NULLs would all be different.
CREATE UNIQUE INDEX castings_open ON castings (movie_id, actor_id, coalesce(character_key, ''))
    WHERE status NOT IN ('declined', 'released');
CREATE UNIQUE INDEX castings_billing ON castings (movie_id, billing) WHERE billing IS NOT NULL;
CREATE INDEX castings_movie ON castings (movie_id);
CREATE INDEX castings_actor ON castings (actor_id);

-- No foreign keys: an entry outlives the casting it tells of, and what it names is never removed otherwise.
CREATE TABLE history (
    id         INTEGER NOT NULL PRIMARY KEY,
    at         TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    request_id TEXT    NOT NULL,
    action     TEXT    NOT NULL,
    entity     TEXT    NOT NULL CHECK (entity IN ('actor', 'movie', 'casting')),
    entity_id  INTEGER,
    actor_id   INTEGER,
    movie_id   INTEGER,
    before     TEXT    NOT NULL,
    after      TEXT    NOT NULL
) STRICT;

CREATE INDEX history_actor ON history (actor_id, id) WHERE actor_id IS NOT NULL;
CREATE INDEX history_movie ON history (movie_id, id) WHERE movie_id IS NOT NULL;

CREATE TABLE idempotency_keys (
    key         TEXT    NOT NULL PRIMARY KEY,
    fingerprint TEXT    NOT NULL,
    entity      TEXT    NOT NULL CHECK (entity IN ('actor', 'movie', 'casting')),
    entity_id   INTEGER NOT NULL,
    state       TEXT    NOT NULL,
    created_at  TEXT    NOT NULL
) STRICT;

CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
