//! What a request costs beside its store: `cargo bench -p ensemble-http`.
//!
//! First the steps by themselves, then whole requests through the application, without a network, over a store that answers
//! at once. `GET /livez` is what every request costs, `GET /me` adds the check of the token. Then the same requests are counted.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on should stop")]

use std::{hint::black_box, sync::Arc, thread, time::Duration};

use actix_web::{
    rt::System,
    test::{TestRequest, call_service, init_service},
    web::Data,
};
use chrono::{DateTime, NaiveDate, Utc};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use ensemble_auth::{KeySet, KeyStore, LOCAL_AUDIENCE, LOCAL_ISSUER, LocalIssuer, Rules, Verifier, install_crypto};
use ensemble_domain::{
    Actor, ActorId, ActorName, ActorService, Born, CastingService, Clock, Gender, HistoryService, Limit,
    MockActorRepository, MockCastingRepository, MockHistoryRepository, MockMovieRepository, MovieService, Outcome,
    Page, PageNumber, PageRequest, Role, Start, Total, Version,
};
use ensemble_http::{
    App, Blocking, CorsOrigins, REQUEST_DURATION, REQUEST_DURATION_BUCKETS, Services, application, bench_api,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use tempfile::TempDir;

const BODY: &str = r#"{"name":"Nada Haddad","age":20,"gender":"female"}"#;
const FIRST_PAGE: PageRequest = PageRequest { limit: Limit::DEFAULT, start: Start::Page(PageNumber::FIRST) };

struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_773_478_800, 0).unwrap()
    }
}

fn today() -> NaiveDate {
    StoppedClock.today()
}

fn an_actor(number: i64) -> Actor {
    Actor {
        id: ActorId::new(number).unwrap(),
        name: ActorName::parse("Nada Haddad").unwrap(),
        gender: Gender::Female,
        born: Born::On(today() - chrono::Months::new(20 * 12)),
        version: Version::FIRST,
        created_at: StoppedClock.now(),
        updated_at: StoppedClock.now(),
        deleted_at: None,
    }
}

fn a_page() -> Page<Actor> {
    Page { items: (1..=20).map(an_actor).collect(), total: Total::Exact(213), more: true }
}

fn an_issuer() -> LocalIssuer {
    install_crypto().unwrap();
    LocalIssuer::open(&TempDir::new().unwrap().path().join("key.pem")).unwrap()
}

/// The application over actors that are always there.
fn an_app(issuer: &LocalIssuer) -> App {
    let mut actors = MockActorRepository::new();
    actors.expect_find().returning(|id| Ok(Some(an_actor(id.get()))));
    actors.expect_list().returning(|_, _| Ok(a_page()));
    actors.expect_insert().returning(|_, _, _| Ok(Outcome::Done(an_actor(7))));
    let clock = Arc::new(StoppedClock);
    let (movies, castings) = (Arc::new(MockMovieRepository::new()), Arc::new(MockCastingRepository::new()));
    let services = Services {
        actors: ActorService::new(Arc::new(actors), clock.clone()),
        movies: MovieService::new(movies, castings.clone(), clock.clone()),
        castings: CastingService::new(castings, clock.clone()),
        history: HistoryService::new(Arc::new(MockHistoryRepository::new())),
    };
    let keys = KeyStore::empty();
    keys.replace(KeySet::parse(issuer.key_set(), &[ensemble_auth::Algorithm::Rs256]).unwrap());
    let verifier = Verifier::new(Rules::new(LOCAL_ISSUER, LOCAL_AUDIENCE).unwrap(), Arc::new(keys));
    let blocking = Blocking::new(1024, Duration::from_secs(2));
    App::new(services, clock, Arc::new(verifier), blocking, Arc::new(|| Ok(())), 65_536)
}

fn a_step(criterion: &mut Criterion) {
    record_metrics();
    let (actor, page) = (an_actor(7), a_page());
    let mut group = criterion.benchmark_group("a step");
    group.bench_function("the body of POST /actors parsed", |bencher| {
        bencher.iter(|| bench_api::parse_actor(black_box(BODY.as_bytes()), today()).unwrap());
    });
    group.bench_function("one actor rendered", |bencher| {
        bencher.iter(|| bench_api::render_actor(black_box(&actor), today()).unwrap());
    });
    group.bench_function("a page of 20 actors rendered", |bencher| {
        bencher.iter(|| bench_api::render_actors(black_box(&page), FIRST_PAGE, today()).unwrap());
    });
    let count = bench_api::count_requests();
    group.bench_function("a request counted", |bencher| bencher.iter(&count));
    group.finish();
}

fn a_request(criterion: &mut Criterion) {
    let issuer = an_issuer();
    let hour = Duration::from_hours(1);
    let token = issuer.sign(Role::CastingDirector, LOCAL_AUDIENCE, hour, StoppedClock.now()).unwrap();
    let call = |request: TestRequest| request.insert_header(("Authorization", format!("Bearer {token}"))).to_request();
    let post = || TestRequest::post().insert_header(("Content-Type", "application/json")).set_payload(BODY);
    let requests: [(&str, u16, &dyn Fn() -> TestRequest); 5] = [
        ("GET /livez", 200, &|| TestRequest::get().uri("/livez")),
        ("GET /me", 200, &|| TestRequest::get().uri("/me")),
        ("GET /actors/7", 200, &|| TestRequest::get().uri("/actors/7")),
        ("GET /actors", 200, &|| TestRequest::get().uri("/actors")),
        ("POST /actors", 201, &|| post().uri("/actors")),
    ];

    let system = System::new();
    let counted = an_app(&issuer).counting_requests();
    for (kind, app) in [("a request", an_app(&issuer)), ("a request that is counted", counted)] {
        let service = system.block_on(init_service(application(Data::new(app), &CorsOrigins::Listed(Vec::new()))));
        let mut group = criterion.benchmark_group(kind);
        for (name, status, request) in requests {
            group.bench_function(name, |bencher| {
                let answered = |request| system.block_on(call_service(&service, request));
                assert_eq!(answered(call(request())).status(), status, "{name}");
                bencher.iter_batched(|| call(request()), answered, BatchSize::SmallInput);
            });
        }
        group.finish();
    }
}

/// Has metrics counted as the program does, which puts them into their buckets every few seconds.
fn record_metrics() {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(REQUEST_DURATION.to_owned()), &REQUEST_DURATION_BUCKETS);
    let recorder = builder.unwrap().build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).unwrap();
    thread::spawn(move || {
        loop {
            handle.run_upkeep();
            thread::sleep(Duration::from_secs(5));
        }
    });
}

criterion_group!(benches, a_step, a_request);
criterion_main!(benches);
