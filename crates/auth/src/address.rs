//! Addresses of issuers and of their keys.

use std::net::IpAddr;

use reqwest::Url;
use thiserror::Error;

/// Where an issuer lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuerHost {
    /// The host is this machine, or may turn out to be.
    pub local: bool,
    /// The address begins with `https`. Without it the host is `localhost`, in 127.0.0.0/8, or `[::1]`.
    pub encrypted: bool,
}

/// An address that cannot be trusted to be the issuer's.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BadAddress {
    /// It is no absolute web address.
    #[error("must be an address such as https://tenant.eu.auth0.com/")]
    Malformed,
    /// It is not encrypted.
    #[error("must begin with https://; http:// is accepted for localhost, 127.0.0.1 and [::1] only")]
    NotEncrypted,
    /// It carries a name or a password.
    #[error("must not carry a user name or password before the host")]
    Credentials,
    /// It has a query.
    #[error("must not have a query, the part after ?")]
    Query,
    /// It has a fragment.
    #[error("must not have a fragment, the part after #")]
    Fragment,
    /// It is no domain.
    #[error("must be a domain such as tenant.eu.auth0.com, without https:// and without a path")]
    Domain,
}

/// Answers where the issuer lives, when its address is one that tokens may be trusted from (OpenID Connect Discovery 1.0,
/// section 3): `https` with a host, no user name, no query, no fragment. `http` is fine on the same machine.
///
/// # Errors
///
/// [`BadAddress`], which says what the address must be.
pub fn check_issuer(issuer: &str) -> Result<IssuerHost, BadAddress> {
    let url = parse(issuer)?;
    if url.query().is_some() {
        return Err(BadAddress::Query);
    }
    Ok(IssuerHost { local: may_be_local(&url), encrypted: is_encrypted(&url) })
}

/// Reads the address of something to fetch from the issuer.
///
/// # Errors
///
/// [`BadAddress`], which says what the address must be.
pub fn parse(text: &str) -> Result<Url, BadAddress> {
    // A URL parser mends blanks, backslashes and missing slashes; an address that needs mending is a mistake.
    let after_scheme =
        text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or(BadAddress::Malformed)?;
    if after_scheme.starts_with('/') || text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
        return Err(BadAddress::Malformed);
    }
    let authority = after_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(BadAddress::Credentials);
    }
    let Ok(url) = Url::parse(text) else { return Err(BadAddress::Malformed) };
    if url.fragment().is_some() {
        return Err(BadAddress::Fragment);
    }
    if !is_encrypted(&url) && !is_loopback(&url) {
        return Err(BadAddress::NotEncrypted);
    }
    Ok(url)
}

/// Answers the address of the keys of an Auth0 tenant, given its domain.
///
/// # Errors
///
/// [`BadAddress::Domain`] when it is anything but a domain.
pub fn auth0_keys(domain: &str) -> Result<String, BadAddress> {
    let url = parse(&format!("https://{domain}/.well-known/jwks.json")).map_err(|_fault| BadAddress::Domain)?;
    let is_domain = url.host_str().is_some_and(|host| host.eq_ignore_ascii_case(domain)) && domain.contains('.');
    if is_domain { Ok(url.into()) } else { Err(BadAddress::Domain) }
}

pub fn is_encrypted(url: &Url) -> bool {
    url.scheme() == "https"
}

fn is_loopback(url: &Url) -> bool {
    is_loopback_host(url.host_str().unwrap_or_default().trim_matches(['[', ']']))
}

