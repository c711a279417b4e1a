//! Tokens that were verified a moment ago.

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, TimeDelta, Utc};
use quick_cache::sync::Cache;

use crate::{
    Identity, Rules,
    claims::Verified,
    keys::{KeyId, KeySet},
};

/// The most tokens that are remembered; then those that were not asked for make room.
const CAPACITY: usize = 10_000;
/// How long a token is remembered.
const LIFETIME: TimeDelta = TimeDelta::minutes(5);

/// Remembers what verified tokens said, under the SHA-256 of the whole token; the token itself is not kept.
///
/// A remembered token is as good as the same token verified again: its times and its key are checked each time.
#[derive(Debug)]
pub struct VerifiedTokens(Cache<Digest, Entry>);

/// The SHA-256 of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

#[derive(Clone, Debug)]
struct Entry {
    verified: Verified,
    verified_at: DateTime<Utc>,
    key: KeyId,
}

impl Digest {
    pub fn of(token: &str) -> Self {
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(digest(&SHA256, token.as_bytes()).as_ref()).for_each(|(to, from)| *to = *from);
        Self(bytes)
    }
}

impl VerifiedTokens {
    /// Remembers nothing yet.
    pub fn new() -> Self {
        Self(Cache::new(CAPACITY))
    }

    /// Answers whose token it is, when it was verified not long ago and would be accepted now.
    pub fn find(&self, token: &Digest, keys: &KeySet, rules: &Rules, now: DateTime<Utc>) -> Option<Identity> {
        let entry = self.0.get(token)?;
        let age = now - entry.verified_at;
        let holds = TimeDelta::zero() <= age && age <= LIFETIME;
        if holds && entry.verified.is_current(rules, now) && keys.holds(&entry.key) {
            return Some(entry.verified.identity);
        }
        self.0.remove(token);
        None
    }

    /// Remembers a token that was verified with that key.
    pub fn insert(&self, token: Digest, verified: Verified, key: KeyId, verified_at: DateTime<Utc>) {
        self.0.insert(token, Entry { verified, verified_at, key });
    }
}

#[cfg(test)]
impl VerifiedTokens {
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::{
        claims,
        json::Object,
        testing::{Draft, ISSUED, Signer, a_jwk, a_key_set, a_token, now, rules, seconds_after_issue},
    };

    fn keys(jwk: Value) -> KeySet {
        a_key_set(&[jwk])
    }

    /// What the verifier would remember of a token half an hour after its issue.
    fn remembering(draft: &Draft) -> (VerifiedTokens, Digest) {
        let (tokens, digest) = (VerifiedTokens::new(), Digest::of("token"));
        let claims = Object::parse(draft.claims.to_string().as_bytes()).unwrap();
        let key = keys(a_jwk("key")).find("key").unwrap().id().clone();
        tokens.insert(digest, claims::check(&claims, &rules(), now()).unwrap(), key, now());
        (tokens, digest)
    }

    fn is_known(draft: &Draft, seconds: f64) -> bool {
        let (tokens, digest) = remembering(draft);
        tokens.find(&digest, &keys(a_jwk("key")), &rules(), seconds_after_issue(seconds)).is_some()
    }

    #[test]
    fn a_token_is_remembered_for_five_minutes() {
        assert!(is_known(&a_token(), 1800.0));
        assert!(is_known(&a_token(), 2100.0));
        assert!(!is_known(&a_token(), 2100.5));
        assert!(!is_known(&a_token(), 1799.5), "the clock was set back");
    }

    #[test]
    fn a_token_is_remembered_no_longer_than_it_is_good() {
        let ending = a_token().claim("exp", (ISSUED + 1900).into());
        assert!(is_known(&ending, 1929.9));
        assert!(!is_known(&ending, 1930.0));
    }

    #[test]
    fn a_token_whose_key_is_gone_or_another_is_forgotten() {
        let mut for_another_algorithm = a_jwk("key");
        for_another_algorithm["alg"] = "RS512".into();
        for now_published in [a_jwk("other"), Signer::stranger().jwk("key"), for_another_algorithm] {
            let (tokens, digest) = remembering(&a_token());
            let found = |jwk: &Value| tokens.find(&digest, &keys(jwk.clone()), &rules(), now());
            assert_eq!(found(&now_published), None, "{now_published}");
            assert_eq!(found(&a_jwk("key")), None, "it does not come back with the key");
        }
    }

    #[test]
    fn another_token_is_not_known() {
        let (tokens, _) = remembering(&a_token());
        assert_eq!(tokens.find(&Digest::of("another"), &keys(a_jwk("key")), &rules(), now()), None);
    }

    #[test]
    fn at_most_10_000_tokens_are_remembered() {
        let (tokens, digest) = remembering(&a_token());
        let entry = tokens.0.get(&digest).unwrap();
        for number in 0..20_000 {
            tokens.0.insert(Digest::of(&number.to_string()), entry.clone());
        }
        assert!((5_000..=10_000).contains(&tokens.0.len()), "{}", tokens.0.len());
    }
}
