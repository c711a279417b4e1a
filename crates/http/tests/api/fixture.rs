//! What the tests are made of: a server over mocked stores, calls to it, and the people and movies it speaks of.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    sync::{Arc, OnceLock},
    time::Duration,
};

use actix_http::Request;
use actix_web::{
    Error, HttpResponse,
    body::{BoxBody, to_bytes},
    dev::{Service, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{HeaderMap, HeaderName},
    },
    test::{TestRequest, init_service},
    web::{Bytes, Data},
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use ensemble_auth::{
    KeySet, KeyStore, LOCAL_AUDIENCE, LOCAL_ISSUER, LocalIssuer, Rules, TypRule, Verifier, install_crypto,
};
use ensemble_domain::{
    Actor, ActorId, ActorName, ActorService, Born, Caller, Gender, MockActorRepository, MockClock, MockMovieRepository,
    Movie, MovieId, MovieService, ReleaseDate, Role, ShootWindow, StoreError, Title, Version,
};
use ensemble_http::{App, Blocking, CorsOrigins, LocalTokens, Readiness, application};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The id of every request that asks for no other.
pub const REQUEST_ID: &str = "request-1";
/// The most bytes of a body.
pub const BODY_LIMIT: usize = 65_536;

const HOUR: Duration = Duration::from_hours(1);

pub fn day(text: &str) -> NaiveDate {
    ensemble_domain::parse_day(text).unwrap()
}

pub fn instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

pub fn now() -> DateTime<Utc> {
    instant("2026-03-14T09:00:00Z")
}

pub fn version(number: i64) -> Version {
    Version::new(number).unwrap()
}

/// A clock that stands still.
pub fn a_clock() -> MockClock {
    let mut clock = MockClock::new();
    clock.expect_now().returning(now);
    clock.expect_today().returning(|| now().date_naive());
    clock
}

/// An actor in the making.
pub struct ActorDraft(Actor);

/// Nada Haddad, aged 20, as she was added a moment ago.
pub fn an_actor() -> ActorDraft {
    ActorDraft(Actor {
        id: ActorId::new(7).unwrap(),
        name: ActorName::parse("Nada Haddad").unwrap(),
        gender: Gender::Female,
        born: Born::About(day("2006-03-14")),
        version: Version::FIRST,
        created_at: now(),
        updated_at: now(),
        deleted_at: None,
    })
}

impl ActorDraft {
    pub fn numbered(self, id: i64) -> Self {
        Self(Actor { id: ActorId::new(id).unwrap(), ..self.0 })
    }

    pub fn named(self, name: &str) -> Self {
        Self(Actor { name: ActorName::parse(name).unwrap(), ..self.0 })
    }

    pub fn aged(self, years: i32) -> Self {
        let today = now().date_naive();
        Self(Actor { born: Born::About(today - chrono::Months::new(12 * u32::try_from(years).unwrap())), ..self.0 })
    }

    pub fn born(self, birth_date: &str) -> Self {
        Self(Actor { born: Born::On(day(birth_date)), ..self.0 })
    }

    pub fn of_version(self, number: i64) -> Self {
        Self(Actor { version: version(number), ..self.0 })
    }

    pub fn deleted(self) -> Self {
        Self(Actor { deleted_at: Some(now()), ..self.0 })
    }

    pub fn build(self) -> Actor {
        self.0
    }
}

/// A movie in the making.
pub struct MovieDraft(Movie);

/// Aihaga, as it was added a moment ago.
pub fn a_movie() -> MovieDraft {
    MovieDraft(Movie {
        id: MovieId::new(2).unwrap(),
        title: Title::parse("Aihaga").unwrap(),
        release_date: ReleaseDate::new(day("1998-05-07")).unwrap(),
        shoot: None,
        version: Version::FIRST,
        created_at: now(),
        updated_at: now(),
        deleted_at: None,
    })
}

impl MovieDraft {
    pub fn numbered(self, id: i64) -> Self {
        Self(Movie { id: MovieId::new(id).unwrap(), ..self.0 })
    }

    pub fn titled(self, title: &str) -> Self {
        Self(Movie { title: Title::parse(title).unwrap(), ..self.0 })
    }

    pub fn shot(self, start: &str, end: &str) -> Self {
        Self(Movie { shoot: ShootWindow::between(Some(day(start)), Some(day(end))).unwrap(), ..self.0 })
    }

    pub fn of_version(self, number: i64) -> Self {
        Self(Movie { version: version(number), ..self.0 })
    }

    pub fn deleted(self) -> Self {
        Self(Movie { deleted_at: Some(now()), ..self.0 })
    }

    pub fn build(self) -> Movie {
        self.0
    }
}

/// The JSON of [`an_actor`].
pub fn actor_json() -> Value {
    json!({
        "id": 7, "name": "Nada Haddad", "age": 20, "birth_date": null, "gender": "female", "version": 1,
        "created_at": "2026-03-14T09:00:00Z", "updated_at": "2026-03-14T09:00:00Z",
    })
}

/// The JSON of [`a_movie`].
pub fn movie_json() -> Value {
    json!({
        "id": 2, "title": "Aihaga", "release_date": "1998-05-07", "shoot_start": null, "shoot_end": null, "version": 1,
        "created_at": "2026-03-14T09:00:00Z", "updated_at": "2026-03-14T09:00:00Z",
    })
}

/// The same JSON object with some members put in.
pub fn with(mut object: Value, members: Value) -> Value {
    let Value::Object(members) = members else { return object };
    object.as_object_mut().unwrap().extend(members);
    object
}

/// Whether the store was told who calls and under which request.
pub fn is_call_of(caller: &Caller, role: Role) -> bool {
    caller.subject().as_str() == format!("local|{}", role.key())
        && caller.request_id().as_str() == REQUEST_ID
        && caller.permissions() == role.permissions()
}

/// The private key of the issuer that all tests trust; making one takes a while.
fn key() -> &'static str {
    static KEY: OnceLock<String> = OnceLock::new();
    KEY.get_or_init(|| {
        install_crypto().unwrap();
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("key.pem");
        LocalIssuer::open(&path).unwrap();
        fs::read_to_string(path).unwrap()
    })
}

