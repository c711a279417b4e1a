//! Which pages of other origins may read answers.

use actix_cors::Cors;
use actix_web::http::{
    Method,
    header::{self, HeaderMap},
};

use crate::{idempotency::IDEMPOTENCY_KEY, request_context::X_REQUEST_ID, view::IDEMPOTENCY_REPLAYED};

/// The origins whose pages may call this server from a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CorsOrigins {
    /// Every origin; for development.
    Any,
    /// Exactly these, such as `https://casting.example.org`.
    Listed(Vec<String>),
}

/// The headers of the Fetch standard's CORS protocol. No credentials: the token is a header, never a cookie. A foreign origin is
/// not blocked, it gets no headers: the token is the guard, and browsers send `Origin` on same-origin writes too.
pub fn cors(origins: &CorsOrigins) -> Cors {
    let cors = Cors::default()
        .allowed_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allowed_headers([
            header::ACCEPT,
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            IDEMPOTENCY_KEY,
            X_REQUEST_ID,
        ])
        .expose_headers([
            header::ETAG,
            header::LINK,
            header::LOCATION,
            header::RETRY_AFTER,
            header::WWW_AUTHENTICATE,
            IDEMPOTENCY_REPLAYED,
            X_REQUEST_ID,
            header::HeaderName::from_static("x-total-count"),
        ])
        .block_on_origin_mismatch(false)
        .max_age(600);
    match origins {
        CorsOrigins::Any => cors.allow_any_origin().send_wildcard(),
        CorsOrigins::Listed(origins) => origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin)),
    }
}

/// Takes back what [`cors`] says to everybody, so that an origin which may not read an answer gets no headers at all.
pub fn withhold_from_strangers(headers: &mut HeaderMap) {
    if !headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        headers.remove(header::ACCESS_CONTROL_EXPOSE_HEADERS);
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn headers_are_exposed_to_an_origin_that_may_read_the_answer_and_to_no_other() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("etag"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("https://casting.example.org"));
        withhold_from_strangers(&mut headers);
        assert!(headers.contains_key(header::ACCESS_CONTROL_EXPOSE_HEADERS));

        headers.remove(header::ACCESS_CONTROL_ALLOW_ORIGIN);
        withhold_from_strangers(&mut headers);
        assert!(!headers.contains_key(header::ACCESS_CONTROL_EXPOSE_HEADERS));
    }
}
