//! What callers are told when the database is in trouble.

use std::{
    env,
    fs::{self, File, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Command,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use ensemble_domain::{ActorQuery, StoreError, Total};
use ensemble_infra::{Database, DatabaseSettings, OpenError};
use metrics_exporter_prometheus::PrometheusBuilder;

use crate::{
    fixture::{Fixture, SLACK},
    samples::{an_actor_named, now, page, permit},
};

pub fn a_call_waits_for_a_connection_only_so_long(fixture: &Fixture) {
    let patience = Duration::from_millis(200);
    let database = fixture.reopened(|settings| {
        settings.pool_size = Some(1);
        settings.checkout_timeout = patience;
    });
    database.ready().unwrap();
    let actors = database.actors();
    let insert = || {
        let start = Instant::now();
        (actors.insert(&permit(), &an_actor_named("Ann"), now()), start.elapsed())
    };

    let held = fixture.writes_held_up();
    thread::scope(|scope| {
        let (told, answers) = mpsc::channel();
        for _ in 0..2 {
            let (told, insert) = (told.clone(), &insert);
            scope.spawn(move || told.send(insert()).unwrap());
        }
        let (answer, waited) = answers.recv().unwrap();
        assert!(
            matches!(&answer, Err(StoreError::Unavailable(cause)) if cause.to_string().contains("200 ms")),
            "{answer:?}"
        );
        assert!(waited >= patience && waited < patience + SLACK, "{waited:?}");
        drop(held);
        let (answer, _) = answers.recv().unwrap();
        answer.unwrap();
    });
}

pub fn connections_and_those_who_wait_for_one_are_told(fixture: &Fixture) {
    let database = fixture.reopened(|settings| settings.pool_size = Some(1));
    let pool = if fixture.url.sqlite_path().is_some() { "writer" } else { "main" };
    let told = || {
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || database.tell_pools());
        let text = recorder.handle().render();
        ["idle", "in_use"]
            .map(|state| format!(r#"connections{{pool="{pool}",state="{state}"}} "#))
            .into_iter()
            .chain(["limit", "waiting"].map(|name| format!(r#"{name}{{pool="{pool}"}} "#)))
            .map(|series| text.split_once(&series).unwrap().1.lines().next().unwrap().parse().unwrap())
            .collect::<Vec<u32>>()
    };
    assert_eq!(told(), [0, 0, 1, 0], "none is made before it is needed");
    let actors = database.actors();
    let held = fixture.writes_held_up();
    thread::scope(|scope| {
        for _ in 0..4 {
            // Those that the lock holds up for too long are not what this is about.
            scope.spawn(|| actors.insert(&permit(), &an_actor_named("Ann"), now()).ok());
        }
        let end = Instant::now() + SLACK;
        while told()[..3] != [0, 1, 1] || told()[3] == 0 {
            assert!(Instant::now() < end, "{:?}", told());
        }
        drop(held);
    });
    assert_eq!(told(), [1, 0, 1, 0]);
}

pub fn settings_that_can_never_work_are_refused(fixture: &Fixture) {
    let settings = DatabaseSettings::new(fixture.url.clone());
    let refused = Database::open(&DatabaseSettings { pool_size: Some(0), ..settings.clone() });
    assert!(matches!(refused, Err(OpenError::PoolSize)), "{refused:?}");
    let refused = Database::open(&DatabaseSettings { checkout_timeout: Duration::ZERO, ..settings });
    assert!(matches!(refused, Err(OpenError::CheckoutTimeout)), "{refused:?}");
}

pub fn as_many_calls_run_at_once_as_there_are_connections(fixture: &Fixture) {
    let beside = u32::from(fixture.url.sqlite_path().is_some());
    let usual = if beside == 1 { 4 } else { 8 };
    assert_eq!(fixture.database.connections(), usual + beside);
    assert_eq!(fixture.reopened(|settings| settings.pool_size = Some(3)).connections(), 3 + beside);
}

/// A write that waits for another process gives up in the end.
#[test]
fn a_sqlite_file_that_somebody_else_writes_is_unavailable_and_still_read() {
    let fixture = crate::fixture::sqlite();
    let actors = fixture.database.actors();
    let ann = actors.insert(&permit(), &an_actor_named("Ann"), now()).unwrap().into_inner();

    let held = fixture.writes_held_up();
    let refused = actors.insert(&permit(), &an_actor_named("Bo"), now());
    assert!(
        matches!(&refused, Err(StoreError::Unavailable(cause)) if cause.to_string().contains("locked")),
        "{refused:?}"
    );
    assert_eq!(actors.find(ann.id).unwrap(), Some(ann));
    drop(held);
    actors.insert(&permit(), &an_actor_named("Bo"), now()).unwrap();
}

/// Root writes whatever it likes, so root's own run of this test starts another one that may not.
#[test]
fn a_sqlite_file_that_is_read_only_for_a_while_is_read_and_then_written_again() {
    let fixture = crate::fixture::sqlite();
    let path = fixture.url.sqlite_path().unwrap();
    // What SQLite keeps beside a file gets the mode of the file.
    let all = ["", "-wal", "-shm"].map(|suffix| format!("{}{suffix}", path.display()));
    let may_write = |mode| {
        for file in all.iter().filter(|file| Path::new(file).exists()) {
            fs::set_permissions(file, Permissions::from_mode(mode)).unwrap();
        }
    };
    may_write(0o444);
    if File::options().append(true).open(path).is_ok() {
        let name = "trouble::a_sqlite_file_that_is_read_only_for_a_while_is_read_and_then_written_again";
        let rights = "-dac_override,-dac_read_search";
        let mut again = Command::new("setpriv");
        again.args([&format!("--bounding-set={rights}"), &format!("--inh-caps={rights}")]);
        let ran = again.arg(env::current_exe().unwrap()).args(["--exact", name]).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    may_write(0o644);
    let actors = fixture.database.actors();
    let count = || actors.list(&ActorQuery::default(), &page(1, 1)).unwrap().total;
    assert_eq!(count(), Total::Exact(0));
    may_write(0o444);
    for _ in 0..2 {
        let refused = actors.insert(&permit(), &an_actor_named("Ann"), now());
        assert!(
            matches!(&refused, Err(StoreError::Unavailable(cause)) if cause.to_string().contains("readonly")),
            "{refused:?}"
        );
        assert_eq!(count(), Total::Exact(0));
    }
    may_write(0o644);
    actors.insert(&permit(), &an_actor_named("Ann"), now()).unwrap();
    assert_eq!(count(), Total::Exact(1));
}
