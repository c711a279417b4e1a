//! What lists and files cost beside their store: `cargo bench -p ensemble-http --bench lists`.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on should stop")]

use std::{fmt::Write, hint::black_box};

use chrono::{DateTime, NaiveDate};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ensemble_domain::{
    Actor, ActorId, ActorName, Born, Folded, Gender, NewActor, NewMovie, Position, SortKey, Version, parse_day,
};
use ensemble_http::{
    bench_api,
    csv::{Options, Reading, Row, write_rows},
};

/// How many rows are read or written at once.
const ROWS: u64 = 10_000;

fn today() -> NaiveDate {
    parse_day("2026-03-14").unwrap()
}

fn rows(header: &str, row: impl Fn(u64) -> String) -> String {
    (0..ROWS).fold(header.to_owned(), |mut csv, number| {
        writeln!(csv, "{}", row(number)).unwrap();
        csv
    })
}

fn read<T: Row>(csv: &str) -> u64 {
    let options = Options { today: today(), skip_invalid: false };
    let mut reading = Reading::<T, _>::open(csv.as_bytes(), options).unwrap();
    reading.by_ref().for_each(drop);
    reading.into_report().good
}

fn files(criterion: &mut Criterion) {
    let ages = rows("name,age,gender\n", |number| format!("Nada Haddad {number},{},female", number % 100));
    let accents = rows("gender,name,birth_date,agent\n", |number| {
        format!("Two-Spirit,\"Jos\u{e9}, {number}\",2000-01-01,Badis \u{26} Sons")
    });
    let movies = rows("title,release_date,shoot_start,shoot_end\n", |number| {
        format!("Aihaga {number},2027-05-07,2026-05-01,2026-06-01")
    });
    let mut group = criterion.benchmark_group("a file");
    group.throughput(Throughput::Elements(ROWS));
    group.bench_function("actors with ages read", |bencher| {
        bencher.iter(|| assert_eq!(read::<NewActor>(black_box(&ages)), ROWS));
    });
    group.bench_function("quoted actors with birth dates read", |bencher| {
        bencher.iter(|| assert_eq!(read::<NewActor>(black_box(&accents)), ROWS));
    });
    group.bench_function("movies read", |bencher| {
        bencher.iter(|| assert_eq!(read::<NewMovie>(black_box(&movies)), ROWS));
    });
    let actors: Vec<_> = (1..=ROWS).map(an_actor).collect();
    group.bench_function("actors written", |bencher| {
        bencher.iter(|| {
            let mut csv = Vec::new();
            write_rows(black_box(&actors), today(), &mut csv).unwrap();
            csv
        });
    });
    group.finish();
}

fn an_actor(number: u64) -> Actor {
    let at = DateTime::from_timestamp(1_773_478_800, 0).unwrap();
    Actor {
        id: ActorId::new(number.try_into().unwrap()).unwrap(),
        name: ActorName::parse("Nada Haddad").unwrap(),
        gender: Gender::Female,
        born: Born::On(parse_day("2006-03-14").unwrap()),
        version: Version::FIRST,
        created_at: at,
        updated_at: at,
        deleted_at: None,
    }
}

fn a_place(criterion: &mut Criterion) {
    let position = Position { key: SortKey::Text(Folded::of("Nada Haddad")), id: 7 };
    let cursor = bench_api::encode_cursor(&position);
    let mut group = criterion.benchmark_group("a place");
    group.bench_function("a cursor written", |bencher| {
        bencher.iter(|| bench_api::encode_cursor(black_box(&position)));
    });
    group.bench_function("a cursor read", |bencher| {
        bencher.iter(|| bench_api::decode_cursor(black_box(&cursor)).unwrap());
    });
    for (name, text) in [
        ("a folded name folded", "nada haddad"),
        ("an ASCII name folded", "Nada Haddad"),
        ("a name with accents folded", "N\u{e1}da El-Hadd\u{e2}d"),
    ] {
        group.bench_function(name, |bencher| bencher.iter(|| Folded::of(black_box(text))));
    }
    group.finish();
}

criterion_group!(benches, files, a_place);
criterion_main!(benches);
