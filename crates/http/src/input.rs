//! What a handler takes from a request once its caller is known, read in the order in which it may be refused.

use actix_web::{HttpRequest, dev::Payload};
use ensemble_domain::{ActorId, Caller, Denied, MovieId};

use crate::problem::{Kind, Problem};

/// Something to read from a request. A tuple reads its parts one after the other.
pub trait Input: Sized {
    /// The query parameters that it reads; any other is refused.
    const PARAMETERS: &'static [&'static str] = &[];

    /// Refuses what the caller may not ask for, before anything else about the request is looked at.
    fn check(_caller: &Caller, _query: &str) -> Result<(), Denied> {
        Ok(())
    }

    async fn take(request: &HttpRequest, payload: &mut Payload) -> Result<Self, Problem>;
}

impl Input for () {
    async fn take(_: &HttpRequest, _: &mut Payload) -> Result<Self, Problem> {
        Ok(())
    }
}

impl<A: Input, B: Input> Input for (A, B) {
    async fn take(request: &HttpRequest, payload: &mut Payload) -> Result<Self, Problem> {
        Ok((A::take(request, payload).await?, B::take(request, payload).await?))
    }
}

impl<A: Input, B: Input, C: Input> Input for (A, B, C) {
    async fn take(request: &HttpRequest, payload: &mut Payload) -> Result<Self, Problem> {
        Ok((A::take(request, payload).await?, B::take(request, payload).await?, C::take(request, payload).await?))
    }
}

/// The `{id}` of a path: digits without a leading zero. Anything else names nothing, so it is not found.
pub struct Id<T>(pub T);

impl Input for Id<ActorId> {
    async fn take(request: &HttpRequest, _: &mut Payload) -> Result<Self, Problem> {
        number(request).and_then(ActorId::new).map(Self).ok_or_else(|| no_id("actor"))
    }
}

impl Input for Id<MovieId> {
    async fn take(request: &HttpRequest, _: &mut Payload) -> Result<Self, Problem> {
        number(request).and_then(MovieId::new).map(Self).ok_or_else(|| no_id("movie"))
    }
}

fn number(request: &HttpRequest) -> Option<i64> {
    let text = request.match_info().get("id")?;
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    if digits { text.parse().ok() } else { None }
}

fn no_id(entity: &str) -> Problem {
    Problem::new(Kind::NotFound, format!("there is no such {entity}: an id is a whole number from 1"))
}
