//! Every refusal, as problem details (RFC 9457) with the members of the older clients beside.

use std::{borrow::Cow, fmt};

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
};
use ensemble_auth::Refusal;
use ensemble_domain::{Cause, Denied, Error, InvalidFields, Permissions, RequestId, StoreError};
use serde::Serialize;

/// The media type of a problem.
pub const CONTENT_TYPE: &str = "application/problem+json";

/// The kinds of problems; each has a page at `/problems/{name}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    MalformedRequest,
    InvalidRequest,
    UnknownParameter,
    Unauthenticated,
    InvalidToken,
    TokenExpired,
    PermissionDenied,
    NotFound,
    MethodNotAllowed,
    RequestTimeout,
    StaleVersion,
    BodyTooLarge,
    UnsupportedMediaType,
    InvalidFields,
    Internal,
    Unavailable,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 16] = [
        Self::MalformedRequest,
        Self::InvalidRequest,
        Self::UnknownParameter,
        Self::Unauthenticated,
        Self::InvalidToken,
        Self::TokenExpired,
        Self::PermissionDenied,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::RequestTimeout,
        Self::StaleVersion,
        Self::BodyTooLarge,
        Self::UnsupportedMediaType,
        Self::InvalidFields,
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
            Self::Unauthenticated => ("unauthenticated", StatusCode::UNAUTHORIZED, "An access token is needed"),
            Self::InvalidToken => ("invalid-token", StatusCode::UNAUTHORIZED, "The access token is not valid"),
            Self::TokenExpired => ("token-expired", StatusCode::UNAUTHORIZED, "The access token has expired"),
            Self::PermissionDenied => ("permission-denied", StatusCode::FORBIDDEN, "A permission is missing"),
            Self::NotFound => ("not-found", StatusCode::NOT_FOUND, "There is nothing here"),
            Self::MethodNotAllowed => {
                ("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED, "The method is not allowed here")
            }
            Self::RequestTimeout => ("request-timeout", StatusCode::REQUEST_TIMEOUT, "The request took too long"),
            Self::StaleVersion => ("stale-version", StatusCode::PRECONDITION_FAILED, "It was changed in the meantime"),
            Self::BodyTooLarge => ("body-too-large", StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large"),
            Self::UnsupportedMediaType => {
                ("unsupported-media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "The media type is not supported")
            }
            Self::InvalidFields => ("invalid-fields", StatusCode::UNPROCESSABLE_ENTITY, "Some fields are not valid"),
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
}

/// The names of all kinds of problems; each problem's `type` is `/problems/` and its name, and there is a page.
pub fn problem_names() -> impl Iterator<Item = &'static str> {
    Kind::ALL.into_iter().map(Kind::name)
}

/// One thing that was wrong with the request, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flaw {
    /// The member of the body, as a JSON pointer in a URI fragment (RFC 6901, section 6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// The kind of rule that was broken, for programs.
    pub code: &'static str,
    /// What would be right.
    pub detail: Cow<'static, str>,
}

/// One refusal.
#[derive(Debug)]
pub struct Problem(Box<Parts>);

/// On the heap, so that a `Result` with a problem stays small.
#[derive(Debug)]
struct Parts {
    kind: Kind,
    detail: Cow<'static, str>,
    flaws: Vec<Flaw>,
    needs: Option<Permissions>,
    headers: Vec<(HeaderName, HeaderValue)>,
    reason: Option<&'static str>,
    cause: Option<Cause>,
    occasion: Option<(String, RequestId)>,
    closes_connection: bool,
}

impl Problem {
    /// A problem of that kind, with a sentence about this occasion.
    pub fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Parts {
            kind,
            detail: detail.into(),
            flaws: Vec::new(),
            needs: None,
            headers: Vec::new(),
            reason: None,
            cause: None,
            occasion: None,
            closes_connection: false,
        }))
    }

    /// The route does not exist.
    pub fn no_such_route() -> Self {
        Self::new(Kind::NotFound, "there is no such path; GET / lists where to begin")
    }

    /// A failure on our side: a fixed text for the client, the cause for the log.
    pub fn internal(cause: impl Into<Cause>) -> Self {
        let detail = "the request could not be completed; its request id finds the cause in the log";
        Self::new(Kind::Internal, detail).with_cause(cause.into())
    }

    /// What cannot be done now; the client may try again after that many seconds.
    pub fn unavailable(detail: &'static str, retry_after: u32) -> Self {
        Self::new(Kind::Unavailable, detail).with_header(header::RETRY_AFTER, &retry_after.to_string())
    }

    #[must_use]
    pub fn with_flaws(mut self, flaws: Vec<Flaw>) -> Self {
        self.0.flaws = flaws;
        self
    }

    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        self.0.headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
        self
    }

    /// Tells on which path and under which request it happened. Without that the answer has no body yet.
    #[must_use]
    pub fn on_occasion(mut self, path: &str, request_id: RequestId) -> Self {
        self.0.occasion = Some((path.to_owned(), request_id));
        self
    }

    /// Ends the connection after the answer. A header `Connection` would not: the server writes that one by itself.
    #[must_use]
    pub fn closing_connection(mut self) -> Self {
        self.0.closes_connection = true;
        self
    }

    fn with_cause(mut self, cause: Cause) -> Self {
        self.0.cause = Some(cause);
        self
    }

    fn with_reason(mut self, reason: &'static str) -> Self {
        self.0.reason = Some(reason);
        self
    }

    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Why a credential was refused, for the log.
    pub fn reason(&self) -> Option<&'static str> {
        self.0.reason
    }

    /// The error behind it, for the log.
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync)> {
        self.0.cause.as_deref()
    }

    /// The JSON document, for that path and request.
    pub fn body(&self, path: &str, request_id: &RequestId) -> Vec<u8> {
        let Parts { kind, detail, flaws, needs, .. } = &*self.0;
        let document = Document {
            kind: format!("/problems/{}", kind.name()),
            title: kind.title(),
            status: kind.status().as_u16(),
            detail,
            instance: path,
            request_id: request_id.as_str(),
            errors: flaws,
            needs: needs.map(|needs| needs.to_string()),
            success: false,
            error: kind.status().as_u16(),
            message: detail,
        };
        serde_json::to_vec(&document).unwrap_or_default()
    }
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    detail: &'a str,
    instance: &'a str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [Flaw],
    #[serde(skip_serializing_if = "Option::is_none")]
    needs: Option<String>,
    success: bool,
    error: u16,
    message: &'a str,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.kind.name(), self.0.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.kind.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.content_type(CONTENT_TYPE);
        for (name, value) in &self.0.headers {
            response.insert_header((name, value));
        }
        if matches!(self.status_code(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            response.insert_header((header::CACHE_CONTROL, "no-store"));
        }
        if self.0.closes_connection {
            response.force_close();
        }
        match &self.0.occasion {
            Some((path, request_id)) => response.body(self.body(path, request_id)),
            None => response.finish(),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound { .. } => Self::new(Kind::NotFound, error.to_string()),
            Error::Store(StoreError::Stale { current }) => {
                let detail = format!("the stored version is {current}; read it again before changing it");
                Self::new(Kind::StaleVersion, detail)
            }
            Error::Store(StoreError::Invalid(invalid)) => invalid.into(),
            Error::Store(StoreError::Unavailable(cause)) => {
                Self::unavailable("the database cannot answer right now; try again in a moment", 1).with_cause(cause)
            }
            Error::Store(StoreError::Failed(cause)) => Self::internal(cause),
        }
    }
}

