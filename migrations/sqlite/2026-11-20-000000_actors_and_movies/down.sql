DROP TABLE movies;
DROP TABLE actors;
