//! `config.json`: what the screens cannot know by themselves.

use actix_web::{HttpResponse, web::Data};
use ensemble_domain::CastingStatus;
use serde::Serialize;

/// How people sign in.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "mode", rename_all = "lowercase")]
pub enum SignIn {
    /// By choosing a role, for which the development issuer gives a token.
    Local,
    /// At an issuer of OpenID Connect, by an authorization code and PKCE (RFC 7636).
    #[serde(rename = "oidc")]
    Issuer {
        /// The issuer, from which the rest is found by discovery.
        issuer: String,
        /// The console, as a public client of the issuer; `None` until somebody sets it.
        client_id: Option<String>,
        /// Whom the tokens are to be for.
        audience: String,
    },
}

/// Everything that the screens are told.
#[derive(Debug, Serialize)]
pub struct Config {
    sign_in: SignIn,
    statuses: Vec<Status>,
}

/// A status of castings, with the rules of leaving it.
#[derive(Debug, Serialize)]
struct Status {
    name: &'static str,
    /// Where a casting may go from here.
    moves: Vec<&'static str>,
    /// Whether to leave takes a reason.
    needs_reason: bool,
}

impl Config {
    pub fn new(sign_in: &SignIn) -> Self {
        let status = |status: CastingStatus| Status {
            name: status.as_str(),
            moves: status.moves().iter().map(|to| to.as_str()).collect(),
            needs_reason: status.is_left_with_reason(),
        };
        Self { sign_in: sign_in.clone(), statuses: CastingStatus::ALL.into_iter().map(status).collect() }
    }
}

/// Answers what the screens are told.
pub async fn answer(config: Data<Config>) -> HttpResponse {
    HttpResponse::Ok().json(&config)
}
