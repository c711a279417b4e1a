//! JSON request bodies: media type, size, time and form, in that order.

mod unique;

use std::{collections::BTreeMap, marker::PhantomData, time::Duration};

use actix_web::{
    HttpRequest,
    dev::Payload,
    http::Method,
    web::{Bytes, BytesMut},
};
use ensemble_domain::InvalidFields;
use serde_json::Value;

use self::unique::Unique;
use crate::{
    App,
    body::{Arriving, check_media_type, in_time},
    input::Input,
    members::{Members, object},
    openapi::OperationObject,
    problem::{Kind, Problem},
};

/// How long a body may take to arrive.
pub const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// What a body says. A type of this kind has no values: how a body is read is up to [`Json`] of it.
pub trait Body: 'static {
    /// The members that a client may set.
    const MEMBERS: &'static [&'static str];

    /// Its name and its JSON Schema in the document, for requests of that method.
    fn schema(method: &Method) -> (&'static str, Value);
}

/// A JSON object that says what a `T` does. Only the members of `T` are looked at.
pub struct Json<T> {
    pub members: Members,
    body: PhantomData<T>,
}

impl<T: Body> Input for Json<T> {
    async fn take(request: &HttpRequest, payload: &mut Payload) -> Result<Self, Problem> {
        check_media_type(request, media_types(request.method()))?;
        let arriving = Arriving::of(request, payload, App::of(request)?.body_limit)?;
        Self::from_bytes(&in_time(BODY_DEADLINE, read(arriving)).await?)
    }

    fn describe(operation: &mut OperationObject<'_>) {
        operation.json_body::<T>();
    }

    fn content(&self) -> Result<Vec<u8>, Problem> {
        self.members.canonical().map_err(Problem::internal)
    }
}

impl<T: Body> Json<T> {
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Problem> {
        Ok(Self::of(Members::of(parse_object(bytes)?, T::MEMBERS)))
    }

    /// The body that has these members.
    pub const fn of(members: Members) -> Self {
        Self { members, body: PhantomData }
    }
}

/// RFC 8259 for every body, and RFC 7396's type for a PATCH, which is what a PATCH is here.
pub fn media_types(method: &Method) -> &'static [&'static str] {
    if *method == Method::PATCH { &["application/json", "application/merge-patch+json"] } else { &["application/json"] }
}

async fn read(mut arriving: Arriving<'_>) -> Result<Bytes, Problem> {
    let mut body = BytesMut::new();
    while let Some(bytes) = arriving.next().await? {
        body.extend_from_slice(&bytes);
    }
    Ok(body.freeze())
}

fn parse_object(bytes: &[u8]) -> Result<BTreeMap<String, Value>, Problem> {
    let malformed = |error: serde_json::Error| {
        Problem::new(Kind::MalformedRequest, format!("the body is not a well-formed JSON object: {error}"))
    };
    let Unique(value) = serde_json::from_slice(bytes).map_err(malformed)?;
    object(value).map_err(|fault| InvalidFields::one("", fault).into())
}

#[cfg(test)]
mod tests {
    use actix_web::{error::PayloadError, test::TestRequest};
    use futures_util::{FutureExt, stream};

    use super::*;

    fn refused(body: &[u8]) -> Kind {
        parse_object(body).unwrap_err().kind()
    }

    #[test]
    fn a_body_that_breaks_off_is_refused_in_words_of_our_own() {
        let chunks = [Ok(Bytes::from_static(b"{\"name\": ")), Err(PayloadError::Incomplete(None))];
        let mut payload: Payload = Payload::Stream { payload: Box::pin(stream::iter(chunks)) };
        let arriving = Arriving::of(&TestRequest::default().to_http_request(), &mut payload, 100).ok().unwrap();
        let problem = read(arriving).now_or_never().unwrap().unwrap_err();
        assert_eq!(problem.to_string(), "malformed-request: the body broke off before it was complete");
    }

    #[test]
    fn an_object_is_read_with_its_members() {
        let object = parse_object(b" {\"name\": \"Ada\", \"age\": 36} ").unwrap();
        assert_eq!(object.len(), 2);
        assert_eq!(object["age"], 36);
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        for body in
            [&b""[..], b" ", b"{", b"{\"a\":1,}", b"name=Ada", b"{\"a\":1} x", b"\xef\xbb\xbf{}", b"{\"a\":\"\xff\"}"]
        {
            assert_eq!(refused(body), Kind::MalformedRequest, "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn a_member_named_twice_is_malformed() {
        assert_eq!(refused(b"{\"a\":1,\"a\":1}"), Kind::MalformedRequest);
        assert_eq!(refused(b"{\"a\":1,\"\\u0061\":2}"), Kind::MalformedRequest);
        assert_eq!(refused(b"{\"a\":[{\"b\":{\"c\":1,\"c\":2}}]}"), Kind::MalformedRequest);
        assert!(parse_object(b"{\"a\":{\"c\":1},\"b\":{\"c\":1}}").is_ok());
    }

    #[test]
    fn json_that_is_no_object_is_invalid() {
        for body in [&b"null"[..], b"[]", b"[{\"name\":\"Ada\"}]", b"\"text\"", b"7", b"true"] {
            assert_eq!(refused(body), Kind::InvalidFields, "{}", String::from_utf8_lossy(body));
        }
    }
}
