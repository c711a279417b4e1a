//! `ensemble token`.

use std::time::Duration;

use ensemble_domain::{Clock, Role};
use ensemble_infra::SystemClock;

use crate::{
    failure::{Failure, print},
    settings::Settings,
    wiring,
};

/// Prints the bare token of one role.
pub fn one(settings: &Settings, role: Role, lifetime: Duration) -> Result<(), Failure> {
    let sign = sign(settings, lifetime)?;
    print(&sign(role)?)
}

/// Prints the address of the server and a token for each role, as lines of `name:value`, which is what Postman makes variables of.
pub fn all(settings: &Settings, lifetime: Duration) -> Result<(), Failure> {
    let sign = sign(settings, lifetime)?;
    print(&format!("host:{}", settings.http.base()))?;
    Role::ALL.into_iter().try_for_each(|role| print(&format!("{}_token:{}", role.key(), sign(role)?)))
}

/// What makes the token of a role, from now on.
fn sign(settings: &Settings, lifetime: Duration) -> Result<impl Fn(Role) -> Result<String, Failure>, Failure> {
    let issuer = wiring::local_issuer(&settings.auth)?;
    let now = SystemClock.now();
    Ok(move |role| {
        let token = issuer.sign(role, &settings.auth.audience, lifetime, now);
        token.map_err(|error| Failure::because("no token", &error))
    })
}
