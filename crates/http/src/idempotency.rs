//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07): a POST that may be sent again.

use actix_web::{
    HttpRequest,
    http::{
        Method,
        header::{HeaderName, HeaderValue},
    },
};
use ensemble_domain::{Caller, Idempotency};

use crate::{
    digest::sha256,
    problem::{Kind, Problem},
};

/// Names a request, so that it can be sent again.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The most characters that a key has.
const MAX_CHARACTERS: usize = 255;

/// The key that a client gave its request.
pub struct IdempotencyKey(HeaderValue);

impl IdempotencyKey {
    /// Reads the key of a POST, if it has one. The other methods do no more when they are sent again, so theirs is ignored.
    pub fn of(request: &HttpRequest) -> Result<Option<Self>, Problem> {
        if request.method() != Method::POST {
            return Ok(None);
        }
        let mut lines = request.headers().get_all(IDEMPOTENCY_KEY);
        match (lines.next(), lines.next()) {
            (None, _) => Ok(None),
            (Some(line), None) if is_key(line.as_bytes()) => Ok(Some(Self(line.clone()))),
            (Some(_), _) => {
                let detail = "the header Idempotency-Key must be there once, with 1 to 255 visible ASCII characters";
                Err(Problem::new(Kind::InvalidRequest, detail))
            }
        }
    }

    /// What makes that request of that caller, with that content, the same request again. The key counts for its caller and route
    /// alone, so two clients may take the same.
    pub fn idempotency(&self, caller: &Caller, request: &HttpRequest, content: &[u8]) -> Idempotency {
        let subject = caller.subject().as_str().as_bytes();
        let (method, route) = (request.method().as_str(), request.match_pattern().unwrap_or_default());
        Idempotency {
            key: sha256(&[subject, method.as_bytes(), route.as_bytes(), self.0.as_bytes()]),
            fingerprint: sha256(&[request.path().as_bytes(), content]),
        }
    }
}

fn is_key(bytes: &[u8]) -> bool {
    (1..=MAX_CHARACTERS).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn read(method: Method, lines: &[&[u8]]) -> Result<bool, Kind> {
        let request = TestRequest::default().method(method);
        let request = lines.iter().fold(request, |request, line| {
            request.append_header((IDEMPOTENCY_KEY, HeaderValue::from_bytes(line).unwrap()))
        });
        let key = IdempotencyKey::of(&request.to_http_request());
        key.map(|key| key.is_some()).map_err(|problem| problem.kind())
    }

    #[test]
    fn a_key_is_1_to_255_visible_ascii_characters_on_one_line() {
        assert_eq!(read(Method::POST, &[]), Ok(false));
        for key in [&b"!"[..], b"~", b"\"8e03978e-40d5-43dd-bc93-6894a57f9324\"", &[b'k'; 255]] {
            assert_eq!(read(Method::POST, &[key]), Ok(true), "{key:?}");
        }
        for key in [&b""[..], &[b'k'; 256], b"two words", b"tab\tbed", b"caf\xc3\xa9", b"\xff"] {
            assert_eq!(read(Method::POST, &[key]), Err(Kind::InvalidRequest), "{key:?}");
        }
        assert_eq!(read(Method::POST, &[b"one", b"one"]), Err(Kind::InvalidRequest));
    }

    #[test]
    fn the_key_of_another_method_is_not_looked_at() {
        for method in [Method::GET, Method::HEAD, Method::PUT, Method::PATCH, Method::DELETE] {
            assert_eq!(read(method, &[b"two words"]), Ok(false));
        }
    }
}
