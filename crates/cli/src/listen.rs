//! The addresses that the server listens on.

use std::{
    collections::HashSet,
    io::{self, ErrorKind},
    net::{SocketAddr, TcpListener, ToSocketAddrs},
    time::Duration,
};

use socket2::{Domain, Protocol, Socket, Type};
#[cfg(target_os = "linux")]
use socket2::{SockFilter, SockRef};

use crate::{
    failure::Failure,
    settings::{HttpSettings, SettingsError},
};

/// How many connections may wait to be taken; more are refused. The kernel's own limit may be lower.
const BACKLOG: i32 = 1024;
/// How long a client may take nothing of its answer until its connection ends. Nothing else looks at the time that this takes, so that
/// a few thousand such clients would have all connections.
const UNTAKEN: Duration = Duration::from_mins(1);

/// Listens on every address of the host, on one port. Names are resolved, so what was checked as loopback is checked again as an
/// address; one that this machine does not have is left out when there is another.
pub fn listen(http: &HttpSettings) -> Result<Vec<TcpListener>, Failure> {
    let place = format!("{}:{}", http.host, http.port);
    let failed = |error: &io::Error| match error.kind() {
        ErrorKind::AddrInUse => {
            let text = format!("http.port {} is taken by another program; choose another, such as --port 0", http.port);
            Failure::Settings(SettingsError::new(text))
        }
        _ => Failure::because(&format!("cannot listen on {place}"), error),
    };
    let addresses = (http.host.as_str(), http.port).to_socket_addrs().map_err(|error| failed(&error))?;
    let addresses: Vec<_> = addresses.collect();
    if http.loopback_only {
        refuse_others(&http.host, &addresses)?;
    }
    bind_all(&addresses).map_err(|error| failed(&error))
}

/// A filter of packets, in the language of the Berkeley Packet Filter: a SYN without an ACK, which would begin a connection, is dropped;
/// whatever goes on with one is let through. Byte 13 of a TCP header holds the flags, of which SYN is 0x02 and ACK 0x10 (RFC 9293,
/// section 3.1).
#[cfg(target_os = "linux")]
const DEAF_TO_SYN: [SockFilter; 5] = [
    SockFilter::new(0x30, 0, 0, 13),       // load byte 13
    SockFilter::new(0x54, 0, 0, 0x12),     // and 0x12
    SockFilter::new(0x15, 0, 1, 0x02),     // unless it is 0x02, skip one
    SockFilter::new(0x06, 0, 0, 0),        // keep nothing of the packet
    SockFilter::new(0x06, 0, 0, u32::MAX), // keep all of it
];

/// Lets nobody new in. Whoever is in already, and has not been seen to yet, is not lost, as it would be if the listener were closed; who
/// comes now is not heard, and refused once it is closed. Elsewhere than on Linux new clients are let in until then.
pub fn let_nobody_in(listeners: &[TcpListener]) {
    #[cfg(target_os = "linux")]
    for listener in listeners {
        if let Err(error) = SockRef::from(listener).attach_filter(&DEAF_TO_SYN) {
            tracing::warn!(%error, "new clients are let in until the listener is closed");
        }
    }
}

/// Whoever can reach an address that is not loopback finds there what is for trying things out: local tokens, answers that any page
/// may read, and an issuer without encryption.
fn refuse_others(host: &str, addresses: &[SocketAddr]) -> Result<(), SettingsError> {
    addresses.iter().map(SocketAddr::ip).find(|address| !address.is_loopback()).map_or(Ok(()), |address| {
        let text = format!(
            "http.host {host:?} is {address}, which is not a loopback address and demands the production profile: set \
             ENSEMBLE_PROFILE=production, or listen on 127.0.0.1"
        );
        Err(SettingsError::new(text))
    })
}

/// Listens on all these addresses but those that this machine does not have, or says that it has none of them. Where any port will
/// do, it is one for all.
fn bind_all(addresses: &[SocketAddr]) -> io::Result<Vec<TcpListener>> {
    let (mut listeners, mut seen): (Vec<TcpListener>, _) = (Vec::new(), HashSet::new());
    let mut unassigned = None;
    for mut address in addresses.iter().copied().filter(|address| seen.insert(*address)) {
        if let Some(first) = listeners.first() {
            address.set_port(first.local_addr()?.port());
        }
        match bind(address) {
            Ok(listener) => listeners.push(listener),
            Err(error) if error.kind() == ErrorKind::AddrNotAvailable => unassigned = Some(error),
            Err(error) => return Err(error),
        }
    }
    match unassigned {
        Some(error) if listeners.is_empty() => Err(error),
        _ => Ok(listeners),
    }
}