impl From<InvalidFields> for Problem {
    fn from(invalid: InvalidFields) -> Self {
        let flaw = |fault: &ensemble_domain::FieldFault| Flaw {
            pointer: Some(if fault.field.is_empty() { "#".to_owned() } else { format!("#/{}", fault.field) }),
            parameter: None,
            code: fault.fault.code.as_str(),
            detail: fault.fault.detail.clone(),
        };
        let flaws = invalid.faults().iter().map(flaw).collect();
        Self::new(Kind::InvalidFields, invalid.to_string()).with_flaws(flaws)
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        let detail = format!("this needs the permission {}, which the token does not hold", denied.needs);
        let challenge = format!(
            r#"Bearer realm="ensemble", error="insufficient_scope", error_description="The access token lacks a permission", scope="{}""#,
            denied.needs
        );
        let mut problem = Self::new(Kind::PermissionDenied, detail).with_header(header::WWW_AUTHENTICATE, &challenge);
        problem.0.needs = Some(denied.needs);
        problem.with_reason("permission")
    }
}

/// The statuses and challenges of RFC 6750, section 3. Which check a token failed goes to the log only.
impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let challenged = |kind, detail: &'static str, challenge: &str, reason| {
            Self::new(kind, detail).with_header(header::WWW_AUTHENTICATE, challenge).with_reason(reason)
        };
        match refusal {
            Refusal::Unauthenticated => challenged(
                Kind::Unauthenticated,
                "send an access token as Authorization: Bearer",
                r#"Bearer realm="ensemble""#,
                "no_token",
            ),
            Refusal::InvalidRequest(detail) => challenged(
                Kind::InvalidRequest,
                detail,
                &format!(r#"Bearer realm="ensemble", error="invalid_request", error_description="{detail}""#),
                "authorization_header",
            ),
            Refusal::InvalidToken(reason) => challenged(
                Kind::InvalidToken,
                "the access token is invalid",
                r#"Bearer realm="ensemble", error="invalid_token", error_description="The access token is invalid""#,
                reason.as_str(),
            ),
            Refusal::Expired => challenged(
                Kind::TokenExpired,
                "the access token expired; sign in again",
                r#"Bearer realm="ensemble", error="invalid_token", error_description="The access token expired""#,
                "expired",
            ),
            Refusal::KeysUnavailable => {
                Self::unavailable("the keys that tokens are checked with are not available; try again in a moment", 5)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::ConnectionType;
    use ensemble_domain::{Entity, Fault, FaultCode, Permission, Version};
    use serde_json::{Value, json};

    use super::*;

    fn document(problem: &Problem) -> Value {
        let request_id = RequestId::parse("r-1").unwrap();
        serde_json::from_slice(&problem.body("/actors", &request_id)).unwrap()
    }

    fn header(problem: &Problem, name: HeaderName) -> String {
        problem
            .error_response()
            .headers()
            .get(name)
            .map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn every_kind_has_a_name_of_its_own_and_an_error_status() {
        for (position, kind) in Kind::ALL.into_iter().enumerate() {
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
            assert!(Kind::ALL.iter().skip(position + 1).all(|other| other.name() != kind.name()));
        }
    }

    #[test]
    fn invalid_fields_are_all_listed_with_their_pointers() {
        let mut faults = ensemble_domain::FieldFaults::default();
        faults.add("age", Fault::new(FaultCode::Range, "must be between 0 and 120"));
        faults.add("", Fault::new(FaultCode::Type, "must be a JSON object"));

        let problem = Problem::from(faults.finish::<()>(None).unwrap_err());

        assert_eq!(
            document(&problem),
            json!({
                "type": "/problems/invalid-fields", "title": "Some fields are not valid", "status": 422,
                "detail": "age must be between 0 and 120; must be a JSON object", "instance": "/actors",
                "request_id": "r-1",
                "errors": [
                    {"pointer": "#/age", "code": "range", "detail": "must be between 0 and 120"},
                    {"pointer": "#", "code": "type", "detail": "must be a JSON object"},
                ],
                "success": false, "error": 422, "message": "age must be between 0 and 120; must be a JSON object",
            })
        );
    }

    #[test]
    fn an_absent_entity_is_not_found() {
        let problem = Problem::from(Error::NotFound { entity: Entity::Movie, id: 9 });
        assert_eq!((problem.kind(), &*problem.0.detail), (Kind::NotFound, "there is no movie 9"));
    }

    #[test]
    fn a_stale_version_names_the_stored_one() {
        let problem = Problem::from(Error::Store(StoreError::Stale { current: Version::new(4).unwrap() }));
        assert_eq!(problem.kind(), Kind::StaleVersion);
        assert_eq!(problem.0.detail, "the stored version is 4; read it again before changing it");
    }

    #[test]
    fn an_invalid_merge_is_invalid_fields() {
        let invalid = InvalidFields::one("shoot_end", Fault::new(FaultCode::Range, "must not be before shoot_start"));
        assert_eq!(Problem::from(Error::Store(StoreError::Invalid(invalid))).kind(), Kind::InvalidFields);
    }

    #[test]
    fn an_unavailable_store_says_when_to_come_back_and_keeps_the_cause_to_itself() {
        let problem = Problem::from(Error::Store(StoreError::Unavailable("host db-7 refused".into())));
        assert_eq!((problem.kind(), header(&problem, header::RETRY_AFTER)), (Kind::Unavailable, "1".to_owned()));
        assert_eq!(problem.cause().unwrap().to_string(), "host db-7 refused");
        assert!(!document(&problem).to_string().contains("db-7"));
    }

    #[test]
    fn a_failed_store_is_an_internal_error_of_fixed_text() {
        let problem = Problem::from(Error::Store(StoreError::Failed("syntax error at SELECT".into())));
        assert_eq!(problem.kind(), Kind::Internal);
        assert!(!document(&problem).to_string().contains("SELECT"));
    }

    #[test]
    fn only_a_problem_that_says_so_closes_the_connection() {
        let connection = |problem: Problem| problem.error_response().head().connection_type();
        assert_ne!(connection(Problem::no_such_route()), ConnectionType::Close);
        assert_eq!(connection(Problem::no_such_route().closing_connection()), ConnectionType::Close);
    }

    #[test]
    fn a_denial_names_the_permission_in_body_and_challenge() {
        let problem = Problem::from(Denied { needs: Permissions::of(&[Permission::PostMovies]) });
        assert_eq!(document(&problem)["needs"], "post:movies");
        assert_eq!(
            header(&problem, header::WWW_AUTHENTICATE),
            r#"Bearer realm="ensemble", error="insufficient_scope", error_description="The access token lacks a permission", scope="post:movies""#
        );
        assert_eq!(header(&problem, header::CACHE_CONTROL), "no-store");
    }

    #[test]
    fn each_refused_credential_has_its_status_and_challenge() {
        let invalid = r#"Bearer realm="ensemble", error="invalid_token", error_description="#;
        let table = [
            (Refusal::Unauthenticated, 401, "unauthenticated", r#"Bearer realm="ensemble""#.to_owned()),
            (
                Refusal::InvalidRequest("send one Authorization header"),
                400,
                "invalid-request",
                r#"Bearer realm="ensemble", error="invalid_request", error_description="send one Authorization header""#
                    .to_owned(),
            ),
            (
                Refusal::InvalidToken(ensemble_auth::Reason::Signature),
                401,
                "invalid-token",
                format!(r#"{invalid}"The access token is invalid""#),
            ),
            (Refusal::Expired, 401, "token-expired", format!(r#"{invalid}"The access token expired""#)),
            (Refusal::KeysUnavailable, 503, "unavailable", String::new()),
        ];
        for (refusal, status, name, challenge) in table {
            let problem = Problem::from(refusal);
            assert_eq!((problem.status_code().as_u16(), problem.kind().name()), (status, name));
            assert_eq!(header(&problem, header::WWW_AUTHENTICATE), challenge, "{name}");
        }
    }
}
