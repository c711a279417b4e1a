//! JSON request bodies: media type, size, time and form, in that order.

use std::{collections::BTreeMap, time::Duration};

use actix_web::{
    HttpMessage, HttpRequest,
    dev::Payload,
    http::{Method, header},
    web::{Bytes, BytesMut, Data},
};
use ensemble_domain::{Fault, FaultCode, InvalidFields};
use futures_util::StreamExt;
use serde_json::Value;

use crate::{
    App,
    input::Input,
    members::Members,
    problem::{Kind, Problem},
};

/// How long a body may take to arrive.
const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// A body of which only the listed members are looked at.
pub trait Body: From<Members> {
    /// The members that a client may set.
    const MEMBERS: &'static [&'static str];

    /// What it was made of.
    fn members(&self) -> &Members;
}

/// A JSON object as a typed body.
pub struct Json<T>(pub T);

impl<T: Body> Input for Json<T> {
    async fn take(request: &HttpRequest, payload: &mut Payload) -> Result<Self, Problem> {
        check_media_type(request)?;
        let limit = request.app_data::<Data<App>>().map_or(0, |app| app.body_limit);
        let reading = read(request, payload, limit);
        let bytes = tokio::time::timeout(BODY_DEADLINE, reading).await.map_err(|_elapsed| too_slow())??;
        Self::parse(&bytes)
    }

    fn content(&self) -> Result<Vec<u8>, Problem> {
        self.0.members().canonical().map_err(Problem::internal)
    }
}

impl<T: Body> Json<T> {
    pub fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        Ok(Self(T::from(Members::of(parse_object(bytes)?, T::MEMBERS))))
    }
}

/// RFC 8259 for every body, and RFC 7396's type for a PATCH, which is what a PATCH is here.
fn check_media_type(request: &HttpRequest) -> Result<(), Problem> {
    let is_patch = request.method() == Method::PATCH;
    let essence = request.content_type();
    let right = essence.eq_ignore_ascii_case("application/json")
        || (is_patch && essence.eq_ignore_ascii_case("application/merge-patch+json"));
    let charset = request.encoding().is_ok_and(|encoding| encoding.name() == "UTF-8");
    let plain = request
        .headers()
        .get(header::CONTENT_ENCODING)
        .is_none_or(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    if right && charset && plain {
        return Ok(());
    }
    let also = if is_patch { " or application/merge-patch+json" } else { "" };
    let detail = format!("send the body as application/json{also}, in UTF-8 and not compressed");
    Err(Problem::new(Kind::UnsupportedMediaType, detail))
}

async fn read(request: &HttpRequest, payload: &mut Payload, limit: usize) -> Result<Bytes, Problem> {
    let too_large = || Problem::new(Kind::BodyTooLarge, format!("the body may have at most {limit} bytes"));
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > limit) {
        return Err(too_large());
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_error| broken_off())?;
        if body.len() + chunk.len() > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn broken_off() -> Problem {
    Problem::new(Kind::MalformedRequest, "the body broke off before it was complete")
}

fn too_slow() -> Problem {
    let detail = format!("the body did not arrive within {} s", BODY_DEADLINE.as_secs());
    Problem::new(Kind::RequestTimeout, detail)
}

fn parse_object(bytes: &[u8]) -> Result<BTreeMap<String, Value>, Problem> {
    let malformed = |error: serde_json::Error| {
        Problem::new(Kind::MalformedRequest, format!("the body is not a well-formed JSON object: {error}"))
    };
    if !bytes.trim_ascii_start().starts_with(b"{") {
        serde_json::from_slice::<Value>(bytes).map_err(malformed)?;
        return Err(InvalidFields::one("", Fault::new(FaultCode::Type, "must be a JSON object")).into());
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let object = serde_with::rust::maps_duplicate_key_is_error::deserialize(&mut json).map_err(malformed)?;
    json.end().map_err(malformed)?;
    Ok(object)
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
        let read = read(&TestRequest::default().to_http_request(), &mut payload, 100).now_or_never();
        let problem = read.unwrap().unwrap_err();
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
    }

    #[test]
    fn json_that_is_no_object_is_invalid() {
        for body in [&b"null"[..], b"[]", b"[{\"name\":\"Ada\"}]", b"\"text\"", b"7", b"true"] {
            assert_eq!(refused(body), Kind::InvalidFields, "{}", String::from_utf8_lossy(body));
        }
    }
}
