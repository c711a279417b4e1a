//! What a request is for (RFC 9112, section 3), and which are refused by that alone, wherever it would lead.

use actix_web::{
    Error, HttpRequest,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{header, uri::Authority},
    middleware::Next,
};

use crate::problem::{Kind, Problem};

/// Stands within CORS, so that a page can read these refusals too, and before the router.
pub async fn checked(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match check(&request) {
        Ok(()) => next.call(request).await.map(ServiceResponse::map_into_boxed_body),
        Err(problem) => Ok(request.error_response(problem)),
    }
}

/// Refuses what would not be found, or be found in more than one way.
fn check(request: &ServiceRequest) -> Result<(), Problem> {
    // Every path of this server is plain ASCII. An escape could only be a way around an exact match.
    if request.path().contains('%') {
        return Err(Problem::no_such_route());
    }
    check_host(request.request())
}

/// The host that the request is for, with or without a port: that of its target where it names one, else that of its `Host`.
pub fn host_of(request: &HttpRequest) -> &str {
    request.uri().authority().map_or_else(|| named(request), Authority::as_str)
}

/// Refuses a request whose host cannot be one. What stands before a proxy and what stands behind it may read such a thing in two
/// ways.
fn check_host(request: &HttpRequest) -> Result<(), Problem> {
    // A client may leave out the host of a target that has none.
    if [named(request), host_of(request)].into_iter().all(|host| host.is_empty() || is_host(host)) {
        return Ok(());
    }
    let detail = "the host must be a name or an address, with or without a port, such as casting.example.org";
    Err(Problem::new(Kind::InvalidRequest, detail))
}

/// What the header says; what is no text cannot be a host.
fn named(request: &HttpRequest) -> &str {
    request.headers().get(header::HOST).map_or("", |host| host.to_str().unwrap_or("?"))
}

fn is_host(text: &str) -> bool {
    text.parse::<Authority>().is_ok_and(|authority| authority.as_str() == text && !text.contains('@'))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn a_request(target: &str, host: &[u8]) -> HttpRequest {
        TestRequest::with_uri(target).insert_header((header::HOST, host)).to_http_request()
    }

    #[test]
    fn the_target_says_which_host_is_meant_before_the_header_does() {
        assert_eq!(host_of(&a_request("/actors", b"casting.example.org:8443")), "casting.example.org:8443");
        assert_eq!(host_of(&a_request("http://other.example.org/actors", b"localhost")), "other.example.org");
        assert_eq!(host_of(&TestRequest::with_uri("/actors").to_http_request()), "");
    }

    #[test]
    fn a_host_is_a_name_or_an_address_with_or_without_a_port() {
        for host in ["localhost", "a_b.example.org:80", "127.0.0.1", "[::1]:5000", "xn--bcher-kva.example", ""] {
            assert!(check_host(&a_request("/actors", host.as_bytes())).is_ok(), "{host}");
        }
        for host in [
            &b"a b"[..],
            b"a, b",
            b"me@localhost",
            b"localhost/x",
            b"localhost?x",
            b"localhost#x",
            b"http://localhost",
            b"[::1",
            b"a:b:c",
            b"\xff",
        ] {
            assert!(check_host(&a_request("/actors", host)).is_err(), "{}", String::from_utf8_lossy(host));
        }
        assert!(check_host(&a_request("http://me@localhost/actors", b"localhost")).is_err());
        assert!(check_host(&a_request("http://localhost/actors", b"a b")).is_err());
    }
}
