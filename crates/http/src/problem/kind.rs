//! The kinds of problems.

use actix_web::http::StatusCode;

/// The kinds of problems; each has a page at `/problems/{name}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    MalformedRequest,
    InvalidRequest,
    UnknownParameter,
    InvalidCursor,
    Unauthenticated,
    InvalidToken,
    TokenExpired,
    PermissionDenied,
    LocalOnly,
    NotFound,
    MethodNotAllowed,
    RequestTimeout,
    AlreadyCast,
    ActorBooked,
    IllegalStatus,
    RequiresRelease,
    BillingTaken,
    RequestInProgress,
    StaleVersion,
    BodyTooLarge,
    UnsupportedMediaType,
    InvalidFields,
    IdempotencyKeyReused,
    RateLimited,
    Internal,
    Unavailable,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 26] = [
        Self::MalformedRequest,
        Self::InvalidRequest,
        Self::UnknownParameter,
        Self::InvalidCursor,
        Self::Unauthenticated,
        Self::InvalidToken,
        Self::TokenExpired,
        Self::PermissionDenied,
        Self::LocalOnly,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::RequestTimeout,
        Self::AlreadyCast,
        Self::ActorBooked,
        Self::IllegalStatus,
        Self::RequiresRelease,
        Self::BillingTaken,
        Self::RequestInProgress,
        Self::StaleVersion,
        Self::BodyTooLarge,
        Self::UnsupportedMediaType,
        Self::InvalidFields,
        Self::IdempotencyKeyReused,
        Self::RateLimited,
        Self::Internal,
        Self::Unavailable,
    ];

    /// The last part of the problem's `type`, its `status` and its `title`.
    const fn facts(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::MalformedRequest => {
                ("malformed-request", StatusCode::BAD_REQUEST, "The request body is not well-formed")
            }
            Self::InvalidRequest => ("invalid-request", StatusCode::BAD_REQUEST, "The request is not valid"),
            Self::UnknownParameter => ("unknown-parameter", StatusCode::BAD_REQUEST, "A query parameter is not known"),
            Self::InvalidCursor => ("invalid-cursor", StatusCode::BAD_REQUEST, "The cursor is not one of this list"),
            Self::Unauthenticated => ("unauthenticated", StatusCode::UNAUTHORIZED, "An access token is needed"),
            Self::InvalidToken => ("invalid-token", StatusCode::UNAUTHORIZED, "The access token is not valid"),
            Self::TokenExpired => ("token-expired", StatusCode::UNAUTHORIZED, "The access token has expired"),
            Self::PermissionDenied => ("permission-denied", StatusCode::FORBIDDEN, "A permission is missing"),
            Self::LocalOnly => ("local-only", StatusCode::FORBIDDEN, "Only this machine may ask"),
            Self::NotFound => ("not-found", StatusCode::NOT_FOUND, "There is nothing here"),
            Self::MethodNotAllowed => {
                ("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED, "The method is not allowed here")
            }
            Self::RequestTimeout => ("request-timeout", StatusCode::REQUEST_TIMEOUT, "The request took too long"),
            Self::AlreadyCast => ("already-cast", StatusCode::CONFLICT, "The actor is cast already"),
            Self::ActorBooked => ("actor-booked", StatusCode::CONFLICT, "The actor is booked"),
            Self::IllegalStatus => ("illegal-status", StatusCode::CONFLICT, "The casting cannot go there"),
            Self::RequiresRelease => ("requires-release", StatusCode::CONFLICT, "The booking has to end first"),
            Self::BillingTaken => ("billing-taken", StatusCode::CONFLICT, "The place in the credits is taken"),
            Self::RequestInProgress => {
                ("request-in-progress", StatusCode::CONFLICT, "The same request is being worked on")
            }
            Self::StaleVersion => ("stale-version", StatusCode::PRECONDITION_FAILED, "It was changed in the meantime"),
            Self::BodyTooLarge => ("body-too-large", StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large"),
            Self::UnsupportedMediaType => {
                ("unsupported-media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "The media type is not supported")
            }
            Self::InvalidFields => ("invalid-fields", StatusCode::UNPROCESSABLE_ENTITY, "Some fields are not valid"),
            Self::IdempotencyKeyReused => {
                ("idempotency-key-reused", StatusCode::UNPROCESSABLE_ENTITY, "The idempotency key was used before")
            }
            Self::RateLimited => ("rate-limited", StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
            Self::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side"),
            Self::Unavailable => {
                ("unavailable", StatusCode::SERVICE_UNAVAILABLE, "The service cannot answer right now")
            }
        }
    }

    /// The last part of the problem's `type`, such as `not-found`.
    pub const fn name(self) -> &'static str {
        self.facts().0
    }

    /// The status it is answered with.
    pub const fn status(self) -> StatusCode {
        self.facts().1
    }

    /// What it says, whatever the occasion.
    pub const fn title(self) -> &'static str {
        self.facts().2
    }

    /// Whether it says something of the caller, which is for nobody else, so that nothing on the way may store it.
    pub const fn is_about_the_caller(self) -> bool {
        matches!(
            self,
            Self::Unauthenticated
                | Self::InvalidToken
                | Self::TokenExpired
                | Self::PermissionDenied
                | Self::LocalOnly
                | Self::RateLimited
        )
    }
}

/// The names of all kinds of problems; each problem's `type` is `/problems/` and its name, and there is a page.
pub fn problem_names() -> impl Iterator<Item = &'static str> {
    Kind::ALL.into_iter().map(Kind::name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own_and_an_error_status() {
        for (position, kind) in Kind::ALL.into_iter().enumerate() {
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
            assert!(Kind::ALL.iter().skip(position + 1).all(|other| other.name() != kind.name()));
        }
    }
}