/// Tells whether a host, which is a name or an address without brackets, is reached from this machine only, as far as it tells by
/// itself.
#[must_use]
pub fn is_loopback_host(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Some names and addresses lead to this machine on some machines only (RFC 6761, section 6.3; RFC 4291, section 2.5.5.2).
fn may_be_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).trim_end_matches('.');
    let address = host.parse().map(|address: IpAddr| address.to_canonical());
    host == "localhost"
        || host.ends_with(".localhost")
        || address.is_ok_and(|address| address.is_loopback() || address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    const REMOTE: IssuerHost = IssuerHost { local: false, encrypted: true };

    #[test]
    fn an_issuer_is_an_encrypted_address() {
        for issuer in ["https://tenant.eu.auth0.com/", "https://issuer.test", "https://issuer.test:8443/realms/one"] {
            assert_eq!(check_issuer(issuer), Ok(REMOTE), "{issuer}");
        }
    }

    #[test]
    fn an_issuer_on_this_machine_may_do_without_encryption() {
        for issuer in ["http://localhost:9000", "http://127.0.0.1:9000/", "http://127.1.2.3", "http://[::1]:9000/"] {
            assert_eq!(check_issuer(issuer), Ok(IssuerHost { local: true, encrypted: false }), "{issuer}");
        }
        for issuer in ["http://issuer.test/", "http://128.0.0.1/", "http://localhost.test/", "http://[::2]/"] {
            assert_eq!(check_issuer(issuer), Err(BadAddress::NotEncrypted), "{issuer}");
        }
    }

    #[test]
    fn what_may_be_this_machine_is_local_but_has_to_be_encrypted() {
        let local = IssuerHost { local: true, encrypted: true };
        assert_eq!(check_issuer("https://localhost/"), Ok(local));
        for host in ["localhost.", "issuer.localhost", "issuer.localhost.", "0.0.0.0", "[::]", "[::ffff:127.0.0.1]"] {
            assert_eq!(check_issuer(&format!("https://{host}/")), Ok(local), "{host}");
            assert_eq!(check_issuer(&format!("http://{host}/")), Err(BadAddress::NotEncrypted), "{host}");
        }
        for host in ["127.1", "2130706433", "0x7f.1"] {
            assert_eq!(check_issuer(&format!("https://{host}/")), Ok(local), "{host}");
        }
        for host in ["localhost.test", "mylocalhost", "[::ffff:192.0.2.1]"] {
            assert_eq!(check_issuer(&format!("https://{host}/")), Ok(REMOTE), "{host}");
        }
    }

    #[test]
    fn an_issuer_has_neither_credentials_nor_query_nor_fragment() {
        for (issuer, fault) in [
            ("https://me@issuer.test/", BadAddress::Credentials),
            ("https://me:secret@issuer.test/", BadAddress::Credentials),
            ("https://@issuer.test/", BadAddress::Credentials),
            ("https://issuer.test/?a=1", BadAddress::Query),
            ("https://issuer.test/?", BadAddress::Query),
            ("https://issuer.test/#a", BadAddress::Fragment),
            ("https://issuer.test/#", BadAddress::Fragment),
        ] {
            assert_eq!(check_issuer(issuer), Err(fault), "{issuer}");
        }
    }

    #[test]
    fn an_address_that_would_need_mending_is_refused() {
        let wrong = [
            "",
            "issuer.test",
            "https:issuer.test",
            "https:/issuer.test",
            "https:///issuer.test",
            "https://",
            "HTTPS://issuer.test",
            " https://issuer.test",
            "https://issuer.test ",
            "https://issuer.test\n",
            "https:\\\\issuer.test",
            "https://issuer.test\\a",
            "ftp://issuer.test",
            "file:///etc/passwd",
            "https://issuer.test:port/",
        ];
        for issuer in wrong {
            assert_eq!(check_issuer(issuer), Err(BadAddress::Malformed), "{issuer:?}");
        }
    }

    #[test]
    fn the_keys_of_a_tenant_stand_at_its_domain() {
        let keys = auth0_keys("tenant.eu.auth0.com").unwrap();
        assert_eq!(keys, "https://tenant.eu.auth0.com/.well-known/jwks.json");
        for wrong in [
            "",
            "tenant",
            "https://tenant.eu.auth0.com",
            "tenant.eu.auth0.com/",
            "me@tenant.eu.auth0.com",
            "a.b:80",
            "a.b?",
            "a.b#",
        ] {
            assert_eq!(auth0_keys(wrong), Err(BadAddress::Domain), "{wrong:?}");
        }
    }
}
