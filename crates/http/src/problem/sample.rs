//! One problem of each kind, as it could have happened, for the examples of the OpenAPI document.

use ensemble_auth::{Reason, Refusal};
use ensemble_domain::{
    CastingStatus, Conflict, Denied, Entity, Error, Fault, FaultCode, InvalidFields, Permission, Permissions,
};
use serde_json::json;

use super::{Kind, Problem};
use crate::query::flawed;

/// A problem of that kind.
pub fn sample(kind: Kind) -> Problem {
    let said = |detail: &'static str| Problem::new(kind, detail);
    match kind {
        Kind::MalformedRequest => {
            said("the body is not a well-formed JSON object: expected `,` or `}` at line 1 column 23")
        }
        Kind::InvalidRequest => flawed(kind, "limit", FaultCode::Type, "must be a whole number from 1".into()),
        Kind::UnknownParameter => {
            flawed(kind, "pgae", FaultCode::Unknown, "is not known here; did you mean page?".into())
        }
        Kind::InvalidCursor => {
            let detail = "is none that this list gave out; begin again without one";
            flawed(kind, "cursor", FaultCode::Format, detail.into())
        }
        Kind::Unauthenticated => Refusal::Unauthenticated.into(),
        Kind::InvalidToken => Refusal::InvalidToken(Reason::Signature).into(),
        Kind::TokenExpired => Refusal::Expired.into(),
        Kind::PermissionDenied => Denied { needs: Permissions::of(&[Permission::PostMovies]) }.into(),
        Kind::LocalOnly => said("local tokens are only for clients on this machine and for its own pages"),
        Kind::NotFound => Error::NotFound { entity: Entity::Actor, id: 7 }.into(),
        Kind::MethodNotAllowed => said("PUT is not allowed here; there are GET, PATCH, DELETE, HEAD, OPTIONS"),
        Kind::RequestTimeout => said("the body did not arrive within 10 s"),
        Kind::AlreadyCast => Conflict::AlreadyCast.into(),
        Kind::ActorBooked => said("actor 7 is booked on movies that are not released yet: Aihaga").with_member(
            "movies",
            json!([{"id": 2, "title": "Aihaga", "release_date": "2027-05-07", "href": "/movies/2"}]),
        ),
        Kind::IllegalStatus => Conflict::IllegalStatus {
            from: CastingStatus::Declined,
            to: CastingStatus::Booked,
            allowed: vec![CastingStatus::Considering],
            deleted: None,
        }
        .into(),
        Kind::RequiresRelease => said("casting 5 is booked; it has to be declined or released first"),
        Kind::BillingTaken => Conflict::BillingTaken.into(),
        Kind::RequestInProgress => Conflict::RequestInProgress.into(),
        Kind::StaleVersion => said("the stored version is 3; read it again before changing it"),
        Kind::BodyTooLarge => said("the body may have at most 65536 bytes"),
        Kind::UnsupportedMediaType => said("send the body as application/json, in UTF-8 and not compressed"),
        Kind::InvalidFields => {
            InvalidFields::one("age", Fault::new(FaultCode::Range, "must be between 0 and 120")).into()
        }
        Kind::IdempotencyKeyReused => Conflict::KeyReused.into(),
        Kind::RateLimited => said("too many requests with this token's subject; try again in 1 s"),
        Kind::Internal => Problem::internal("an example has no cause"),
        Kind::Unavailable => Problem::unavailable("the database cannot answer right now; try again in a moment", 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_of_the_kind_that_it_is_a_sample_of() {
        for kind in Kind::ALL {
            assert_eq!(sample(kind).kind(), kind);
        }
    }
}
