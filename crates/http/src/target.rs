//! Which requests are refused by their target alone, wherever it would lead.

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};

use crate::{host, problem::Problem};

/// Stands within CORS, so that a page can read these refusals too, and before the router.
pub async fn checked(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match check(&request) {
        Ok(()) => next.call(request).await.map(ServiceResponse::map_into_boxed_body),
        Err(problem) => Ok(request.error_response(problem)),
    }
}

/// Refuses what would not be found, or be found in more than one way.
fn check(request: &ServiceRequest) -> Result<(), Problem> {
    // Every path of this server is plain ASCII. An escape could only be a way around an exact match.
    if request.path().contains('%') {
        return Err(Problem::no_such_route());
    }
    host::check(request.request())
}
