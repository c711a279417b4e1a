//! Refusals, with the statuses that clients of the older Ensemble know.

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};

use crate::problem::{Kind, Problem};

/// The kind of problem that is told here for one of the root: the older clients know bad fields by status 400.
pub const fn retold(kind: Kind) -> Kind {
    match kind {
        Kind::InvalidFields => Kind::InvalidRequest,
        other => other,
    }
}

/// Tells bad fields with status 400, whoever found them: the extractor, a body's parser, or the store.
pub async fn bad_fields_are_bad_requests(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?;
    let refusal = response.response().error().and_then(Error::as_error::<Problem>);
    match refusal.map(|problem| (problem, retold(problem.kind()))).filter(|(problem, kind)| problem.kind() != *kind) {
        Some((problem, kind)) => {
            let problem = problem.retold(kind);
            Ok(ServiceResponse::from_err(problem, response.into_parts().0))
        }
        None => Ok(response.map_into_boxed_body()),
    }
}
