//! The one extractor of a guarded handler: token, permission, query names, idempotency key, then the rest of the input.

use std::pin::Pin;

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header};
use ensemble_auth::{Refusal, count_denied};
use ensemble_domain::{Caller, Denied, Permit, Requirement};

use crate::{
    App, access_log::Authenticated, edge::client_of, idempotency::IdempotencyKey, input::Input, problem::Problem,
    query, request_context::request_id_of,
};

/// Proof that the caller may do what `R` stands for, and then the input `I`.
///
/// One extractor rather than several, since actix polls separate ones side by side: here nobody learns anything about ids or
/// bodies before they have shown that they may act.
pub struct Permitted<R, I = ()> {
    pub permit: Permit<R>,
    pub input: I,
}

impl<R: Requirement + 'static, I: Input + 'static> FromRequest for Permitted<R, I> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let permit = authenticate(&request).await?.permit::<R>().map_err(denied)?;
            I::check(permit.caller(), request.query_string()).map_err(denied)?;
            query::refuse_unknown(request.query_string(), I::PARAMETERS)?;
            let key = IdempotencyKey::of(&request)?;
            let input = I::take(&request, &mut payload).await?;
            let Some(key) = key else { return Ok(Self { permit, input }) };
            let idempotency = key.idempotency(permit.caller(), &request, &input.content()?);
            Ok(Self { permit: permit.repeatable(idempotency), input })
        })
    }
}

async fn authenticate(request: &HttpRequest) -> Result<Caller, Problem> {
    let app = App::of(request)?;
    let authorization = request.headers().get_all(header::AUTHORIZATION).map(header::HeaderValue::as_bytes);
    let identity = match app.verifier.verify(authorization, app.clock.now()).await {
        Ok(identity) => identity,
        Err(refusal) => return Err(refused(app, request, refusal)),
    };
    request.extensions_mut().insert(Authenticated(identity.subject.clone()));
    app.rate_limits.as_ref().map_or(Ok(()), |limits| limits.count_request(&identity.subject))?;
    Ok(Caller::new(identity.subject, identity.permissions, request_id_of(request)))
}

/// What is told to whoever may not do this.
fn denied(denied: Denied) -> Problem {
    count_denied();
    denied.into()
}

/// What is told about credentials that are no good. Whoever tries many of them is told to wait instead.
fn refused(app: &App, request: &HttpRequest, refusal: Refusal) -> Problem {
    let is_attempt = match refusal {
        Refusal::InvalidRequest(_) | Refusal::InvalidToken(_) | Refusal::Expired => true,
        Refusal::Unauthenticated | Refusal::KeysUnavailable => false,
    };
    let limits = app.rate_limits.as_ref().filter(|_| is_attempt);
    let counted = limits.zip(client_of(request)).map_or(Ok(()), |(limits, client)| limits.count_refusal(client));
    counted.err().unwrap_or_else(|| refusal.into())
}
