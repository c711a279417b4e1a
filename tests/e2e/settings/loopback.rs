//! What keeps the development issuer on this machine.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    os::unix::fs::PermissionsExt,
};

use tempfile::TempDir;

use super::{folder_with, refusal};
use crate::{
    commands::run,
    database::Database,
    server::{Server, ensemble, serve},
};

/// Hosts that are not loopback, or not for every resolver.
const HOSTS: [&str; 13] = [
    "0.0.0.0",
    "::",
    "192.0.2.1",
    "::ffff:0.0.0.0",
    "::ffff:127.0.0.1",
    "0",
    "0x7f000001",
    "2130706433",
    "127.1",
    "localhost.",
    "localhost.localdomain",
    "casting.example.org",
    "_",
];

#[test]
fn the_development_issuer_stays_on_this_machine_and_alone() {
    let folder = TempDir::new().unwrap();
    for (variables, told) in [
        (&[("HOST", "0.0.0.0")][..], "auth.mode local is for loopback addresses only, and http.host is \"0.0.0.0\""),
        (&[("ENSEMBLE__AUTH__ISSUER", "https://issuer.test/")], "auth.issuer is set, but auth.mode is local"),
        (
            &[("AUTH0_DOMAIN", "agency.eu.auth0.com"), ("ENSEMBLE__AUTH__MODE", "local")],
            "auth.issuer is set, but auth.mode is local, which has its own issuer; set auth.mode to oidc (set in AUTH0_DOMAIN)",
        ),
    ] {
        let refused = refusal(folder.path(), &[], variables);
        assert!(refused.starts_with(told), "{variables:?}: {refused}");
    }
}

#[test]
fn local_mode_cannot_be_made_to_listen_for_others_by_any_setting_flag_or_file() {
    let empty = TempDir::new().unwrap();
    let for_local = "auth.mode local is for loopback addresses only";
    for host in HOSTS {
        let set = format!("http.host={host}");
        let file = format!("[http]\nhost = \"{host}\"\n");
        let of_default = folder_with(&[("default.toml", &file)]);
        let of_development = folder_with(&[("development.toml", &file)]);
        let named = ("ENSEMBLE_PROFILE", "development");
        let local = ["--set", "auth.mode=local"];
        let refused = [
            (refusal(empty.path(), &[], &[("HOST", host)]), for_local),
            (refusal(empty.path(), &local, &[("ENSEMBLE__HTTP__HOST", host)]), for_local),
            (refusal(empty.path(), &["--set", &set], &[("HOST", "127.0.0.1")]), for_local),
            (refusal(of_default.path(), &[], &[]), for_local),
            (refusal(of_default.path(), &["--profile", "production"], &[]), for_local),
            (refusal(empty.path(), &["--profile", "development", "--set", &set], &[]), "http.host "),
            (refusal(empty.path(), &local, &[("HOST", host), named]), "http.host "),
            // Named by the file of a profile that the host itself rules out.
            (refusal(of_development.path(), &["--profile", "development"], &[]), "http.host "),
        ];
        for (told, begins) in refused {
            assert!(told.starts_with(begins), "{host}: {told}");
        }
        let serve = run(ensemble(empty.path()).args(["serve", "--port", "0", "--host", host]));
        assert_eq!((serve.code, serve.out.as_str()), (78, ""), "{host}: {}", serve.err);
        assert!(serve.err.starts_with(&format!("ensemble: {for_local}")), "{host}: {}", serve.err);
    }
}

#[test]
fn local_mode_listens_on_loopback_addresses_and_no_others() {
    for host in ["127.0.0.1", "127.8.9.1", "::1", "localhost", "LOCALHOST"] {
        let database = Database::sqlite();
        let mut command = serve(&database);
        command.env("HOST", host).env("ENSEMBLE__METRICS__ADDRESS", "127.0.0.1:0");
        let server = Server::run(command);
        let mut addresses = listening(server.pid());
        let metrics = addresses.iter().position(|address| *address == Ipv4Addr::LOCALHOST).expect("the metrics");
        match host.parse::<IpAddr>() {
            Ok(address) => {
                addresses.remove(metrics);
                assert_eq!(addresses, [address]);
            }
            Err(_) => assert!(!addresses.is_empty() && addresses.iter().all(IpAddr::is_loopback), "{addresses:?}"),
        }
    }
}

/// The addresses that a process listens on, as Linux knows them (proc(5), under `/proc/net/tcp`).
fn listening(process: u32) -> Vec<IpAddr> {
    const LISTENS: &str = "0A";
    let files = fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    let open = files.filter_map(|file| fs::read_link(file.unwrap().path()).ok());
    let open: Vec<_> = open.map(|file| file.to_string_lossy().into_owned()).collect();
    let tables = ["tcp", "tcp6"].map(|table| fs::read_to_string(format!("/proc/{process}/net/{table}")).unwrap());
    let rows = tables.iter().flat_map(|table| table.lines().skip(1));
    rows.map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|line| line[3] == LISTENS && open.contains(&format!("socket:[{}]", line[9])))
        .map(|line| address(line[1].split(':').next().unwrap()))
        .collect()
}

/// An address in hexadecimal, in words of four bytes of this machine's order.
fn address(hex: &str) -> IpAddr {
    let words = (0..hex.len() / 8).map(|word| u32::from_str_radix(&hex[word * 8..word * 8 + 8], 16).unwrap());
    let bytes: Vec<u8> = words.flat_map(u32::to_ne_bytes).collect();
    match <[u8; 4]>::try_from(bytes.as_slice()) {
        Ok(v4) => Ipv4Addr::from(v4).into(),
        Err(_) => Ipv6Addr::from(<[u8; 16]>::try_from(bytes).unwrap()).into(),
    }
}

#[test]
fn the_development_issuers_key_is_its_owners_alone() {
    let database = Database::sqlite();
    let token = || {
        run(ensemble(database.folder.path()).args(["token", "--role", "assistant"]).env("DATABASE_URL", &database.url))
    };
    assert_eq!(token().code, 0);
    let key = database.folder.path().join("ensemble.local-key.pem");
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);

    for mode in [0o640, 0o604, 0o644, 0o660] {
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
        let serve =
            run(ensemble(database.folder.path()).args(["serve", "--port", "0"]).env("DATABASE_URL", &database.url));
        for refused in [token(), serve] {
            let told = refused.err.lines().last().unwrap_or_default();
            assert_eq!((refused.code, refused.out.as_str()), (1, ""), "{mode:o}: {told}");
            assert!(told.contains(&format!("(mode {mode:o}): run chmod 600 on it, or delete it")), "{told}");
        }
    }
}
