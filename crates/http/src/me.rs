//! `GET /me`: who the server takes the caller for.

use actix_web::{HttpResponse, web::Data};
use ensemble_domain::{Permission, Role, SignedIn};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{App, permitted::Permitted, problem::Problem, view};

/// Who the server takes the caller for.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Me")]
pub struct MeView<'a> {
    #[schemars(extend("const" = true))]
    success: bool,
    subject: &'a str,
    #[schemars(extend("items" = {"type": "string", "enum": Permission::ALL.map(Permission::as_str)}))]
    permissions: Vec<&'static str>,
    /// For display only: it is the permissions that count.
    #[schemars(extend("enum" = Role::ALL.map(|role| Some(role.key())).iter().chain([&None]).collect::<Vec<_>>()))]
    role: Option<&'static str>,
}

/// Answers subject and permissions, and the role when the permissions are exactly one's.
pub async fn me(_app: Data<App>, call: Permitted<SignedIn>) -> Result<HttpResponse, Problem> {
    let caller = call.permit.caller();
    let body = MeView {
        success: true,
        subject: caller.subject().as_str(),
        permissions: caller.permissions().iter().map(Permission::as_str).collect(),
        role: Role::of(caller.permissions()).map(Role::key),
    };
    view::private(HttpResponse::Ok(), &body)
}
