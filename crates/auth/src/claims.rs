//! The claims of a token whose signature is good (RFC 7519, section 4.1).

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use ensemble_domain::Subject;
use serde_json::Value;

use crate::{Identity, Reason, Refusal, Rules, json::Object};

/// The longest life of a token that says when it was issued: 30 days.
pub const MAX_LIFETIME: Duration = Duration::from_hours(30 * 24);

/// The last second of the year 9999, in seconds since 1970.
const LAST_EXPIRY: f64 = 253_402_300_799.0;

/// What the claims of a good token say, and from when to when that holds, in seconds since 1970.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    pub identity: Identity,
    not_before: Option<f64>,
    expiry: f64,
}

impl Verified {
    /// Tells whether the token's time has come and is not over.
    pub fn is_current(&self, rules: &Rules, now: DateTime<Utc>) -> bool {
        let now = since_1970(now);
        self.not_before.is_none_or(|not_before| not_before <= now + rules.leeway) && now < self.expiry + rules.leeway
    }
}

/// Answers whom the claims are about and what they may do.
///
/// # Errors
///
/// [`Refusal::Expired`] when nothing but the expiry is wrong, [`Refusal::InvalidToken`] for the first other fault.
pub fn check(claims: &Object, rules: &Rules, now: DateTime<Utc>) -> Result<Verified, Refusal> {
    if claims.get("iss").and_then(Value::as_str) != Some(&rules.issuer) {
        return Err(Reason::Issuer.into());
    }
    if !is_meant_for(claims.get("aud"), &rules.audience) {
        return Err(Reason::Audience.into());
    }
    let (not_before, expiry) = check_times(claims, since_1970(now) + rules.leeway)?;
    let expires_at = instant(expiry).ok_or(Reason::Expiry)?;
    let subject = claims.get("sub").and_then(Value::as_str).and_then(Subject::parse).ok_or(Reason::Subject)?;
    let permissions = rules.permissions_claim.read(claims)?;
    let verified = Verified { identity: Identity { subject, permissions, expires_at }, not_before, expiry };
    if verified.is_current(rules, now) { Ok(verified) } else { Err(Refusal::Expired) }
}

/// Tells whether the audience is a text that is ours, or a list of texts with ours among them.
fn is_meant_for(aud: Option<&Value>, ours: &str) -> bool {
    match aud {
        Some(Value::String(aud)) => aud == ours,
        Some(Value::Array(list)) => list.iter().all(Value::is_string) && list.iter().any(|aud| aud == ours),
        _ => false,
    }
}

/// Answers `nbf` and `exp`, once everything about the times is right except that the latter may have passed.
fn check_times(claims: &Object, latest: f64) -> Result<(Option<f64>, f64), Reason> {
    let expiry = number(claims, "exp", Reason::Expiry)?.ok_or(Reason::Expiry)?;
    if expiry <= 0.0 || expiry > LAST_EXPIRY {
        return Err(Reason::Expiry);
    }
    let not_before = number(claims, "nbf", Reason::NotBefore)?;
    if not_before.is_some_and(|not_before| not_before > latest) {
        return Err(Reason::NotBefore);
    }
    if let Some(issued_at) = number(claims, "iat", Reason::IssuedAt)? {
        if issued_at > latest {
            return Err(Reason::IssuedAt);
        }
        if expiry - issued_at > MAX_LIFETIME.as_secs_f64() {
            return Err(Reason::Lifetime);
        }
    }
    Ok((not_before, expiry))
}

/// Answers the number in a claim, `None` when there is no such claim; any other type is a fault, `null` too.
fn number(claims: &Object, name: &str, fault: Reason) -> Result<Option<f64>, Reason> {
    let number = |value: &Value| value.as_f64().filter(|number| number.is_finite()).ok_or(fault);
    claims.get(name).map(number).transpose()
}

fn since_1970(moment: DateTime<Utc>) -> f64 {
    moment.signed_duration_since(DateTime::UNIX_EPOCH).as_seconds_f64()
}

/// The moment that many seconds after 1970 began.
fn instant(seconds: f64) -> Option<DateTime<Utc>> {
    let since_1970 = TimeDelta::from_std(Duration::try_from_secs_f64(seconds).ok()?).ok()?;
    DateTime::UNIX_EPOCH.checked_add_signed(since_1970)
}

#[cfg(test)]
mod tests {
    use ensemble_domain::Permissions;

    use super::*;

    #[test]
    fn a_time_is_kept_from_both_ends_with_the_same_leeway() {
        let at = |seconds: i64| DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        let identity = Identity {
            subject: Subject::parse("auth0|somebody").unwrap(),
            permissions: Permissions::NONE,
            expires_at: at(2000),
        };
        let verified = Verified { identity, not_before: Some(1000.0), expiry: 2000.0 };
        let rules =
            Rules::new("https://issuer.test/", "ensemble").unwrap().with_leeway(Duration::from_secs(30)).unwrap();
        let current = |seconds| verified.is_current(&rules, at(seconds));
        assert_eq!([969, 970, 2029, 2030].map(current), [false, true, true, false]);
    }
}
