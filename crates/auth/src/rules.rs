//! What a token must be like to be accepted.

use std::time::Duration;

use thiserror::Error;

use crate::{Algorithm, permissions::PermissionsClaim};

/// Which `typ` a token may carry (RFC 9068, section 2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TypRule {
    /// None, `JWT`, `at+jwt` or `application/at+jwt`.
    #[default]
    Any,
    /// `at+jwt` or `application/at+jwt`: the profile of RFC 9068.
    AccessToken,
}

/// What a token of one issuer must be like to be accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    pub(crate) issuer: String,
    pub(crate) audience: String,
    /// In seconds.
    pub(crate) leeway: f64,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) typ: TypRule,
    pub(crate) permissions_claim: PermissionsClaim,
}

/// Rules under which no token, or too many, would be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadRules {
    /// The issuer is empty.
    #[error("the issuer must not be empty: give the `iss` of your tokens, such as https://tenant.eu.auth0.com/")]
    Issuer,
    /// The audience is empty.
    #[error("the audience must not be empty: give the `aud` of your tokens, such as the identifier of the API")]
    Audience,
    /// The leeway is too long.
    #[error("the leeway must be 0 to 60 seconds")]
    Leeway,
    /// There is no algorithm.
    #[error("at least one algorithm must be accepted, such as RS256")]
    Algorithms,
    /// The name of the claim is empty, or a part of it between dots.
    #[error(
        "the permissions claim must name a claim or a path of claims, such as permissions, scope or realm_access.roles"
    )]
    PermissionsClaim,
}

impl Rules {
    /// The longest time by which the clocks of issuer and verifier may differ.
    pub const MAX_LEEWAY: Duration = Duration::from_mins(1);

    /// Rules for the tokens of that issuer for that audience, both compared byte for byte: RS256 only, any [`TypRule`], 30 seconds
    /// of leeway, permissions in the claim `permissions`.
    ///
    /// # Errors
    ///
    /// [`BadRules`] when either is empty.
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>) -> Result<Self, BadRules> {
        Ok(Self {
            issuer: unless_empty(issuer.into(), BadRules::Issuer)?,
            audience: unless_empty(audience.into(), BadRules::Audience)?,
            leeway: 30.0,
            algorithms: vec![Algorithm::Rs256],
            typ: TypRule::default(),
            permissions_claim: PermissionsClaim::Permissions,
        })
    }

    /// The same rules with another leeway, by which every time in a token may be off.
    ///
    /// # Errors
    ///
    /// [`BadRules::Leeway`] beyond [`Rules::MAX_LEEWAY`].
    pub fn with_leeway(self, leeway: Duration) -> Result<Self, BadRules> {
        if leeway > Self::MAX_LEEWAY {
            return Err(BadRules::Leeway);
        }
        Ok(Self { leeway: leeway.as_secs_f64(), ..self })
    }

    /// The same rules with other algorithms.
    ///
    /// # Errors
    ///
    /// [`BadRules::Algorithms`] when there is none.
    pub fn with_algorithms(self, algorithms: Vec<Algorithm>) -> Result<Self, BadRules> {
        if algorithms.is_empty() { Err(BadRules::Algorithms) } else { Ok(Self { algorithms, ..self }) }
    }

    /// The same rules with another rule for the `typ`.
    #[must_use]
    pub fn with_typ(self, typ: TypRule) -> Self {
        Self { typ, ..self }
    }

    /// The same rules with permissions in the claim of that name, or at the end of that path such as `realm_access.roles`. Unlike
    /// `permissions` itself, it may be a text with spaces between its entries, and its entries may be names of roles.
    ///
    /// # Errors
    ///
    /// [`BadRules::PermissionsClaim`] when it, or a part of the path, is empty.
    pub fn with_permissions_claim(self, name: &str) -> Result<Self, BadRules> {
        Ok(Self { permissions_claim: PermissionsClaim::parse(name)?, ..self })
    }

    /// The algorithms that are accepted.
    #[must_use]
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }
}

fn unless_empty(text: String, fault: BadRules) -> Result<String, BadRules> {
    if text.trim().is_empty() { Err(fault) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        Rules::new("https://issuer.test/", "ensemble").unwrap()
    }

    #[test]
    fn rules_name_an_issuer_and_an_audience() {
        assert_eq!(Rules::new("", "ensemble"), Err(BadRules::Issuer));
        assert_eq!(Rules::new(" ", "ensemble"), Err(BadRules::Issuer));
        assert_eq!(Rules::new("https://issuer.test/", ""), Err(BadRules::Audience));
    }

    #[test]
    fn a_leeway_is_at_most_a_minute() {
        assert!(rules().with_leeway(Duration::ZERO).is_ok());
        assert!(rules().with_leeway(Duration::from_mins(1)).is_ok());
        assert_eq!(rules().with_leeway(Duration::from_millis(60_001)), Err(BadRules::Leeway));
    }

    #[test]
    fn rules_accept_at_least_one_algorithm_and_read_one_claim() {
        assert_eq!(rules().with_algorithms(vec![]), Err(BadRules::Algorithms));
        assert_eq!(rules().with_algorithms(vec![Algorithm::Es256]).unwrap().algorithms(), [Algorithm::Es256]);
        assert_eq!(rules().with_permissions_claim(""), Err(BadRules::PermissionsClaim));
    }
}
