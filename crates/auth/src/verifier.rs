//! From the `Authorization` lines of a request to the identity of its caller.

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use ensemble_domain::{Permissions, Subject};

use crate::{
    KeyStore, Reason, Refusal, Rules,
    authorization::bearer_token,
    cache::{Digest, VerifiedTokens},
    claims,
    keys::Refetch,
    observe,
    token::{MAX_TOKEN, Token},
};

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

/// Verifies the tokens of one issuer.
#[derive(Debug)]
pub struct Verifier {
    rules: Rules,
    keys: Arc<KeyStore>,
    verified: VerifiedTokens,
}

impl Verifier {
    /// Verifies by these rules, with whatever keys the store holds at the time.
    #[must_use]
    pub fn new(rules: Rules, keys: Arc<KeyStore>) -> Self {
        Self { rules, keys, verified: VerifiedTokens::new() }
    }

    /// Tells whether there are keys to verify with.
    #[must_use]
    pub fn is_ready(&self, now: DateTime<Utc>) -> bool {
        self.keys.is_ready(now)
    }

    /// Answers who is calling, given the value of every `Authorization` line of the request.
    ///
    /// The checks stand in a fixed order and the first that fails ends it. Nothing here blocks, and only a token whose key is not
    /// known may wait, for as long as it takes to ask the issuer.
    ///
    /// # Errors
    ///
    /// [`Refusal`], by what the caller may do about it; [`Refusal::Expired`] only when everything else about the token is right.
    pub async fn verify<'a>(
        &self,
        authorization: impl IntoIterator<Item = &'a [u8]>,
        now: DateTime<Utc>,
    ) -> Result<Identity, Refusal> {
        let judged = match bearer_token(authorization) {
            Ok(token) => self.judge(token, now).await,
            Err(refusal) => Err(refusal),
        };
        judged.inspect_err(|refusal| observe::count_refused(*refusal))
    }

    async fn judge(&self, token: &str, now: DateTime<Utc>) -> Result<Identity, Refusal> {
        match self.judge_now(token, now) {
            Err(Refusal::InvalidToken(Reason::UnknownKid)) => match self.keys.refetch().await {
                Refetch::Done => self.judge_now(token, now),
                Refetch::Failed => Err(Refusal::KeysUnavailable),
                Refetch::Refused => Err(Reason::UnknownKid.into()),
            },
            judged => judged,
        }
    }

    /// Judges by the keys that are here.
    fn judge_now(&self, token: &str, now: DateTime<Utc>) -> Result<Identity, Refusal> {
        if token.len() > MAX_TOKEN {
            return Err(Reason::Size.into());
        }
        let keys = self.keys.current(now);
        let digest = Digest::of(token);
        if let Some(identity) = keys.as_ref().and_then(|keys| self.verified.find(&digest, keys, &self.rules, now)) {
            return Ok(identity);
        }
        let token = Token::parse(token, &self.rules)?;
        let keys = keys.ok_or(Refusal::KeysUnavailable)?;
        let key = keys.find(token.kid()).ok_or(Reason::UnknownKid)?;
        let verified = claims::check(&token.into_claims(key)?, &self.rules, now)?;
        let identity = verified.identity.clone();
        self.verified.insert(digest, verified, key.id().clone(), now);
        Ok(identity)
    }
}
