//! What is told beside a change that was made: its warnings, or whoever is booked.

use ensemble_domain::{Error, RequestId, in_full};

use crate::panics::current_request;

/// What could be found out, if anything could. What was done stands when the store is in trouble by now, and to answer with the trouble
/// would deny it; so the log has it.
pub fn if_known<T>(found: Result<T, impl Into<Error>>) -> Option<T> {
    let found = found.map_err(Into::into);
    if let Err(Error::Store(trouble)) = &found {
        let request_id = current_request();
        let request_id = request_id.as_ref().map(RequestId::as_str);
        tracing::warn!(request_id, cause = in_full(trouble), "a change was answered without what is told beside it");
    }
    found.ok()
}
