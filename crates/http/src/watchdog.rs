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

use crate::{
    ending::Unanswered,
    imports::{self, is_import},
    panics::caught,
    problem::Problem,
};

/// How long a request may take in all until its answer begins: ten seconds for its body, and a few for the store. A list that is
/// exported begins with its first rows.
const DEADLINE: Duration = Duration::from_secs(15);

/// Stands within the layers that every answer must pass, CORS among them, so that a page can read these answers too. None of them
/// waits for anything but this one: a request that is dropped is dropped here.
pub async fn watchdog(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (asked, deadline) = (request.request().clone(), deadline(request.path()));
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

fn deadline(path: &str) -> Duration {
    if is_import(path) { imports::DEADLINE } else { DEADLINE }
}

fn too_slow() -> Problem {
    Problem::unavailable("the request took too long and was given up; whether it had an effect is not known", 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations;

    #[test]
    fn imports_and_they_alone_may_take_long() {
        let long = operations().into_iter().map(|operation| operation.path).filter(|path| deadline(path) > DEADLINE);
        assert_eq!(long.collect::<Vec<_>>(), ["/actors/import", "/movies/import"]);
    }
}
