//! One problem of each kind, as it could have happened, for the examples of the OpenAPI document.

use std::time::Duration;

use actix_web::http::Method;
use chrono::NaiveDate;
use ensemble_auth::{Reason, Refusal};
use ensemble_domain::{
    ActorId, Age, BookedOn, CastingId, CastingStatus, Conflict, Denied, Entity, Error, InvalidFields, MovieId,
    Permission, Permissions, ReleaseDate, StoreError, Title, Version,
};

use super::{Kind, Problem};
use crate::{
    actors::ActorBody,
    body,
    json::{self, Json},
    limits,
    lists::PAGE,
    local_token,
    query::{Parameters, refuse_unknown},
};

/// A problem of that kind, made by what refuses requests. There is none of a method that no operation has.
pub fn sample(kind: Kind) -> Option<Problem> {
    Some(match kind {
        Kind::MalformedRequest => Json::<ActorBody>::from_bytes(br#"{"name": "Nada Haddad" "age": 20}"#).err()?,
        Kind::InvalidRequest => Parameters::of("limit=many").limit().err()?,
        Kind::UnknownParameter => refuse_unknown("pgae=2", &[PAGE]).err()?,
        Kind::InvalidCursor => Parameters::of("cursor=7").cursor(|_| None::<()>).err()?,
        Kind::Unauthenticated => Refusal::Unauthenticated.into(),
        Kind::InvalidToken => Refusal::InvalidToken(Reason::Signature).into(),
        Kind::TokenExpired => Refusal::Expired.into(),
        Kind::PermissionDenied => Denied { needs: Permissions::of(&[Permission::PostMovies]) }.into(),
        Kind::LocalOnly => local_token::asked_by_a_stranger(),
        Kind::NotFound => Error::NotFound { entity: Entity::Actor, id: 7 }.into(),
        Kind::MethodNotAllowed => return None,
        Kind::RequestTimeout => body::late(json::BODY_DEADLINE),
        Kind::AlreadyCast => Conflict::AlreadyCast.into(),
        Kind::ActorBooked => Conflict::ActorBooked { actor: ActorId::new(7)?, movies: vec![booked_on()?] }.into(),
        Kind::IllegalStatus => Conflict::IllegalStatus {
            from: CastingStatus::Declined,
            to: CastingStatus::Booked,
            allowed: CastingStatus::Declined.moves().to_vec(),
            deleted: None,
        }
        .into(),
        Kind::RequiresRelease => Conflict::RequiresRelease { casting: CastingId::new(5)? }.into(),
        Kind::BillingTaken => Conflict::BillingTaken.into(),
        Kind::RequestInProgress => Conflict::RequestInProgress.into(),
        Kind::StaleVersion => Error::from(StoreError::Stale { current: Version::new(3)? }).into(),
        Kind::BodyTooLarge => body::too_large(65_536),
        Kind::UnsupportedMediaType => body::unsupported(json::media_types(&Method::POST)),
        Kind::InvalidFields => InvalidFields::one("age", Age::new(200).err()?).into(),
        Kind::IdempotencyKeyReused => Conflict::KeyReused.into(),
        Kind::RateLimited => limits::REQUESTS.exceeded(Duration::from_secs(1)),
        Kind::Internal => Problem::internal("an example has no cause"),
        Kind::Unavailable => Error::from(StoreError::Unavailable("an example has no cause".into())).into(),
    })
}

fn booked_on() -> Option<BookedOn> {
    let release_date = ReleaseDate::new(NaiveDate::from_ymd_opt(2027, 5, 7)?).ok()?;
    Some(BookedOn { id: MovieId::new(2)?, title: Title::parse("Aihaga").ok()?, release_date })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_of_the_kind_that_it_is_a_sample_of() {
        for kind in Kind::ALL {
            let known = sample(kind).map(|problem| problem.kind());
            assert_eq!(known, (kind != Kind::MethodNotAllowed).then_some(kind));
        }
    }
}
