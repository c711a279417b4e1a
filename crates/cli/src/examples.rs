//! The requests that `ensemble serve --examples` prints: one for each role, each whole on one line.

use std::net::SocketAddr;

use chrono::{DateTime, Utc};
use ensemble_auth::LocalIssuer;
use ensemble_domain::Role;

use crate::{failure::Failure, serve::TOKEN_LIFETIME};

/// Lines that work as they are, with tokens signed at `now`.
pub fn lines(
    issuer: &LocalIssuer,
    audience: &str,
    addresses: &[SocketAddr],
    now: DateTime<Utc>,
) -> Result<String, Failure> {
    let base = addresses.first().map_or_else(String::new, |address| format!("http://{address}"));
    let line = |role, request: &str| -> Result<String, Failure> {
        let token = issuer.sign(role, audience, TOKEN_LIFETIME, now);
        let token = token.map_err(|error| Failure::because("no token", &error))?;
        Ok(format!("curl -sS -H 'Authorization: Bearer {token}' {request}\n"))
    };
    let json = "-H 'Content-Type: application/json' -d";
    let actor = r#"{"name":"Nada Haddad","age":20,"gender":"female"}"#;
    let movie = r#"{"title":"Aihaga","release_date":"2027-05-07"}"#;
    let assistant = line(Role::CastingAssistant, &format!("'{base}/actors?limit=5'"))?;
    let director = line(Role::CastingDirector, &format!("{json} '{actor}' {base}/actors"))?;
    let producer = line(Role::ExecutiveProducer, &format!("{json} '{movie}' {base}/movies"))?;
    Ok(format!(
        "\nA Casting Assistant sees actors:\n{assistant}\nA Casting Director adds an actor:\n{director}\n\
         An Executive Producer adds a movie:\n{producer}"
    ))
}
