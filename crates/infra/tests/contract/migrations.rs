//! How tables are made and unmade.

use std::thread;

use diesel::{QueryableByName, RunQueryDsl, sql_types::Text};
use ensemble_domain::StoreError;
use ensemble_infra::{MigrateError, Migrator, NotReady};

use crate::fixture::{self, Aside, Fixture};

fn migrator(fixture: &Fixture) -> Migrator {
    Migrator::new(&fixture.url)
}

fn all_down(fixture: &Fixture) -> Vec<String> {
    std::iter::from_fn(|| migrator(fixture).down().unwrap()).collect()
}

fn names(fixture: &Fixture) -> Vec<String> {
    migrator(fixture).status().unwrap().into_iter().map(|(name, _)| name).collect()
}

pub fn tables_are_made_unmade_and_made_again(fixture: &Fixture) {
    let made = structure(fixture);
    assert!(made.iter().any(|line| line.starts_with("column actors")), "{made:?}");
    assert_eq!(migrator(fixture).up().unwrap(), Vec::<String>::new(), "nothing is pending");

    let mut reverted = all_down(fixture);
    reverted.reverse();
    assert_eq!(reverted, names(fixture));
    assert_eq!(structure(fixture), Vec::<String>::new());

    assert_eq!(migrator(fixture).up().unwrap(), names(fixture));
    assert_eq!(structure(fixture), made);
}

pub fn two_that_start_at_once_do_not_collide(fixture: &Fixture) {
    for _ in 0..5 {
        all_down(fixture);
        fixture.aside().execute("DROP TABLE __diesel_schema_migrations");
        let mut applied: Vec<_> = thread::scope(|scope| {
            let running: Vec<_> = (0..4).map(|_| scope.spawn(|| migrator(fixture).up())).collect();
            running.into_iter().flat_map(|thread| thread.join().unwrap().unwrap()).collect()
        });
        applied.sort();
        assert_eq!(applied, names(fixture), "each is applied by one of them");
    }
}

pub fn a_database_is_ready_when_its_tables_are_made(fixture: &Fixture) {
    fixture.database.ready().unwrap();
    all_down(fixture);
    let refused = fixture.database.ready();
    assert!(matches!(&refused, Err(NotReady::Pending(pending)) if *pending == names(fixture)), "{refused:?}");
    fixture.aside().execute("DROP TABLE __diesel_schema_migrations");
    let refused = fixture.database.ready();
    assert!(matches!(&refused, Err(NotReady::Pending(pending)) if *pending == names(fixture)), "{refused:?}");
    migrator(fixture).up().unwrap();
    fixture.database.ready().unwrap();
}

pub fn the_state_of_a_database_can_be_asked_without_changing_it(fixture: &Fixture) {
    assert!(migrator(fixture).status().unwrap().iter().all(|(_, applied)| *applied));
    all_down(fixture);
    fixture.aside().execute("DROP TABLE __diesel_schema_migrations");
    for _ in 0..2 {
        assert!(migrator(fixture).status().unwrap().iter().all(|(_, applied)| !applied));
    }
    // This fails when the table is there.
    fixture.aside().execute("CREATE TABLE __diesel_schema_migrations (version TEXT)");
}

pub fn migrations_that_cannot_be_read_are_not_taken_for_pending(fixture: &Fixture) {
    fixture.aside().execute("ALTER TABLE __diesel_schema_migrations RENAME COLUMN version TO other");
    let refused = fixture.database.ready();
    assert!(matches!(&refused, Err(NotReady::Store(StoreError::Failed(_)))), "{refused:?}");
    let refused = migrator(fixture).status();
    assert!(matches!(&refused, Err(MigrateError::Unread(_))), "{refused:?}");
}

pub fn a_failed_migration_leaves_nothing_behind(fixture: &Fixture) {
    all_down(fixture);
    // The second table of the migration is in the way of itself.
    fixture.aside().execute("CREATE TABLE movies (id INTEGER)");
    migrator(fixture).up().unwrap_err();
    assert!(!structure(fixture).iter().any(|line| line.contains("actors")), "{:?}", structure(fixture));
    fixture.aside().execute("DROP TABLE movies");
    assert_eq!(migrator(fixture).up().unwrap(), names(fixture));
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// One line for each column and index of the tables, but for Diesel's and SQLite's own.
fn structure(fixture: &Fixture) -> Vec<String> {
    const SQLITE: &str = "
        SELECT 'column ' || t.name || '.' || c.name || CASE WHEN c.\"notnull\" THEN ' required' ELSE ' optional' END AS line
        FROM sqlite_master t JOIN pragma_table_xinfo(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
        UNION ALL
        SELECT 'index ' || tbl_name || ' ' || name FROM sqlite_master
        WHERE type = 'index' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
        ORDER BY line";
    const POSTGRES: &str = "
        SELECT 'column ' || table_name || '.' || column_name || CASE is_nullable WHEN 'NO' THEN ' required' ELSE ' optional' END AS line
        FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%'
        UNION ALL
        SELECT 'index ' || tablename || ' ' || indexname FROM pg_indexes
        WHERE schemaname = 'public' AND indexname NOT LIKE '%\\_pkey'
        ORDER BY line";
    let lines: Vec<Line> = match &mut fixture.aside() {
        Aside::Sqlite(connection) => diesel::sql_query(SQLITE).load(connection).unwrap(),
        Aside::Postgres(connection) => diesel::sql_query(POSTGRES).load(connection).unwrap(),
    };
    let mut lines: Vec<_> = lines.into_iter().map(|line| line.line).collect();
    lines.sort();
    lines
}

/// SQLite searches by tables of their own, PostgreSQL by indexes.
fn is_for_searches(line: &str) -> bool {
    ["actors_search", "movies_search"].iter().any(|name| line.contains(name))
}

/// Both folders of migrations have the same names and make the same tables, columns and indexes.
#[test]
fn both_databases_are_alike() {
    let sqlite = fixture::sqlite();
    let Some(postgres) = fixture::postgres() else { return };
    assert_eq!(names(&sqlite), names(&postgres));
    let (searching, sqlite_has): (Vec<_>, Vec<_>) =
        structure(&sqlite).into_iter().partition(|line| is_for_searches(line));
    let (also_searching, postgres_has): (Vec<_>, Vec<_>) =
        structure(&postgres).into_iter().partition(|line| is_for_searches(line));
    assert_eq!(sqlite_has, postgres_has);
    assert!(searching.contains(&"column actors_search.name_key optional".to_owned()), "{searching:?}");
    assert!(searching.contains(&"column movies_search.title_key optional".to_owned()), "{searching:?}");
    assert_eq!(also_searching, ["index actors actors_search", "index movies movies_search"]);
    assert!(structure(&sqlite).len() > 18, "{:?}", structure(&sqlite));
}
