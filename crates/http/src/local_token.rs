//! `POST /local/token`: a token of the development issuer, for a client on the same machine.

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    http::{Method, header, uri::Authority},
    web::Data,
};
use ensemble_auth::is_loopback_host;
use ensemble_domain::{Fault, FaultCode, FieldFaults, InvalidFields, Role};
use futures_util::future::LocalBoxFuture;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    App,
    input::Input,
    json::{Body, Json},
    members::text,
    openapi::{scalar, schema::object},
    problem::{Kind, Problem},
    query,
    request_target::host_of,
    view,
};

/// Answers a token for the role that the body names.
pub async fn issue(app: Data<App>, wanted: Wanted) -> Result<HttpResponse, Problem> {
    let local = app.local_tokens.as_ref().ok_or_else(Problem::no_such_route)?;
    let Wanted(role) = wanted;
    let token = local.issuer.sign(role, &local.audience, local.lifetime, app.clock.now()).map_err(Problem::internal)?;
    let body = TokenView {
        success: true,
        access_token: token,
        token_type: "Bearer",
        expires_in: local.lifetime.as_secs(),
        role: role.key(),
    };
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    view::json(response, &body)
}

/// The answer of RFC 6749, section 5.1, with the role.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "LocalToken")]
pub struct TokenView {
    #[schemars(extend("const" = true))]
    success: bool,
    access_token: String,
    #[schemars(extend("const" = "Bearer"))]
    token_type: &'static str,
    /// How many seconds it lives.
    expires_in: u64,
    #[schemars(extend("enum" = Role::ALL.map(Role::key)))]
    role: &'static str,
}

/// The role that a client on the same machine asks for.
pub struct Wanted(Role);

impl FromRequest for Wanted {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            refuse_strangers(&request)?;
            query::refuse_unknown(request.query_string(), &[])?;
            let body = Json::<RoleBody>::take(&request, &mut payload).await?;
            Ok(Self(body.parse()?))
        })
    }
}

/// A name that was made to point at this machine (DNS rebinding) is known by the host that is asked for, a page of another origin
/// by its `Origin`.
fn refuse_strangers(request: &HttpRequest) -> Result<(), Problem> {
    let host = host_of(request);
    let origin = request.headers().get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
    let own_origin = |origin: &str| origin.strip_prefix("http://").is_some_and(|rest| rest.eq_ignore_ascii_case(host));
    if is_loopback(host) && origin.is_none_or(own_origin) {
        return Ok(());
    }
    Err(asked_by_a_stranger())
}

/// The refusal of whoever is not on this machine.
pub fn asked_by_a_stranger() -> Problem {
    Problem::new(Kind::LocalOnly, "local tokens are only for clients on this machine and for its own pages")
}

fn is_loopback(authority: &str) -> bool {
    let authority = authority.parse::<Authority>();
    authority.is_ok_and(|authority| is_loopback_host(authority.host().trim_matches(['[', ']'])))
}

/// What a client says of the token that it wants.
pub enum RoleBody {}

impl Body for RoleBody {
    const MEMBERS: &'static [&'static str] = &["role"];

    fn schema(_: &Method) -> (&'static str, Value) {
        ("LocalTokenRequest", object(&json!({"role": scalar::role()}), &["role"]))
    }
}

impl Json<RoleBody> {
    fn parse(mut self) -> Result<Role, InvalidFields> {
        let mut faults = FieldFaults::default();
        let role = self.members.take("role").required(|value| {
            Role::parse(&text(value)?).map_err(|unknown| Fault::new(FaultCode::Unknown, unknown.to_string()))
        });
        let role = faults.keep("role", role);
        faults.finish(role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_loopback() {
        for host in ["localhost", "localhost:5000", "LOCALHOST", "127.0.0.1:5000", "127.9.9.9", "[::1]:5000", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        let strangers =
            ["", "example.org", "localhost.example.org", "127.0.0.1.example.org", "10.0.0.1", "0.0.0.0", "localhost/x"];
        for host in strangers {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
