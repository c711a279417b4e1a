//! The web console at `/console/`: screens for people, over the same API as every other client.
//!
//! Everything in `static/` is in the binary as it is: there is no build step. What the screens cannot know by themselves is in
//! `config.json`.

mod config;
mod files;

use actix_web::{
    FromRequest, Handler, HttpResponse, Resource, Responder,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    http::header,
    middleware::DefaultHeaders,
    web::{self, Data, ServiceConfig},
};

use config::Config;
pub use config::SignIn;
use files::Policy;

/// Where the console is.
pub const PATH: &str = "/console/";
/// What somebody may type instead.
const NEARLY: &str = "/console";

/// Adds the console, where people sign in that way.
pub fn routes(sign_in: &SignIn) -> impl Fn(&mut ServiceConfig) + Send + Sync + use<> {
    let (policy, config) = (Data::new(Policy(policy(sign_in))), Data::new(Config::new(sign_in)));
    move |services| {
        let headers = DefaultHeaders::new()
            .add((header::CACHE_CONTROL, "no-cache"))
            .add((header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"));
        let console = web::scope(NEARLY)
            .app_data(policy.clone())
            .app_data(config.clone())
            .wrap(headers)
            .service(reading("", moved))
            .service(reading("/", files::page))
            .service(reading("/config.json", config::answer))
            .service(reading("/{file:.*}", files::file));
        services.service(console);
    }
}

/// What the pages may do: run, show and ask for what is of this server, and get tokens of the issuer. Text cannot become markup.
fn policy(sign_in: &SignIn) -> String {
    let issuer = match sign_in {
        SignIn::Local => None,
        SignIn::Issuer { issuer, .. } => origin(issuer),
    };
    let connect = ["'self'"].into_iter().chain(issuer).collect::<Vec<_>>().join(" ");
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src {connect}; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

/// Scheme, host and port of a URL, where a policy can hold them.
fn origin(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let origin = url.get(..scheme.len() + "://".len() + host.len())?;
    origin.bytes().all(|byte| byte.is_ascii_graphic() && !b";,'".contains(&byte)).then_some(origin)
}

/// A resource that can be read, and nothing else.
fn reading<F, Args>(
    path: &'static str,
    handler: F,
) -> Resource<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = actix_web::Error, InitError = ()>,
>
where
    F: Handler<Args, Output: Responder + 'static>,
    Args: FromRequest + 'static,
{
    let others = || async { HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, "GET, HEAD")).finish() };
    let get = web::get().to(handler.clone());
    web::resource(path).route(get).route(web::head().to(handler)).default_service(web::to(others))
}

async fn moved() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, PATH)).finish()
}

#[cfg(test)]
mod tests;
