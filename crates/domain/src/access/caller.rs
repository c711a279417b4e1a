//! Who is calling, and under which request.

use std::{fmt, sync::Arc};

use super::{Denied, Permissions, Permit, Requirement};
use crate::Idempotency;

/// Whom the token was issued to: the `sub` claim, 1 to 255 bytes (RFC 7519, section 4.1.2).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subject(Arc<str>);

impl Subject {
    /// Answers the subject, or `None` when the text is empty or longer than 255 bytes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (1..=255).contains(&text.len()).then(|| Self(text.into()))
    }

    /// The text of the claim.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of one request, by which its log lines and its history are found: 1 to 64 of `A-Z a-z 0-9 . _ -`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// Answers the id, or `None` when the text has another shape.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        ((1..=64).contains(&text.len()) && text.bytes().all(allowed)).then(|| Self(text.into()))
    }

    /// The text of the id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Somebody whose identity is established, and what they may do. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Caller {
    subject: Subject,
    permissions: Permissions,
    request_id: RequestId,
    idempotency: Option<Idempotency>,
}

impl Caller {
    /// A caller with these permissions. Whoever calls this vouches for them: do so only after checking a credential.
    #[must_use]
    pub const fn new(subject: Subject, permissions: Permissions, request_id: RequestId) -> Self {
        Self { subject, permissions, request_id, idempotency: None }
    }

    /// The same caller, whose request may be sent again under an idempotency key.
    #[must_use]
    pub fn repeatable(self, idempotency: Idempotency) -> Self {
        Self { idempotency: Some(idempotency), ..self }
    }

    /// Answers the proof that this caller may do what `R` stands for.
    ///
    /// # Errors
    ///
    /// [`Denied`], which names the missing permissions.
    pub fn permit<R: Requirement>(&self) -> Result<Permit<R>, Denied> {
        let missing = R::NEEDS.without(self.permissions);
        if missing.is_empty() { Ok(Permit::new(self.clone())) } else { Err(Denied { needs: missing }) }
    }

    /// Whom the token was issued to.
    #[must_use]
    pub const fn subject(&self) -> &Subject {
        &self.subject
    }

    /// What the caller may do.
    #[must_use]
    pub const fn permissions(&self) -> Permissions {
        self.permissions
    }

    /// The request that the caller is making.
    #[must_use]
    pub const fn request_id(&self) -> &RequestId {
        &self.request_id
    }

    /// What makes the request the same again, when the caller gave it an idempotency key.
    #[must_use]
    pub const fn idempotency(&self) -> Option<&Idempotency> {
        self.idempotency.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_has_between_1_and_255_bytes() {
        assert_eq!(Subject::parse(""), None);
        assert_eq!(Subject::parse("auth0|1").unwrap().as_str(), "auth0|1");
        assert!(Subject::parse(&"x".repeat(255)).is_some());
        assert_eq!(Subject::parse(&"x".repeat(256)), None);
    }

    #[test]
    fn a_request_id_is_short_and_plain() {
        assert_eq!(RequestId::parse("a.B_9-").unwrap().to_string(), "a.B_9-");
        assert!(RequestId::parse(&"x".repeat(64)).is_some());
        for wrong in ["", "a b", "a/b", "a\n", "\u{e9}", &"x".repeat(65)] {
            assert_eq!(RequestId::parse(wrong), None, "{wrong:?}");
        }
    }
}