/// What `TcpListener::bind` does, but for its backlog of 128, and with patience that ends. What is set here, every connection has.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // Connections of an earlier process that linger must not keep the port from the next one.
    socket.set_reuse_address(true)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(UNTAKEN))?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, net::TcpStream};

    use super::*;
    use crate::settings::{Given, Settings};

    /// What is listened on, of these.
    fn bound(addresses: &[&str]) -> io::Result<Vec<SocketAddr>> {
        let addresses: Vec<_> = addresses.iter().map(|address| address.parse().unwrap()).collect();
        bind_all(&addresses)?.iter().map(TcpListener::local_addr).collect()
    }

    #[test]
    fn every_address_of_a_name_has_the_same_port() {
        let bound = bound(&["127.0.0.1:0", "127.0.0.2:0", "127.0.0.1:0"]).unwrap();
        assert_eq!(
            bound.iter().map(|address| address.ip().to_string()).collect::<Vec<_>>(),
            ["127.0.0.1", "127.0.0.2"]
        );
        assert_eq!(bound[0].port(), bound[1].port());
        assert_ne!(bound[0].port(), 0);
    }

    #[test]
    fn an_address_that_this_machine_does_not_have_is_left_out_when_there_is_another() {
        // One of those that are kept for documents.
        let bound_beside = bound(&["192.0.2.1:0", "127.0.0.1:0"]).unwrap();
        assert_eq!(bound_beside.iter().map(|address| address.ip().to_string()).collect::<Vec<_>>(), ["127.0.0.1"]);
        assert_eq!(bound(&["192.0.2.1:0"]).unwrap_err().kind(), ErrorKind::AddrNotAvailable);
    }

    #[test]
    fn a_port_in_use_is_an_error_whatever_else_is_free() {
        let taken = TcpListener::bind("127.0.0.2:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let refused = bound(&[&format!("127.0.0.1:{port}"), &format!("127.0.0.2:{port}")]);
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::AddrInUse);
    }

    #[test]
    fn a_name_is_loopback_only_if_all_its_addresses_are() {
        let refused = |addresses: &[&str]| {
            let addresses: Vec<_> = addresses.iter().map(|address| address.parse().unwrap()).collect();
            refuse_others("localhost", &addresses).err().map(|error| error.to_string())
        };
        assert_eq!(refused(&["127.0.0.1:5000", "127.8.9.1:5000", "[::1]:5000"]), None);
        for (addresses, other) in [
            (&["192.0.2.1:5000"][..], "192.0.2.1"),
            (&["127.0.0.1:5000", "192.0.2.1:5000"], "192.0.2.1"),
            (&["0.0.0.0:5000"], "0.0.0.0"),
            (&["[::]:5000"], "::"),
            (&["[::1]:5000", "[2001:db8::1]:5000"], "2001:db8::1"),
            (&["[::ffff:127.0.0.1]:5000"], "::ffff:127.0.0.1"),
        ] {
            let told = refused(addresses).unwrap_or_default();
            let expected = format!("http.host \"localhost\" is {other}, which is not a loopback address and demands");
            assert!(told.starts_with(&expected), "{addresses:?}: {told}");
        }
    }

    #[test]
    fn the_development_profile_listens_on_no_address_that_others_reach_whoever_is_the_issuer() {
        let oidc = [
            ("auth.mode", "oidc"),
            ("auth.issuer", "https://issuer.test/"),
            ("auth.audience", "casting"),
            ("http.host", "localhost"),
            ("http.port", "0"),
        ];
        let flags: Vec<_> = oidc.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        for (profile, is_refused) in [("development", true), ("production", false)] {
            let (profile_named, flags) = (Some(profile.to_owned()), flags.clone());
            let given = Given { folder: None, profile: profile_named, flags, environment: BTreeMap::new() };
            // As if the name led there.
            let settings = Settings::load(&given).unwrap();
            let http = HttpSettings { host: "0.0.0.0".to_owned(), ..settings.http };
            assert_eq!(listen(&http).is_err(), is_refused, "{profile}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn who_is_in_stays_and_who_comes_is_not_heard() {
        use std::io::{Read, Write};

        let listeners = bind_all(&["127.0.0.1:0".parse().unwrap()]).unwrap();
        let address = listeners[0].local_addr().unwrap();
        let mut early = TcpStream::connect(address).unwrap();
        let_nobody_in(&listeners);
        let late = TcpStream::connect_timeout(&address, Duration::from_millis(200));
        assert_eq!(late.unwrap_err().kind(), ErrorKind::TimedOut);
        let (mut accepted, _) = listeners[0].accept().unwrap();
        early.write_all(b"hello").unwrap();
        let mut heard = [0; 5];
        accepted.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"hello");
    }

    #[test]
    fn many_connections_wait_to_be_taken() {
        let most = std::fs::read_to_string("/proc/sys/net/core/somaxconn");
        let most = most.ok().and_then(|most| most.trim().parse().ok()).unwrap_or(1024);
        let listeners = bind_all(&["127.0.0.1:0".parse().unwrap()]).unwrap();
        let address = listeners[0].local_addr().unwrap();
        // Nobody takes them. What the kernel has no place for is not answered. Of 1024, these need not many open files.
        let patience = Duration::from_secs(5);
        let connect = |_| TcpStream::connect_timeout(&address, patience);
        let waiting: io::Result<Vec<_>> = (0..300.min(most)).map(connect).collect();
        assert!(waiting.is_ok(), "{waiting:?}");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_kernel_is_told_to_end_a_connection_whose_client_takes_nothing_for_a_minute() {
        let listeners = bind_all(&["127.0.0.1:0".parse().unwrap()]).unwrap();
        let _client = TcpStream::connect(listeners[0].local_addr().unwrap()).unwrap();
        let (connection, _) = listeners[0].accept().unwrap();
        let timeout = socket2::SockRef::from(&connection).tcp_user_timeout().unwrap();
        assert_eq!(timeout, Some(Duration::from_mins(1)));
    }
}
