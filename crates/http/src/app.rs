//! What every handler shares.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use actix_web::{
    HttpRequest,
    web::{Data, ServiceConfig},
};
use chrono::NaiveDate;
use ensemble_auth::{LocalIssuer, Verifier};
use ensemble_domain::{
    Actor, ActorService, Addition, Amendment, CastingService, Cause, Clock, Error, HistoryService, MovieService,
    Outcome,
};
use tokio::{sync::Semaphore, time::sleep};

use crate::{
    Blocking, RateLimits, TrustedProxies, blocking::Together, health::Probe, problem::Problem, refusal_log::RefusalLog,
    request_metrics::RequestMetrics,
};

/// How often clients are forgotten that have not been seen for a while.
const TIDY_EVERY: Duration = Duration::from_mins(1);

/// Asks the store whether it can serve: it answers, and its schema is current.
pub type Readiness = Arc<dyn Fn() -> Result<(), Cause> + Send + Sync>;

/// Adds the routes of the screens for people, which are at `/console` and below.
pub type Console = Box<dyn Fn(&mut ServiceConfig) + Send + Sync>;

/// The development issuer, where the server hands out its tokens.
pub struct LocalTokens {
    /// Signs the tokens.
    pub issuer: LocalIssuer,
    /// The audience that they are for.
    pub audience: String,
    /// How long they live.
    pub lifetime: Duration,
}

/// The use-cases that the API offers.
pub struct Services {
    /// Of actors.
    pub actors: ActorService,
    /// Of movies.
    pub movies: MovieService,
    /// Of castings.
    pub castings: CastingService,
    /// Of the history.
    pub history: HistoryService,
}

/// The application state: use-cases, never repositories.
pub struct App {
    pub(crate) actors: ActorService,
    pub(crate) additions: Arc<Together<Addition, Outcome<Actor>>>,
    pub(crate) amendments: Arc<Together<Amendment, Actor>>,
    pub(crate) movies: MovieService,
    pub(crate) castings: CastingService,
    pub(crate) history: HistoryService,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) verifier: Arc<Verifier>,
    pub(crate) blocking: Blocking,
    pub(crate) probe: Probe,
    pub(crate) local_tokens: Option<LocalTokens>,
    pub(crate) body_limit: usize,
    /// One file is imported, or checked, at a time: a few large ones would have every thread of the database.
    pub(crate) imports: Semaphore,
    pub(crate) rate_limits: Option<RateLimits>,
    pub(crate) trusted_proxies: TrustedProxies,
    pub(crate) metrics: Option<RequestMetrics>,
    pub(crate) console: Option<Console>,
    pub(crate) refusal_log: RefusalLog,
    draining: AtomicBool,
}

impl App {
    /// The state over these use-cases and gates; bodies are taken up to `body_limit` bytes.
    pub fn new(
        services: Services,
        clock: Arc<dyn Clock>,
        verifier: Arc<Verifier>,
        blocking: Blocking,
        readiness: Readiness,
        body_limit: usize,
    ) -> Self {
        let probe = Probe::new(readiness);
        let draining = AtomicBool::new(false);
        let Services { actors, movies, castings, history } = services;
        Self {
            additions: additions(&actors),
            amendments: amendments(&actors),
            actors,
            movies,
            castings,
            history,
            clock,
            verifier,
            blocking,
            probe,
            local_tokens: None,
            body_limit,
            imports: Semaphore::new(1),
            rate_limits: None,
            trusted_proxies: TrustedProxies::default(),
            metrics: None,
            console: None,
            refusal_log: RefusalLog::default(),
            draining,
        }
    }

    /// Serves `POST /local/token` too.
    #[must_use]
    pub fn with_local_tokens(self, local_tokens: LocalTokens) -> Self {
        Self { local_tokens: Some(local_tokens), ..self }
    }

    /// Keeps clients within these limits, if there are any.
    #[must_use]
    pub fn with_rate_limits(self, rate_limits: Option<RateLimits>) -> Self {
        Self { rate_limits, ..self }
    }

    /// Believes these proxies about where requests come from.
    #[must_use]
    pub fn with_trusted_proxies(self, trusted_proxies: TrustedProxies) -> Self {
        Self { trusted_proxies, ..self }
    }

    /// Serves the console too, and sends browsers to it.
    #[must_use]
    pub fn with_console(self, console: Console) -> Self {
        Self { console: Some(console), ..self }
    }

    /// Counts requests by means of the recorder of metrics that is there now.
    #[must_use]
    pub fn counting_requests(self) -> Self {
        Self { metrics: Some(RequestMetrics::new()), ..self }
    }

    /// Tells the metrics how many calls wait for the database.
    pub fn tell_queue(&self) {
        self.blocking.tell_queue();
    }

    /// How many callers and addresses the server remembers, to keep them within their limits.
    pub fn remembered_clients(&self) -> usize {
        self.rate_limits.as_ref().map_or(0, RateLimits::remembered)
    }

    /// Tells whoever asks whether the server is ready that it is about to stop.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// The state that a request is answered with.
    pub(crate) fn of(request: &HttpRequest) -> Result<&Self, Problem> {
        let app = request.app_data::<Data<Self>>();
        app.map(|app| &***app).ok_or_else(|| Problem::internal("the application state is missing"))
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    pub(crate) fn today(&self) -> NaiveDate {
        self.clock.today()
    }
}

impl App {
    /// Adds an actor, with others that wait. What may be sent again is remembered under its key, each by itself.
    pub(crate) async fn add_actor(&self, addition: Addition) -> Result<Outcome<Actor>, Error> {
        if addition.permit.caller().idempotency().is_none() {
            return self.blocking.run_together(&self.additions, addition).await;
        }
        let actors = self.actors.clone();
        self.blocking.run_write(move || actors.create(&addition.permit, &addition.new)).await
    }
}

fn additions(actors: &ActorService) -> Arc<Together<Addition, Outcome<Actor>>> {
    let [one, several] = [actors.clone(), actors.clone()];
    Together::new(move |Addition { permit, new }| one.create(permit, new), move |wanted| several.create_several(wanted))
}

fn amendments(actors: &ActorService) -> Arc<Together<Amendment, Actor>> {
    let [one, several] = [actors.clone(), actors.clone()];
    Together::new(
        move |Amendment { permit, id, precondition, changes }| one.change(permit, *id, precondition, changes),
        move |wanted| several.change_several(wanted),
    )
}

/// Keeps what the server remembers of its clients small, for as long as it runs, and tells of refusals that were not logged when
/// nothing followed them.
pub async fn keep_tidy(app: Data<App>) {
    loop {
        sleep(TIDY_EVERY).await;
        app.refusal_log.tell_suppressed();
        app.rate_limits.iter().for_each(RateLimits::tidy);
    }
}
