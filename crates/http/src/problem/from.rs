//! What each error of the layers below is told as: every variant has its problem, so a new one does not compile without.

use actix_web::http::header;
use ensemble_auth::{PERMISSION_MISSING, Refusal};
use ensemble_domain::{Denied, Error, InvalidFields, StoreError};

use super::{Flaw, Kind, NO_STORE, Place, Problem};
use crate::csv::{Report, RowFault, Trouble};

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound { .. } => Self::new(Kind::NotFound, error.to_string()),
            Error::Store(StoreError::Stale { current }) => {
                let detail = format!("the stored version is {current}; read it again before changing it");
                Self::new(Kind::StaleVersion, detail)
            }
            Error::Store(StoreError::Invalid(invalid)) => invalid.into(),
            Error::Store(StoreError::Conflict(conflict)) => conflict.into(),
            // Whoever hands over rows tells why they were withdrawn.
            Error::Store(StoreError::Withdrawn) => Self::internal("the rows of an import were withdrawn"),
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
            place: Place::Body {
                pointer: if fault.field.is_empty() { "#".to_owned() } else { format!("#/{}", fault.field) },
            },
            code: fault.fault.code.as_str(),
            detail: fault.fault.detail.clone(),
        };
        let flaws = invalid.faults().iter().map(flaw).collect();
        Self::new(Kind::InvalidFields, invalid.to_string()).with_flaws(flaws)
    }
}

/// What a file of rows that was not taken is told as.
impl From<Report> for Problem {
    fn from(report: Report) -> Self {
        let rows = if report.bad == 1 { "1 row is".to_owned() } else { format!("{} rows are", report.bad) };
        let first = report.faults.first().map_or_else(String::new, |fault| format!("; {fault}"));
        let told = match report.trouble {
            Some(trouble) if report.bad == 0 => return trouble.into(),
            Some(trouble) => Self::from(trouble),
            None => Self::new(Kind::InvalidFields, format!("nothing was imported, since {rows} not right{first}")),
        };
        let flaw = |RowFault { line, column, fault }| Flaw {
            place: Place::Row { line, column },
            code: fault.code.as_str(),
            detail: fault.detail,
        };
        told.with_flaws(report.faults.into_iter().map(flaw).collect()).with_member("invalid_rows", report.bad)
    }
}

impl From<Trouble> for Problem {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Malformed { .. } => Self::new(Kind::MalformedRequest, format!("nothing was imported: {trouble}")),
            Trouble::Unreadable(cause) => Self::internal(cause),
        }
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        let detail = format!("this needs the permission {}, which the token does not hold", denied.needs);
        let challenge = format!(
            r#"Bearer realm="ensemble", error="insufficient_scope", error_description="The access token lacks a permission", scope="{}""#,
            denied.needs
        );
        Self::new(Kind::PermissionDenied, detail)
            .with_header(header::WWW_AUTHENTICATE, &challenge)
            .with_member("needs", denied.needs.to_string())
            .with_reason(PERMISSION_MISSING)
    }
}

/// The statuses and challenges of RFC 6750, section 3. Which check a token failed goes to the log only, by the name it has in the
/// metrics too.
impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let challenged = |kind, detail: &'static str, challenge: &str| {
            Self::new(kind, detail).with_header(header::WWW_AUTHENTICATE, challenge)
        };
        let problem = match refusal {
            Refusal::Unauthenticated => challenged(
                Kind::Unauthenticated,
                "send an access token as Authorization: Bearer",
                r#"Bearer realm="ensemble""#,
            ),
            Refusal::InvalidRequest(detail) => challenged(
                Kind::InvalidRequest,
                detail,
                &format!(r#"Bearer realm="ensemble", error="invalid_request", error_description="{detail}""#),
            ),
            Refusal::InvalidToken(_) => challenged(
                Kind::InvalidToken,
                "the access token is invalid",
                r#"Bearer realm="ensemble", error="invalid_token", error_description="The access token is invalid""#,
            ),
            Refusal::Expired => challenged(
                Kind::TokenExpired,
                "the access token expired; sign in again",
                r#"Bearer realm="ensemble", error="invalid_token", error_description="The access token expired""#,
            ),
            Refusal::KeysUnavailable => {
                Self::unavailable("the keys that tokens are checked with are not available; try again in a moment", 5)
            }
        };
        // Some of these are told as kinds that are not about the caller otherwise.
        problem.with_header(header::CACHE_CONTROL, NO_STORE).with_reason(refusal.as_str())
    }
}

#[cfg(test)]
mod tests {
    use actix_web::{ResponseError, http::header::HeaderName};
    use ensemble_domain::{Entity, Fault, FaultCode, Permission, Permissions, RequestId, Version};
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
    fn rows_that_nobody_says_why_were_withdrawn_and_a_file_that_is_gone_are_internal_errors() {
        assert_eq!(Problem::from(Error::Store(StoreError::Withdrawn)).kind(), Kind::Internal);
        let gone = Problem::from(Trouble::Unreadable(std::io::Error::other("/tmp/x is gone")));
        assert_eq!(gone.kind(), Kind::Internal);
        assert!(!document(&gone).to_string().contains("/tmp/x"));
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
    fn each_refused_credential_has_its_status_its_challenge_and_the_reason_of_its_name() {
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
            assert_eq!(header(&problem, header::CACHE_CONTROL), "no-store", "{name}");
            assert_eq!(problem.reason(), Some(refusal.as_str()), "{name}");
        }
    }
}
