//! The innermost layer: a request that takes too long, or whose handler panics, is answered all the same, and one that nobody waits for
//! any more is noticed.

use std::{panic::AssertUnwindSafe, time::Duration};

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};
use futures_util::FutureExt;
use tokio::time::timeout;

use crate::{access_log::Unanswered, panics::caught, problem::Problem};

/// How long a request may take in all until its answer begins, unless its operation says otherwise: ten seconds for its body, and a
/// few for the store. A list that is exported begins with its first rows.
pub const DEADLINE: Duration = Duration::from_secs(15);

/// Stands within the layers that every answer must pass, CORS among them, so that a page can read these answers too. None of them
/// waits for anything but this one: a request that is dropped is dropped here.
pub async fn watchdog(
    deadline: Duration,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let asked = request.request().clone();
    let unanswered = Unanswered::new(asked.clone());
    let outcome = timeout(deadline, AssertUnwindSafe(async { next.call(request).await }).catch_unwind()).await;
    unanswered.done();
    let problem = match outcome {
        Ok(Ok(answered)) => return answered.map(ServiceResponse::map_into_boxed_body),
        Ok(Err(_panic)) => Problem::internal(caught()),
        Err(_elapsed) => too_slow(),
    };
    Ok(ServiceResponse::from_err(problem, asked))
}

fn too_slow() -> Problem {
    Problem::unavailable("the request took too long and was given up; whether it had an effect is not known", 1)
}
