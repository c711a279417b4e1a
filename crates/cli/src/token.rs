//! `ensemble token`.

use std::time::Duration;

use ensemble_domain::{Clock, Role};
use ensemble_infra::SystemClock;

use crate::{
    failure::{Failure, print},
    settings::Settings,
    wiring,
};

/// Prints the bare token of one role; or the address of the server and a token for each role, as lines of `name:value`, which is
/// what Postman makes variables of.
pub fn run(settings: &Settings, role: Option<Role>, lifetime: Duration) -> Result<(), Failure> {
    let issuer = wiring::local_issuer(&settings.auth)?;
    let now = SystemClock.now();
    let sign = |role| {
        let token = issuer.sign(role, &settings.auth.audience, lifetime, now);
        token.map_err(|error| Failure::because("no token", &error))
    };
    if let Some(role) = role {
        return print(&sign(role)?);
    }
    print(&format!("host:{}", settings.http.base()))?;
    Role::ALL.into_iter().try_for_each(|role| print(&format!("{}_token:{}", role.key(), sign(role)?)))
}