/// An issuer with the key that all tests trust.
pub fn an_issuer() -> LocalIssuer {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("key.pem");
    fs::write(&path, key()).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    LocalIssuer::open(&path).unwrap()
}

fn the_issuer() -> &'static LocalIssuer {
    static ISSUER: OnceLock<LocalIssuer> = OnceLock::new();
    ISSUER.get_or_init(an_issuer)
}

/// The token of a role, good for another hour.
pub fn token_of(role: Role) -> String {
    the_issuer().sign(role, LOCAL_AUDIENCE, HOUR, now()).unwrap()
}

/// A token whose time was over an hour ago.
pub fn an_expired_token() -> String {
    the_issuer().sign(Role::ExecutiveProducer, LOCAL_AUDIENCE, HOUR, now() - TimeDelta::hours(2)).unwrap()
}

/// A token for somebody else's service.
pub fn a_token_for_another_audience() -> String {
    the_issuer().sign(Role::ExecutiveProducer, "another", HOUR, now()).unwrap()
}

/// A good token with these permissions, whatever they are.
pub fn token_with(permissions: &[&str]) -> String {
    let key_set: Value = serde_json::from_slice(the_issuer().key_set()).unwrap();
    let kid = key_set.pointer("/keys/0/kid").and_then(Value::as_str).unwrap();
    let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::RS256) };
    let claims = json!({
        "iss": LOCAL_ISSUER, "aud": LOCAL_AUDIENCE, "sub": "auth0|somebody", "permissions": permissions,
        "iat": now().timestamp(), "exp": now().timestamp() + 3600,
    });
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_rsa_pem(key().as_bytes()).unwrap()).unwrap()
}

fn a_verifier(has_keys: bool) -> Arc<Verifier> {
    let keys = KeyStore::empty();
    if has_keys {
        keys.replace(KeySet::parse(the_issuer().key_set()).unwrap());
    }
    let rules = Rules::new(LOCAL_ISSUER, LOCAL_AUDIENCE).unwrap().with_typ(TypRule::Any);
    Arc::new(Verifier::new(rules, Arc::new(keys)))
}

/// A server in the making: its stores expect nothing, and fail whoever asks them.
pub struct Server {
    actors: MockActorRepository,
    movies: MockMovieRepository,
    clock: MockClock,
    has_keys: bool,
    blocking: Blocking,
    readiness: Readiness,
    has_local_tokens: bool,
    origins: CorsOrigins,
}

pub fn a_server() -> Server {
    Server {
        actors: MockActorRepository::new(),
        movies: MockMovieRepository::new(),
        clock: a_clock(),
        has_keys: true,
        blocking: Blocking::new(64, Duration::from_secs(30)),
        readiness: Arc::new(|| Ok(())),
        has_local_tokens: false,
        origins: CorsOrigins::Listed(Vec::new()),
    }
}

