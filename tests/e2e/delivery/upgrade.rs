//! Two versions on one database, as in `docs/guides/upgrade.md`. The newer one shows by its migration alone.

use diesel::{Connection, PgConnection, connection::SimpleConnection};
use ensemble_domain::Role;
use reqwest::Method;
use serde_json::json;

use crate::{
    commands::{on, run},
    database::Database,
    server::{Server, eventually},
};

const NEWER: &str = "ALTER TABLE actors ADD COLUMN agent text NOT NULL DEFAULT 'none';
    INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000000');";

on_both_databases!(an_older_server_serves_on_when_a_newer_one_has_migrated);

fn an_older_server_serves_on_when_a_newer_one_has_migrated(database: &Database) {
    let mut server = Server::start(database);
    let migrated = if database.is_sqlite() {
        database.file().batch_execute(&format!("PRAGMA busy_timeout = 5000; {NEWER}"))
    } else {
        PgConnection::establish(&database.url).unwrap().batch_execute(NEWER)
    };
    migrated.unwrap();
    for restarted in [false, true] {
        if restarted {
            server.restart(database);
        }
        eventually("the server is ready", || {
            server.request(Method::GET, "/readyz").send().unwrap().error_for_status().ok()
        });
        let actor = json!({"name": "Nada Haddad", "age": 25, "gender": "female"});
        let (status, added) = server.json(Method::POST, "/actors", &actor);
        assert_eq!(status, 201, "{added}");
        let path = format!("/actors/{}", added["actor"]["id"]);
        assert_eq!(server.json(Method::PATCH, &path, &json!({"age": 26})).0, 200);
        let deleted = server.request_as(Role::ExecutiveProducer, Method::DELETE, &path).send().unwrap();
        assert_eq!(deleted.status(), 200);
    }

    let ran = run(&mut on(database, &["migrate", "up"]));
    assert_eq!((ran.code, ran.out.as_str()), (0, "nothing to apply\n"));
    let ran = run(&mut on(database, &["migrate", "down"]));
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("migration 29991231000000 is not known to this version of the program"), "{}", ran.err);
}
