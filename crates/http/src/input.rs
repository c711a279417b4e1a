//! What a handler takes from a request once its caller is known, read in the order in which it may be refused.

use actix_web::{HttpRequest, dev::Payload};
use ensemble_domain::{ActorId, Caller, CastingId, Denied, Entity, MovieId};

use crate::{
    openapi::{OperationObject, scalar},
    problem::{Kind, Problem},
    query::Parameter,
};

/// Something to read from a request. A tuple reads its parts one after the other.
pub trait Input: Sized {
    /// The query parameters that it reads; any other is refused.
    const PARAMETERS: &'static [Parameter] = &[];

    /// Refuses what the caller may not ask for, before anything else about the request is looked at.
    fn check(_caller: &Caller, _query: &str) -> Result<(), Denied> {
        Ok(())
    }

    async fn take(request: &HttpRequest, payload: &mut Payload) -> Result<Self, Problem>;

    /// Tells the document what it reads beside the query, and how that can be refused.
    fn describe(_operation: &mut OperationObject<'_>) {}

    /// What it says beyond the path: the same bytes whenever it says the same, however it is written.
    fn content(&self) -> Result<Vec<u8>, Problem> {
        Ok(Vec::new())
    }
}

impl Input for () {
    async fn take(_: &HttpRequest, _: &mut Payload) -> Result<Self, Problem> {
        Ok(())
    }
}

impl<A: Input, B: Input> Input for (A, B) {
    const PARAMETERS: &'static [Parameter] = sole(A::PARAMETERS, B::PARAMETERS);

    fn check(caller: &Caller, query: &str) -> Result<(), Denied> {
        A::check(caller, query).and_then(|()| B::check(caller, query))
    }

    async fn take(request: &HttpRequest, payload: &mut Payload) -> Result<Self, Problem> {
        Ok((A::take(request, payload).await?, B::take(request, payload).await?))
    }

    fn describe(operation: &mut OperationObject<'_>) {
        A::describe(operation);
        B::describe(operation);
    }

    fn content(&self) -> Result<Vec<u8>, Problem> {
        let (a, b) = self;
        Ok([a.content()?, b.content()?].concat())
    }
}

impl<A: Input, B: Input, C: Input> Input for (A, B, C) {
    const PARAMETERS: &'static [Parameter] = sole(A::PARAMETERS, sole(B::PARAMETERS, C::PARAMETERS));

    fn check(caller: &Caller, query: &str) -> Result<(), Denied> {
        <((A, B), C)>::check(caller, query)
    }

    async fn take(request: &HttpRequest, payload: &mut Payload) -> Result<Self, Problem> {
        Ok((A::take(request, payload).await?, B::take(request, payload).await?, C::take(request, payload).await?))
    }

    fn describe(operation: &mut OperationObject<'_>) {
        <((A, B), C)>::describe(operation);
    }

    fn content(&self) -> Result<Vec<u8>, Problem> {
        let (a, b, c) = self;
        Ok([a.content()?, b.content()?, c.content()?].concat())
    }
}

/// The query is read by one part, so that all its parameters stand in one list. Two lists do not build.
const fn sole(one: &'static [Parameter], other: &'static [Parameter]) -> &'static [Parameter] {
    assert!(one.is_empty() || other.is_empty(), "two parts read the query");
    if one.is_empty() { other } else { one }
}

/// The `{id}` of a path: digits without a leading zero. Anything else names nothing, so it is not found.
pub struct Id<T>(pub T);

impl Input for Id<ActorId> {
    async fn take(request: &HttpRequest, _: &mut Payload) -> Result<Self, Problem> {
        id(request, "id", ActorId::new, Entity::Actor).map(Self)
    }

    fn describe(operation: &mut OperationObject<'_>) {
        describe_id(operation, "id", "The actor");
    }
}

impl Input for Id<MovieId> {
    async fn take(request: &HttpRequest, _: &mut Payload) -> Result<Self, Problem> {
        id(request, "id", MovieId::new, Entity::Movie).map(Self)
    }

    fn describe(operation: &mut OperationObject<'_>) {
        describe_id(operation, "id", "The movie");
    }
}

/// The path of a casting: its id, and the movie that it is looked for in.
pub struct CastingPath {
    pub movie: MovieId,
    pub id: CastingId,
}

impl Input for CastingPath {
    async fn take(request: &HttpRequest, _: &mut Payload) -> Result<Self, Problem> {
        Ok(Self {
            movie: id(request, "id", MovieId::new, Entity::Movie)?,
            id: id(request, "casting_id", CastingId::new, Entity::Casting)?,
        })
    }

    fn describe(operation: &mut OperationObject<'_>) {
        describe_id(operation, "id", "The movie");
        describe_id(operation, "casting_id", "The casting");
    }
}

fn describe_id(operation: &mut OperationObject<'_>, name: &str, text: &str) {
    operation.path(name, text, &scalar::id());
    operation.refuses(&[Kind::NotFound]);
}

fn id<T>(
    request: &HttpRequest,
    segment: &str,
    new: impl FnOnce(i64) -> Option<T>,
    entity: Entity,
) -> Result<T, Problem> {
    let text = request.match_info().get(segment).unwrap_or_default();
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    let number = if digits { text.parse().ok() } else { None };
    number.and_then(new).ok_or_else(|| {
        Problem::new(Kind::NotFound, format!("there is no such {entity}: an id is a whole number from 1"))
    })
}
