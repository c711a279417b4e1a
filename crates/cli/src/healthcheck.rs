//! `ensemble healthcheck`: for container platforms, which ask by running a command.

use std::time::Duration;

use crate::{
    failure::{Failure, print},
    settings::Settings,
};

/// How long the server has to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks `/readyz` of the server that these settings describe.
pub fn run(settings: &Settings) -> Result<(), Failure> {
    let url = format!("{}/readyz", settings.http.base());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::because("the check cannot start", &error))?;
    let answered = runtime.block_on(async {
        // It speaks no TLS, and runs where no roots are installed that could be trusted.
        let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().tls_certs_only([]).build()?;
        client.get(&url).send().await
    });
    let response = answered.map_err(|error| Failure::because("not ready", &error))?;
    if response.status().is_success() {
        return print("ready");
    }
    Err(Failure::Other(format!("not ready: {url} answered {}", response.status())))
}
