DROP TRIGGER movies_restored ON movies;
DROP TRIGGER movies_deleted ON movies;
DROP TRIGGER movies_removed ON movies;
DROP TRIGGER movies_added ON movies;
DROP TRIGGER actors_restored ON actors;
DROP TRIGGER actors_deleted ON actors;
DROP TRIGGER actors_removed ON actors;
DROP TRIGGER actors_added ON actors;
DROP FUNCTION add_to_total();
DROP TABLE totals;
-- Made by the program, where the extension pg_trgm is allowed. The extension stays: others may use it.
DROP INDEX IF EXISTS movies_search, actors_search;
DROP INDEX movies_created, movies_release, movies_title, actors_created, actors_gender, actors_age, actors_name;
ALTER TABLE movies DROP COLUMN title_key;
ALTER TABLE actors ALTER COLUMN gender TYPE text COLLATE "default";
ALTER TABLE actors DROP COLUMN seniority;
ALTER TABLE actors DROP COLUMN name_key;
