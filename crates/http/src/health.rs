//! `/livez` and `/readyz`: whether the process runs, and whether it can serve.

use std::time::{Duration, Instant};

use actix_web::{HttpResponse, web, web::Data};
use serde_json::json;
use tokio::sync::Mutex;

use crate::{App, app::Readiness, problem::Problem, view};

/// How long the store has to answer.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long an answer holds, so that many probes cost one question.
const FRESH: Duration = Duration::from_secs(1);

/// Asks the store, one question at a time.
pub struct Probe {
    readiness: Readiness,
    last: Mutex<Option<(Instant, bool)>>,
}

impl Probe {
    pub fn new(readiness: Readiness) -> Self {
        Self { readiness, last: Mutex::new(None) }
    }

    async fn store_is_ready(&self) -> bool {
        let mut last = self.last.lock().await;
        if let Some((at, ready)) = *last
            && at.elapsed() < FRESH
        {
            return ready;
        }
        let readiness = self.readiness.clone();
        #[expect(clippy::disallowed_methods, reason = "a probe must not wait behind the requests it reports on")]
        let asked = tokio::time::timeout(PATIENCE, web::block(move || readiness())).await;
        let ready = match asked {
            Ok(Ok(Ok(()))) => true,
            Ok(Ok(Err(cause))) => unready(&*cause),
            Ok(Err(canceled)) => unready(&canceled),
            Err(elapsed) => unready(&elapsed),
        };
        *last = Some((Instant::now(), ready));
        ready
    }
}

fn unready(cause: &dyn std::error::Error) -> bool {
    tracing::warn!(%cause, "the database is not ready");
    false
}

/// `GET /livez`: the process runs. Touches nothing else.
pub async fn live() -> Result<HttpResponse, Problem> {
    view::private(HttpResponse::Ok(), &json!({"success": true, "status": "live"}))
}

/// `GET /readyz`: the keys for tokens are there, the database answers, and its schema is current.
pub async fn ready(app: Data<App>) -> Result<HttpResponse, Problem> {
    if app.is_draining() {
        return Err(Problem::unavailable("the server is about to stop", 1));
    }
    if !app.verifier.is_ready() {
        return Err(Problem::unavailable("the keys that tokens are checked with are not there yet", 5));
    }
    if !app.probe.store_is_ready().await {
        return Err(Problem::unavailable("the database does not answer, or its schema is not current", 1));
    }
    view::private(HttpResponse::Ok(), &json!({"success": true, "status": "ready"}))
}
