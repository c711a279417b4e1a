//! How fast the ports are on SQLite, in a file: `cargo bench -p ensemble-infra`.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot start may panic")]

use std::{hint::black_box, sync::Arc};

use chrono::{DateTime, Months, NaiveDate, Utc};
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime};
use ensemble_domain::{
    ActorChanges, ActorFilter, ActorName, ActorQuery, ActorRepository, ActorSort, Born, Caller, Clock, Gender, Limit,
    NewActor, PageNumber, PageRequest, Permissions, Permit, Precondition, RequestId, Requirement, Search, Sort, Start,
    Subject,
};
use ensemble_infra::{Database, DatabaseSettings, DatabaseUrl, Migrator, SystemClock};
use tempfile::TempDir;

fn permit<R: Requirement>() -> Permit<R> {
    let (subject, request) = (Subject::parse("auth0|somebody").unwrap(), RequestId::parse("request-1").unwrap());
    Caller::new(subject, Permissions::ALL, request).permit().unwrap()
}

/// One of many: every tenth is a Haddad, every hundredth a Zenobia.
fn an_actor(number: u32) -> NewActor {
    let surname = if number.is_multiple_of(10) { "Haddad" } else { "N\u{fa}\u{f1}ez" };
    let name = if number.is_multiple_of(100) { "Zenobia" } else { "Actor" };
    let youngest = NaiveDate::from_ymd_opt(2010, 6, 15).unwrap();
    NewActor {
        name: ActorName::parse(format!("{name} {surname} {number}")).unwrap(),
        gender: if number.is_multiple_of(2) { Gender::Female } else { Gender::Male },
        born: Born::On(youngest - Months::new(number % 720)),
    }
}

fn a_database(folder: &TempDir, rows: u32, now: DateTime<Utc>) -> Database {
    let url = DatabaseUrl::parse(&format!("sqlite://{}", folder.path().join("bench.db").display())).unwrap();
    Migrator::new(&url).up().unwrap();
    let database = Database::open(&DatabaseSettings::new(url)).unwrap();
    database.actors().import(&permit(), &mut (0..rows).map(an_actor).map(Ok), now).unwrap();
    database
}

fn page(number: u64) -> PageRequest {
    PageRequest { limit: Limit::DEFAULT, start: Start::Page(PageNumber::new(number).unwrap()) }
}

/// A page behind the middle of the list.
fn deep(actors: &dyn ActorRepository, query: &ActorQuery, rows: u32) -> PageRequest {
    let middle = actors.list(query, &page(u64::from(rows) / 40)).unwrap();
    let start = Start::After(query.position(middle.items.last().unwrap()));
    PageRequest { limit: Limit::DEFAULT, start }
}

fn sorted(by: ActorSort) -> ActorQuery {
    ActorQuery::new(ActorFilter::default(), Sort { by, descending: false })
}

fn found(text: &str) -> ActorQuery {
    let search = Some(Search::parse(text).unwrap());
    ActorQuery::new(ActorFilter { search, ..ActorFilter::default() }, Sort::default())
}

fn lists(criterion: &mut Criterion) {
    for rows in [10_000, 1_000_000] {
        let folder = TempDir::new().unwrap();
        let actors = a_database(&folder, rows, SystemClock.now()).actors();
        let mut group = criterion.benchmark_group(format!("{rows} actors"));
        let id = actors.list(&ActorQuery::default(), &page(250)).unwrap().items.first().unwrap().id;
        group.bench_function("find one", |bencher| bencher.iter(|| actors.find(black_box(id)).unwrap()));
        for (name, by) in [
            ("by id", ActorSort::Id),
            ("by name", ActorSort::Name),
            ("by age", ActorSort::Age),
            ("by creation", ActorSort::CreatedAt),
        ] {
            let query = sorted(by);
            list(&mut group, &format!("first page {name}"), &actors, &query, &page(1));
            list(&mut group, &format!("deep page {name}"), &actors, &query, &deep(&*actors, &query, rows));
        }
        for (name, text) in [
            ("a rare word", "4999"),
            ("an absent word", "nobody"),
            ("1 in 100", "zenobia"),
            ("1 in 10", "haddad"),
            ("a common word", "nunez"),
            ("two words", "zenobia 50"),
            ("two letters", "zq"),
        ] {
            list(&mut group, &format!("search for {name}"), &actors, &found(text), &page(1));
        }
        group.finish();
    }
}

fn list(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    actors: &Arc<dyn ActorRepository>,
    query: &ActorQuery,
    page: &PageRequest,
) {
    group.sample_size(20);
    group.bench_function(name, |bencher| bencher.iter(|| actors.list(black_box(query), page).unwrap()));
}

fn writes(criterion: &mut Criterion) {
    let (folder, now) = (TempDir::new().unwrap(), SystemClock.now());
    let actors = a_database(&folder, 10_000, now).actors();
    let id = actors.list(&ActorQuery::default(), &page(250)).unwrap().items.first().unwrap().id;
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

criterion_group!(benches, lists, writes);
criterion_main!(benches);
