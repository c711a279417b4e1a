//! What is the same for every request body: its media type, its size, and the time it takes to arrive.

use std::time::Duration;

use actix_web::{HttpMessage, HttpRequest, dev::Payload, http::header, web::Bytes};
use futures_util::StreamExt;

use crate::problem::{Kind, Problem};

/// Refuses a body of none of these types, in another charset, or compressed.
pub fn check_media_type(request: &HttpRequest, types: &[&str]) -> Result<(), Problem> {
    let essence = request.content_type();
    let right = types.iter().any(|right| essence.eq_ignore_ascii_case(right));
    let charset = request.encoding().is_ok_and(|encoding| encoding.name() == "UTF-8");
    let plain = request
        .headers()
        .get(header::CONTENT_ENCODING)
        .is_none_or(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    if right && charset && plain {
        return Ok(());
    }
    Err(unsupported(types))
}

/// The refusal of a body that is of none of these types.
pub fn unsupported(types: &[&str]) -> Problem {
    let detail = format!("send the body as {}, in UTF-8 and not compressed", types.join(" or "));
    Problem::new(Kind::UnsupportedMediaType, detail)
}

/// A body as it arrives, up to so many bytes.
pub struct Arriving<'a> {
    payload: &'a mut Payload,
    left: usize,
    limit: usize,
}

impl<'a> Arriving<'a> {
    /// A body that is refused at once when its size is told and too large.
    pub fn of(request: &HttpRequest, payload: &'a mut Payload, limit: usize) -> Result<Self, Problem> {
        let announced =
            request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        if announced.is_some_and(|length: usize| length > limit) {
            return Err(too_large(limit));
        }
        Ok(Self { payload, left: limit, limit })
    }

    /// The next piece, `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        let Some(piece) = self.payload.next().await else { return Ok(None) };
        let piece = piece.map_err(|_error| broken_off())?;
        self.left = self.left.checked_sub(piece.len()).ok_or_else(|| too_large(self.limit))?;
        Ok(Some(piece))
    }
}

/// The refusal of a body of more bytes.
pub fn too_large(limit: usize) -> Problem {
    Problem::new(Kind::BodyTooLarge, format!("the body may have at most {limit} bytes"))
}

fn broken_off() -> Problem {
    Problem::new(Kind::MalformedRequest, "the body broke off before it was complete")
}

/// Waits for a body, but no longer than that.
pub async fn in_time<T>(deadline: Duration, arriving: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    tokio::time::timeout(deadline, arriving).await.map_err(|_elapsed| late(deadline))?
}

/// The refusal of a body that did not arrive within that time.
pub fn late(deadline: Duration) -> Problem {
    Problem::new(Kind::RequestTimeout, format!("the body did not arrive within {} s", deadline.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn a_body_that_does_not_arrive_is_not_waited_for() {
        let waited = in_time(Duration::from_millis(1), std::future::pending::<Result<(), Problem>>()).await;
        assert_eq!(waited.unwrap_err().to_string(), "request-timeout: the body did not arrive within 0 s");
        assert!(in_time(Duration::from_secs(1), async { Ok(()) }).await.is_ok());
    }
}
