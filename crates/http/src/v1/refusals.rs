//! Refusals, with the statuses that the seed's clients know.

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};

use crate::problem::{Kind, Problem};

/// Tells bad fields with status 400, whoever found them: the extractor, a body's parser, or the store.
pub async fn bad_fields_are_bad_requests(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?;
    let refusal = response.response().error().and_then(Error::as_error::<Problem>);
    match refusal.filter(|problem| problem.kind() == Kind::InvalidFields) {
        Some(problem) => {
            let problem = problem.retold(Kind::InvalidRequest);
            Ok(ServiceResponse::from_err(problem, response.into_parts().0))
        }
        None => Ok(response.map_into_boxed_body()),
    }
}
