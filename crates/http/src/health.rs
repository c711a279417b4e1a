//! `/livez` and `/readyz`: whether the process runs, and whether it can serve.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use actix_web::{HttpResponse, web::Data};
use ensemble_domain::{Cause, in_full};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::{Mutex, Semaphore, oneshot};

use crate::{App, app::Readiness, problem::Problem, query::NoQuery, view};

/// What a probe is told.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Health")]
pub struct HealthView {
    #[schemars(extend("const" = true))]
    success: bool,
    #[schemars(extend("enum" = ["live", "ready"]))]
    status: &'static str,
}

/// How long the store has to answer.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long an answer holds, so that many probes cost one question.
const FRESH: Duration = Duration::from_secs(1);

/// Asks the store, one question at a time.
pub struct Probe {
    readiness: Readiness,
    last: Mutex<Option<(Instant, bool)>>,
    /// Held by a question that is not answered yet.
    asking: Arc<Semaphore>,
}

impl Probe {
    pub fn new(readiness: Readiness) -> Self {
        Self { readiness, last: Mutex::new(None), asking: Arc::new(Semaphore::new(1)) }
    }

    async fn store_is_ready(&self) -> bool {
        let mut last = self.last.lock().await;
        if let Some((at, ready)) = *last
            && at.elapsed() < FRESH
        {
            return ready;
        }
        let asked = self.ask().await;
        let asked = asked.inspect_err(|cause| tracing::warn!(cause = in_full(&**cause), "the database is not ready"));
        let ready = asked.is_ok();
        *last = Some((Instant::now(), ready));
        ready
    }

    /// Asks on a thread of its own: a probe must not wait behind the requests that it reports on.
    async fn ask(&self) -> Result<(), Cause> {
        let asking = Arc::clone(&self.asking).try_acquire_owned().map_err(|_held| "it still owes an answer")?;
        let readiness = self.readiness.clone();
        let (tell, told) = oneshot::channel();
        thread::Builder::new().name("readiness".to_owned()).spawn(move || {
            // Nobody may be left to tell.
            let _ = tell.send(readiness());
            drop(asking);
        })?;
        tokio::time::timeout(PATIENCE, told).await??
    }
}

/// `GET /livez`: the process runs. Touches nothing else.
pub async fn live(_: NoQuery) -> Result<HttpResponse, Problem> {
    view::private(HttpResponse::Ok(), &HealthView { success: true, status: "live" })
}

/// `GET /readyz`: the keys for tokens are there, the database answers, and its schema is current.
pub async fn ready(app: Data<App>, _: NoQuery) -> Result<HttpResponse, Problem> {
    if app.is_draining() {
        return Err(Problem::unavailable("the server is about to stop", 1));
    }
    if !app.verifier.is_ready(app.clock.now()) {
        return Err(Problem::unavailable("the keys that tokens are checked with are not there yet", 5));
    }
    if !app.probe.store_is_ready().await {
        return Err(Problem::unavailable("the database does not answer, or its schema is not current", 1));
    }
    view::private(HttpResponse::Ok(), &HealthView { success: true, status: "ready" })
}
