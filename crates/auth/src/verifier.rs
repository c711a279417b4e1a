//! From the `Authorization` lines of a request to the identity of its caller.

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use ensemble_domain::{Permissions, Subject};

use crate::{KeyStore, Reason, Refusal, Rules, authorization::bearer_token, claims, token::Token};

/// Who is calling, proved by a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Whom the token was issued to.
    pub subject: Subject,
    /// What the token allows.
    pub permissions: Permissions,
    /// When the token's time is over.
    pub expires_at: DateTime<Utc>,
}

/// Verifies the tokens of one issuer. Cheap to share between threads.
#[derive(Clone, Debug)]
pub struct Verifier {
    rules: Arc<Rules>,
    keys: Arc<KeyStore>,
}

impl Verifier {
    /// Verifies by these rules, with whatever keys the store holds at the time.
    #[must_use]
    pub fn new(rules: Rules, keys: Arc<KeyStore>) -> Self {
        Self { rules: Arc::new(rules), keys }
    }

    /// Tells whether there are keys to verify with.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.keys.is_ready()
    }

    /// Answers who is calling, given the value of every `Authorization` line of the request.
    ///
    /// The checks stand in a fixed order and the first that fails ends it. Nothing here blocks or waits.
    ///
    /// # Errors
    ///
    /// [`Refusal`], by what the caller may do about it; [`Refusal::Expired`] only when everything else about the token is right.
    pub fn verify<'a>(
        &self,
        authorization: impl IntoIterator<Item = &'a [u8]>,
        now: DateTime<Utc>,
    ) -> Result<Identity, Refusal> {
        let token = Token::parse(bearer_token(authorization)?, &self.rules)?;
        let keys = self.keys.current().ok_or(Refusal::KeysUnavailable)?;
        let key = keys.find(token.kid()).ok_or(Reason::UnknownKid)?;
        claims::check(&token.into_claims(key)?, &self.rules, now)
    }
}
