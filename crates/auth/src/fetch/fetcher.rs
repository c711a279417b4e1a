//! One fetch of a key set.

use std::time::Duration;

use reqwest::{Client, StatusCode, Url, redirect::Policy, tls::Version};
use serde::Deserialize;
use thiserror::Error;

use crate::{
    Algorithm, BadAddress, BadKeySet, KeySet,
    address::{self, is_encrypted},
};

/// The most characters that the log is told of a name that is not the expected one.
const LONGEST_NAME: usize = 255;

/// Where the keys of an issuer are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// At this address.
    Url(String),
    /// Where the issuer's own description says (OpenID Connect Discovery 1.0, section 4).
    Discovery {
        /// The issuer, as its tokens spell it.
        issuer: String,
    },
}

/// Why there are no keys.
#[derive(Debug, Error)]
pub enum FetchError {
    /// The issuer took too long.
    #[error("the issuer did not answer within {} ms", .0.as_millis())]
    Deadline(Duration),
    /// The issuer could not be reached, or the connection broke.
    #[error("the issuer could not be reached")]
    Transport(#[source] reqwest::Error),
    /// The issuer answered with another status than 200; redirects are not followed.
    #[error("the issuer answered {0} where 200 was expected")]
    Status(StatusCode),
    /// The answer is longer than any key set has reason to be.
    #[error("the issuer's answer is longer than {0} bytes")]
    TooLong(usize),
    /// The issuer's description of itself is not JSON with an `issuer` and a `jwks_uri`.
    #[error("the issuer's description of itself cannot be read")]
    BadDescription(#[source] serde_json::Error),
    /// The description is that of another issuer.
    #[error("the description is that of the issuer {found:?}, which is not the one in the settings, byte for byte")]
    OtherIssuer {
        /// The issuer that the description names, as much of it as an issuer's name has reason to be long.
        found: String,
    },
    /// The description points to keys at an address that cannot be trusted.
    #[error("the address of the keys in the issuer's description cannot be used")]
    BadAddress(#[from] BadAddress),
    /// What came is no set of usable keys.
    #[error("the issuer's keys cannot be used")]
    BadKeys(#[from] BadKeySet),
}

/// How long and how much to take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// To connect.
    pub connect: Duration,
    /// For everything.
    pub deadline: Duration,
    /// Bytes of one answer.
    pub body: usize,
}

impl Limits {
    const DEFAULT: Self = Self { connect: Duration::from_secs(2), deadline: Duration::from_secs(5), body: 64 * 1024 };
}

/// Fetches the key set of one issuer: straight from its address, no proxy, no redirect, at most 64 KiB in at most 5 seconds.
#[derive(Clone, Debug)]
pub struct KeyFetcher {
    client: Client,
    place: Place,
    accepted: Vec<Algorithm>,
    limits: Limits,
}

#[derive(Clone, Debug)]
enum Place {
    Keys(Url),
    Description { url: Url, issuer: String },
}

#[derive(Deserialize)]
struct Description {
    issuer: String,
    jwks_uri: String,
}

impl KeyFetcher {
    /// A fetcher of keys for those algorithms from that source.
    ///
    /// # Errors
    ///
    /// [`FetchError::BadAddress`] when the source is none to be trusted, [`FetchError::Transport`] when TLS cannot be set up.
    pub fn new(source: &KeySource, accepted: &[Algorithm]) -> Result<Self, FetchError> {
        Self::with_limits(source, accepted, Limits::DEFAULT)
    }

    pub(super) fn with_limits(source: &KeySource, accepted: &[Algorithm], limits: Limits) -> Result<Self, FetchError> {
        let place = match source {
            KeySource::Url(url) => Place::Keys(address::parse(url)?),
            KeySource::Discovery { issuer } => {
                address::check_issuer(issuer)?;
                let base = issuer.strip_suffix('/').unwrap_or(issuer);
                let url = address::parse(&format!("{base}/.well-known/openid-configuration"))?;
                Place::Description { url, issuer: issuer.clone() }
            }
        };
        let client = Client::builder()
            .connect_timeout(limits.connect)
            .redirect(Policy::none())
            .no_proxy()
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .tls_version_min(Version::TLS_1_2)
            .user_agent(concat!("ensemble/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(FetchError::Transport)?;
        Ok(Self { client, place, accepted: accepted.to_vec(), limits })
    }

    /// Answers the issuer's keys as they are now.
    ///
    /// # Errors
    ///
    /// [`FetchError`]; a set without a usable key is one.
    pub async fn fetch(&self) -> Result<KeySet, FetchError> {
        let deadline = self.limits.deadline;
        tokio::time::timeout(deadline, self.fetch_keys()).await.unwrap_or(Err(FetchError::Deadline(deadline)))
    }

    async fn fetch_keys(&self) -> Result<KeySet, FetchError> {
        let described;
        let url = match &self.place {
            Place::Keys(url) => url,
            Place::Description { url, issuer } => {
                described = self.discover(url, issuer).await?;
                &described
            }
        };
        Ok(KeySet::parse(&self.get(url).await?, &self.accepted)?)
    }

    async fn discover(&self, url: &Url, issuer: &str) -> Result<Url, FetchError> {
        let body = self.get(url).await?;
        let description: Description = serde_json::from_slice(&body).map_err(FetchError::BadDescription)?;
        if description.issuer != issuer {
            return Err(FetchError::OtherIssuer { found: description.issuer.chars().take(LONGEST_NAME).collect() });
        }
        Ok(address_of_keys(&description.jwks_uri, url)?)
    }

    async fn get(&self, url: &Url) -> Result<Vec<u8>, FetchError> {
        let mut answer = self.client.get(url.clone()).send().await.map_err(FetchError::Transport)?;
        if answer.status() != StatusCode::OK {
            return Err(FetchError::Status(answer.status()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(FetchError::Transport)? {
            if body.len() + chunk.len() > self.limits.body {
                return Err(FetchError::TooLong(self.limits.body));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// Reads the address of the keys in a description. A remote issuer has no business with the unencrypted services of this machine.
pub(super) fn address_of_keys(jwks_uri: &str, description: &Url) -> Result<Url, BadAddress> {
    let keys = address::parse(jwks_uri)?;
    if is_encrypted(description) && !is_encrypted(&keys) { Err(BadAddress::NotEncrypted) } else { Ok(keys) }
}
