//! `ensemble healthcheck`: for container platforms, which ask by running a command.

use std::{net::IpAddr, time::Duration};

use crate::{
    failure::{Failure, print},
    settings::Settings,
};

/// How long the server has to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks `/readyz` of the server that these settings describe.
pub fn run(settings: &Settings) -> Result<(), Failure> {
    let url = format!("http://{}:{}/readyz", reachable(&settings.http.host), settings.http.port);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::because("the check cannot start", &error))?;
    let answered = runtime.block_on(async {
        let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build()?;
        client.get(&url).send().await
    });
    let response = answered.map_err(|error| Failure::because("not ready", &error))?;
    if response.status().is_success() {
        return print("ready");
    }
    Err(Failure::Other(format!("not ready: {url} answered {}", response.status())))
}

/// The host to connect to: a server that listens on every address is asked on the loopback one.
fn reachable(host: &str) -> String {
    match host.parse::<IpAddr>() {
        Ok(address) if address.is_unspecified() && address.is_ipv6() => "[::1]".to_owned(),
        Ok(address) if address.is_unspecified() => "127.0.0.1".to_owned(),
        Ok(address) if address.is_ipv6() => format!("[{address}]"),
        _ => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_every_address_is_asked_on_the_loopback_one() {
        for (host, asked) in [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]"), ("localhost", "localhost")] {
            assert_eq!(reachable(host), asked);
        }
    }
}
