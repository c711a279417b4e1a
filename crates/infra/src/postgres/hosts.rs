//! The hosts of an address, and which of them is tried first.

use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::{ConnectionError, ConnectionResult};

use super::Dsn;

/// Servers that stand in for each other.
///
/// libpq would try them in the order of the address, every time. A host in front that vanished, or that accepts connections and says
/// nothing, would cost each new connection its whole timeout, which is longer than a request waits for one. So libpq is given one
/// host at a time, and the one that was connected to last comes first. Which hosts are good is still libpq's to say, by
/// `target_session_attrs`.
#[derive(Debug)]
pub struct Hosts {
    hosts: Vec<Dsn>,
    /// The number of the host that was connected to last.
    latest: AtomicUsize,
}

impl Hosts {
    pub fn of(dsn: &Dsn) -> Self {
        Self { hosts: dsn.each_host(), latest: AtomicUsize::new(0) }
    }

    /// Connects to the host that was connected to last, or else to the first of the others that can be; or tells, as libpq does, why
    /// none can.
    pub fn connect<T>(&self, connect: impl Fn(&Dsn) -> ConnectionResult<T>) -> ConnectionResult<T> {
        let latest = self.latest.load(Ordering::Relaxed);
        let mut hosts: Vec<_> = self.hosts.iter().enumerate().collect();
        hosts.sort_by_key(|(number, _)| *number != latest);
        let mut refusals = String::new();
        for (number, host) in hosts {
            match connect(host) {
                Ok(connection) => {
                    self.latest.store(number, Ordering::Relaxed);
                    return Ok(connection);
                }
                Err(refusal) => refusals.push_str(&refusal.to_string()),
            }
        }
        Err(ConnectionError::BadConnection(refusals))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn hosts(text: &str) -> Hosts {
        Hosts::of(&Dsn::parse(text).unwrap())
    }

    /// The hosts that are tried, in their order, when only the named ones can be connected to.
    fn tried(hosts: &Hosts, good: &[&str]) -> Vec<String> {
        let tried = RefCell::new(Vec::new());
        let outcome = hosts.connect(|dsn| {
            let host = dsn.parameter("host").unwrap();
            tried.borrow_mut().push(host.to_owned());
            let refusal = || ConnectionError::BadConnection(format!("{host} is away\n"));
            good.contains(&host).then_some(()).ok_or_else(refusal)
        });
        assert_eq!(outcome.is_ok(), !good.is_empty());
        tried.into_inner()
    }

    #[test]
    fn the_host_that_was_connected_to_last_is_tried_first() {
        let hosts = hosts("postgres://a,b,c/x");
        assert_eq!(tried(&hosts, &["b", "c"]), ["a", "b"]);
        assert_eq!(tried(&hosts, &["a", "b", "c"]), ["b"]);
        assert_eq!(tried(&hosts, &["c"]), ["b", "a", "c"]);
        assert_eq!(tried(&hosts, &[]), ["c", "a", "b"]);
        assert_eq!(tried(&hosts, &["c"]), ["c"]);
    }

    #[test]
    fn a_refusal_names_what_each_host_says() {
        let refused = hosts("postgres://a,b/x")
            .connect(|dsn| Err::<(), _>(ConnectionError::BadConnection(format!("{:?}\n", dsn.parameter("host")))));
        assert_eq!(refused.unwrap_err().to_string(), "Some(\"a\")\nSome(\"b\")\n");
    }
}
