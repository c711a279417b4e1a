//! `HAProxy` before two servers.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
};

use reqwest::{
    Method,
    blocking::{Client, RequestBuilder},
};

use crate::{
    database::{Database, skip},
    server::{PATIENCE, Server, eventually, serve_on},
};

/// `HAProxy`, by the configuration that the guide recommends. Stopped when dropped.
pub struct Balancer {
    process: Child,
    base: String,
    client: Client,
}

impl Balancer {
    /// Starts one before the servers on these ports, where `HAProxy` is installed.
    pub fn start([a, b]: [u16; 2]) -> Option<Self> {
        let configuration = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/haproxy.cfg");
        // Free until somebody else takes it, which would be told.
        let place = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let started = ["haproxy", "/usr/sbin/haproxy"].into_iter().find_map(|program| {
            let mut command = Command::new(program);
            command.args(["-db", "-f", configuration]).env("ENSEMBLE_BIND", place.to_string());
            command.env("ENSEMBLE_A", format!("127.0.0.1:{a}")).env("ENSEMBLE_B", format!("127.0.0.1:{b}"));
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
        });
        let Some(process) = started else {
            skip("HAProxy is not installed; `make test` sees to it");
            return None;
        };
        let client = Client::builder().timeout(PATIENCE).no_proxy().build().unwrap();
        Some(Self { process, base: format!("http://{place}"), client })
    }

    /// A request without a token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// Waits until a server behind it is ready.
    pub fn lets_through(&self) {
        eventually("the balancer lets requests through", || self.is_ready().then_some(()));
    }

    /// Waits until no server behind it is ready.
    pub fn lets_nothing_through(&self) {
        eventually("no server is ready", || (!self.is_ready()).then_some(()));
    }

    fn is_ready(&self) -> bool {
        self.request(Method::GET, "/readyz").send().is_ok_and(|answer| answer.status().is_success())
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// A server that leaves a balancer time to notice that it is about to stop.
pub fn behind_a_balancer(database: &Database, port: u16) -> Server {
    let mut command = serve_on(port, database);
    command.env("ENSEMBLE__HTTP__DRAIN_DELAY", "3");
    command.env("ENSEMBLE__HTTP__TRUSTED_PROXIES", "127.0.0.1/32");
    Server::run(command)
}

pub fn port_of(server: &Server) -> u16 {
    server.base.rsplit(':').next().unwrap().parse().unwrap()
}