/// A server whose stores answer everything with that error.
pub fn a_server_in_trouble(trouble: fn() -> StoreError) -> Server {
    let with_actors = a_server().actors(|actors| {
        actors.expect_list().returning(move |_, _| Err(trouble()));
        actors.expect_find().returning(move |_| Err(trouble()));
        actors.expect_insert().returning(move |_, _, _| Err(trouble()));
        actors.expect_update().returning(move |_, _, _, _, _| Err(trouble()));
        actors.expect_delete().returning(move |_, _, _, _| Err(trouble()));
        actors.expect_restore().returning(move |_, _, _| Err(trouble()));
    });
    with_actors.movies(|movies| {
        movies.expect_list().returning(move |_, _| Err(trouble()));
        movies.expect_find().returning(move |_| Err(trouble()));
        movies.expect_insert().returning(move |_, _, _| Err(trouble()));
        movies.expect_update().returning(move |_, _, _, _, _| Err(trouble()));
        movies.expect_delete().returning(move |_, _, _, _| Err(trouble()));
        movies.expect_restore().returning(move |_, _, _| Err(trouble()));
    })
}

/// A server whose stores hold nothing.
pub fn an_empty_server() -> Server {
    let with_actors = a_server().actors(|actors| {
        actors.expect_find().returning(|_| Ok(None));
        actors.expect_update().returning(|_, _, _, _, _| Ok(None));
        actors.expect_delete().returning(|_, _, _, _| Ok(None));
        actors.expect_restore().returning(|_, _, _| Ok(None));
    });
    with_actors.movies(|movies| {
        movies.expect_find().returning(|_| Ok(None));
        movies.expect_update().returning(|_, _, _, _, _| Ok(None));
        movies.expect_delete().returning(|_, _, _, _| Ok(None));
        movies.expect_restore().returning(|_, _, _| Ok(None));
    })
}

impl Server {
    /// Tells the store of actors what to expect.
    pub fn actors(mut self, expect: impl FnOnce(&mut MockActorRepository)) -> Self {
        expect(&mut self.actors);
        self
    }

    /// Tells the store of movies what to expect.
    pub fn movies(mut self, expect: impl FnOnce(&mut MockMovieRepository)) -> Self {
        expect(&mut self.movies);
        self
    }

    pub fn clock(self, clock: MockClock) -> Self {
        Self { clock, ..self }
    }

    pub fn without_keys(self) -> Self {
        Self { has_keys: false, ..self }
    }

    /// At most that many calls wait for the store.
    pub fn queueing(self, queue: usize) -> Self {
        Self { blocking: Blocking::new(queue, Duration::from_secs(30)), ..self }
    }

    pub fn readiness(self, readiness: Readiness) -> Self {
        Self { readiness, ..self }
    }

    pub fn with_local_tokens(self) -> Self {
        Self { has_local_tokens: true, ..self }
    }

    pub fn open_to(self, origins: CorsOrigins) -> Self {
        Self { origins, ..self }
    }

    /// The application state.
    pub fn app(self) -> Data<App> {
        let clock = Arc::new(self.clock);
        let actors = ActorService::new(Arc::new(self.actors), clock.clone());
        let movies = MovieService::new(Arc::new(self.movies), clock.clone());
        let verifier = a_verifier(self.has_keys);
        let app = App::new((actors, movies), clock, verifier, self.blocking, self.readiness, BODY_LIMIT);
        let local_tokens =
            || LocalTokens { issuer: an_issuer(), audience: LOCAL_AUDIENCE.to_owned(), lifetime: HOUR };
        Data::new(if self.has_local_tokens { app.with_local_tokens(local_tokens()) } else { app })
    }

    /// The running application.
    pub async fn start(self) -> Running<impl Service<Request, Response = ServiceResponse<BoxBody>, Error = Error>> {
        let origins = self.origins.clone();
        let app = self.app();
        Running { service: init_service(application(app.clone(), &origins)).await, app }
    }

    /// What a running application answers to one call.
    pub async fn answer(self, call: Call) -> Answer {
        self.start().await.answer(call).await
    }
}

pub struct Running<S> {
    pub app: Data<App>,
    service: S,
}

impl<S: Service<Request, Response = ServiceResponse<BoxBody>, Error = Error>> Running<S> {
    /// Answers a call, and checks what is true of every answer.
    pub async fn answer(&self, call: Call) -> Answer {
        let path = call.path.split('?').next().unwrap().to_owned();
        let response: HttpResponse = match self.service.call(call.request().to_request()).await {
            Ok(response) => response.into(),
            Err(error) => HttpResponse::from_error(error),
        };
        let (status, headers) = (response.status(), response.headers().clone());
        let answer = Answer { status, headers, body: to_bytes(response.into_body()).await.unwrap() };
        answer.check_common_headers();
        if status.is_client_error() || status.is_server_error() {
            answer.check_problem(&path);
        }
        answer
    }
}

