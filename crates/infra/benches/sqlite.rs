//! How fast the ports are on SQLite, in a file: `cargo bench -p ensemble-infra`.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot start may panic")]

use std::hint::black_box;

use chrono::{DateTime, NaiveDate, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use ensemble_domain::{
    ActorChanges, ActorName, ActorQuery, Born, Caller, Clock, Gender, Limit, NewActor, PageNumber, PageRequest,
    Permissions, Permit, Precondition, RequestId, Requirement, Subject,
};
use ensemble_infra::{Database, DatabaseSettings, DatabaseUrl, Migrator, SystemClock};
use tempfile::TempDir;

/// How many actors there are.
const ROWS: usize = 10_000;

fn permit<R: Requirement>() -> Permit<R> {
    let (subject, request) = (Subject::parse("auth0|somebody").unwrap(), RequestId::parse("request-1").unwrap());
    Caller::new(subject, Permissions::ALL, request).permit().unwrap()
}

fn an_actor(number: usize) -> NewActor {
    NewActor {
        name: ActorName::parse(format!("Actor {number}")).unwrap(),
        gender: Gender::Female,
        born: Born::On(NaiveDate::default()),
    }
}

fn a_database(folder: &TempDir, now: DateTime<Utc>) -> Database {
    let url = DatabaseUrl::parse(&format!("sqlite://{}", folder.path().join("bench.db").display())).unwrap();
    Migrator::new(&url).up().unwrap();
    let database = Database::open(&DatabaseSettings::new(url)).unwrap();
    let many: Vec<_> = (0..ROWS).map(an_actor).collect();
    database.actors().insert_all(&permit(), &many, now).unwrap();
    database
}

fn actors(criterion: &mut Criterion) {
    let (folder, now) = (TempDir::new().unwrap(), SystemClock.now());
    let actors = a_database(&folder, now).actors();
    let (query, middle) =
        (ActorQuery::default(), PageRequest { limit: Limit::DEFAULT, page: PageNumber::new(250).unwrap() });
    let id = actors.list(&query, middle).unwrap().items.first().unwrap().id;

    criterion.bench_function("find one actor", |bencher| bencher.iter(|| actors.find(black_box(id)).unwrap()));
    criterion.bench_function("list 20 of 10,000 actors", |bencher| {
        bencher.iter(|| actors.list(&query, black_box(middle)).unwrap());
    });
    criterion.bench_function("add an actor", |bencher| {
        bencher.iter(|| actors.insert(&permit(), &an_actor(0), now).unwrap());
    });
    let mut number = 0;
    criterion.bench_function("change an actor", |bencher| {
        bencher.iter(|| {
            number += 1;
            let name = Some(ActorName::parse(format!("Actor {number}")).unwrap());
            let changes = ActorChanges { name, ..ActorChanges::default() };
            actors.update(&permit(), id, &Precondition::None, &changes, now).unwrap()
        });
    });
}

criterion_group!(benches, actors);
criterion_main!(benches);
