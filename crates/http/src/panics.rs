//! What is known where something panics: whose request it ends, and that the panic hook logs it.

use ensemble_domain::RequestId;
use thiserror::Error;
use tokio::task_local;

use crate::observe::count_panic;

task_local! {
    static REQUEST: RequestId;
}

/// The request that is being answered here, for a panic hook, which has no other way to know.
#[must_use]
pub fn current_request() -> Option<RequestId> {
    REQUEST.try_with(Clone::clone).ok()
}

/// Answers that request.
pub async fn answering<T>(request: RequestId, answer: impl Future<Output = T>) -> T {
    REQUEST.scope(request, answer).await
}

/// Takes the request along to another thread.
pub fn taken_along<T>(work: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let request = current_request();
    move || match request {
        Some(request) => REQUEST.sync_scope(request, work),
        None => work(),
    }
}

/// Counts a panic that was caught.
pub fn caught() -> Panicked {
    count_panic();
    Panicked
}

/// A panic that was caught. The panic hook has logged it.
#[derive(Debug, Error)]
#[error("it panicked")]
pub struct Panicked;