/// A request in the making.
#[derive(Clone)]
pub struct Call {
    method: Method,
    path: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Bytes,
}

pub fn call(method: Method, path: &str) -> Call {
    Call { method, path: path.to_owned(), headers: Vec::new(), body: Bytes::new() }.header("X-Request-Id", REQUEST_ID)
}

pub fn get(path: &str) -> Call {
    call(Method::GET, path)
}

pub fn head(path: &str) -> Call {
    call(Method::HEAD, path)
}

pub fn post(path: &str) -> Call {
    call(Method::POST, path)
}

pub fn patch(path: &str) -> Call {
    call(Method::PATCH, path)
}

pub fn delete(path: &str) -> Call {
    call(Method::DELETE, path)
}

pub fn options(path: &str) -> Call {
    call(Method::OPTIONS, path)
}

impl Call {
    /// With one more header line.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// Without any line of that header.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    pub fn bearing(self, token: &str) -> Self {
        self.header("Authorization", format!("Bearer {token}"))
    }

    pub fn by(self, role: Role) -> Self {
        self.bearing(&token_of(role))
    }

    pub fn by_an_assistant(self) -> Self {
        self.by(Role::CastingAssistant)
    }

    pub fn by_a_director(self) -> Self {
        self.by(Role::CastingDirector)
    }

    pub fn by_a_producer(self) -> Self {
        self.by(Role::ExecutiveProducer)
    }

    /// With these bytes for a body, and nothing said about them.
    pub fn bytes(self, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// With this text for a body, called JSON.
    pub fn text(self, body: impl Into<String>) -> Self {
        self.header("Content-Type", "application/json").bytes(body.into())
    }

    pub fn json(self, body: &Value) -> Self {
        self.text(body.to_string())
    }

    fn request(self) -> TestRequest {
        let request = TestRequest::with_uri(&self.path).method(self.method).set_payload(self.body);
        self.headers.into_iter().fold(request, |request, (name, value)| request.append_header((name, value)))
    }
}

/// What a call was answered.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// The one value of a header, `None` without one.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name);
        let value = values.next().map(|value| value.to_str().unwrap());
        assert_eq!(values.next(), None, "{name} is there twice");
        value
    }

    pub fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// One member of the JSON body.
    pub fn member(&self, name: &str) -> Value {
        self.json().get(name).cloned().unwrap_or_default()
    }

    /// The status and the name of the problem.
    pub fn problem(&self) -> (u16, String) {
        let kind = self.member("type");
        (self.status.as_u16(), kind.as_str().unwrap().strip_prefix("/problems/").unwrap().to_owned())
    }

    /// The names of all headers that speak to other origins.
    pub fn cors_headers(&self) -> Vec<String> {
        let names = self.headers.keys().map(HeaderName::as_str);
        names.filter(|name| name.starts_with("access-control-")).map(str::to_owned).collect()
    }

    fn check_common_headers(&self) {
        assert!(self.header("X-Request-Id").is_some_and(|id| (1..=64).contains(&id.len())));
        assert_eq!(self.header("X-Content-Type-Options"), Some("nosniff"));
        assert_eq!(self.header("Server"), None);
    }

    /// Every refusal is a whole problem document, and the older clients' members say the same.
    fn check_problem(&self, path: &str) {
        let problem = self.json();
        let status = json!(self.status.as_u16());
        assert_eq!(self.header("Content-Type"), Some("application/problem+json"));
        assert_eq!((self.member("status"), self.member("error")), (status.clone(), status), "{problem}");
        assert_eq!(self.member("success"), false, "{problem}");
        assert_eq!(self.member("instance"), path, "{problem}");
        assert_eq!(self.member("request_id"), self.header("X-Request-Id").unwrap(), "{problem}");
        assert_eq!(self.member("message"), self.member("detail"), "{problem}");
        if [401, 403].contains(&self.status.as_u16()) {
            assert_eq!(self.header("Cache-Control"), Some("no-store"), "{problem}");
        }
    }
}

/// A problem document under [`REQUEST_ID`], to which some members may be put in.
pub fn a_problem(status: u16, name: &str, title: &str, path: &str, detail: &str) -> Value {
    json!({
        "type": format!("/problems/{name}"), "title": title, "status": status, "detail": detail, "instance": path,
        "request_id": REQUEST_ID, "success": false, "error": status, "message": detail,
    })
}
