//! The address of a server as libpq reads it, and what is added to it.

use std::{fmt, net::IpAddr};

/// An address such as `postgres://user:password@host1:5432,host2/name?sslmode=require`. Printing it never shows a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Dsn {
    text: String,
    /// The text without its passwords.
    shown: String,
    /// What libpq reads, in its order: the hosts and ports of the authority, then what stands behind the question mark. Of
    /// several with the same name the last one counts.
    parameters: Vec<(String, String)>,
}

/// What an address gets unless it says otherwise. A server that vanishes without a word is noticed within seconds, and of several
/// servers the one that takes writes is chosen.
const DEFAULTS: [(&str, &str); 7] = [
    ("connect_timeout", "3"),
    ("keepalives_idle", "5"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "5000"),
    ("application_name", concat!("ensemble/", env!("CARGO_PKG_VERSION"))),
    ("target_session_attrs", "read-write"),
];

const SSL_MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

impl Dsn {
    /// Reads an address as strictly as libpq does, so that none of its own errors, which repeat parts of it, can occur.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = text.split_once("://").ok_or("two slashes are missing behind the colon")?;
        if text.contains('\0') {
            return Err("it contains a NUL character");
        }
        let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, name) = match address.split_once('/') {
            Some((authority, name)) => (authority, Some(name)),
            None => (address, None),
        };
        let (user_info, servers) = match authority.split_once('@') {
            Some((user_info, servers)) => (Some(user_info), servers),
            None => (None, authority),
        };
        for part in [user_info.unwrap_or(""), name.unwrap_or("")] {
            decoded(part)?;
        }
        if servers.contains('@') {
            return Err("there is more than one @; in a password, write @ as %40, : as %3A and / as %2F");
        }
        let parameters: Vec<_> = parse_servers(servers)?.into_iter().chain(parse_parameters(query)?).collect();
        if parameters.iter().any(|(key, value)| key == "sslmode" && !SSL_MODES.contains(&value.as_str())) {
            return Err("sslmode must be disable, allow, prefer, require, verify-ca or verify-full");
        }

        let user_info = user_info.map(|info| match info.split_once(':') {
            Some((user, _)) => format!("{user}:***@"),
            None => format!("{info}@"),
        });
        let name = name.map(|name| format!("/{name}"));
        let shown = format!(
            "{scheme}://{}{servers}{}{}",
            user_info.unwrap_or_default(),
            name.unwrap_or_default(),
            shown_parameters(query)
        );
        // libpq takes no empty parameter, such as one after a lone question mark.
        let text = format!("{scheme}://{address}{}", joined(pairs(query).map(str::to_owned)));
        Ok(Self { text, shown, parameters })
    }

    /// The address with everything added that it leaves open.
    pub fn completed(&self) -> Self {
        let mut complete = self.clone();
        for (key, value) in DEFAULTS {
            complete.add_missing(key, value);
        }
        if !self.is_local() {
            complete.add_missing("sslmode", "verify-full");
        }
        if complete.parameter("sslmode").is_some_and(|mode| mode.starts_with("verify-"))
            && let Some(roots) = openssl_probe::probe().cert_file
        {
            complete.add_missing("sslrootcert", &roots.to_string_lossy());
        }
        complete
    }

    /// The address, passwords included, for libpq only.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The `sslmode` of the address, when it lets a stranger on the way to a distant server listen or answer.
    pub fn weak_sslmode(&self) -> Option<&str> {
        self.parameter("sslmode").filter(|mode| !self.hosts().all(is_local) && *mode != "verify-full")
    }

    /// The same address for each of its hosts alone, in their order. Where more than the order decides which of them is good, or where
    /// libpq would refuse the lists, it is the address as it is.
    pub fn each_host(&self) -> Vec<Self> {
        let list = |key| Some((key, self.parameter(key).filter(|values| !values.is_empty())?.split(',').collect()));
        let lists: Vec<(&str, Vec<&str>)> = ["hostaddr", "host", "port"].into_iter().filter_map(list).collect();
        let number = lists.first().map_or(1, |(_, hosts)| hosts.len());
        let is_chosen_by_libpq = self.parameter("target_session_attrs") == Some("prefer-standby")
            || self.parameter("load_balance_hosts").is_some_and(|way| way != "disable");
        let fits = |(key, values): &(&str, Vec<&str>)| values.len() == number || (*key == "port" && values.len() == 1);
        if number < 2 || is_chosen_by_libpq || !lists.iter().all(fits) {
            return vec![self.clone()];
        }
        (0..number)
            .map(|at| {
                let mut alone = self.clone();
                for (key, values) in &lists {
                    alone.add(key, values.get(at).or(values.first()).unwrap_or(&""));
                }
                alone
            })
            .collect()
    }

    /// What libpq takes for that parameter.
    pub fn parameter(&self, key: &str) -> Option<&str> {
        self.parameters.iter().rfind(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// Whether every server is this machine. An address without a server may mean a distant one, by libpq's environment
    /// variables; if it means a socket, libpq ignores the `sslmode`.
    fn is_local(&self) -> bool {
        self.hosts().next().is_some() && self.hosts().all(is_local)
    }

    /// All hosts that are named anywhere, whether they count or not.
    fn hosts(&self) -> impl Iterator<Item = &str> {
        let named = self.parameters.iter().filter(|(key, _)| key == "host" || key == "hostaddr");
        named.flat_map(|(_, hosts)| hosts.split(','))
    }

    fn add_missing(&mut self, key: &str, value: &str) {
        if self.parameter(key).is_none() {
            self.add(key, value);
        }
    }

    fn add(&mut self, key: &str, value: &str) {
        let separator = if self.text.contains('?') { '&' } else { '?' };
        let parameter = format!("{separator}{key}={}", encoded(value));
        self.text.push_str(&parameter);
        self.shown.push_str(&parameter);
        self.parameters.push((key.to_owned(), value.to_owned()));
    }
}

/// Whether it is a socket or leads back to this machine.
fn is_local(host: &str) -> bool {
    host.starts_with(['/', '@'])
        || host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The lists of hosts and ports that stand for the servers between the commas; none for an empty list.
fn parse_servers(servers: &str) -> Result<Vec<(String, String)>, &'static str> {
    if servers.is_empty() {
        return Ok(Vec::new());
    }
    let parsed = servers.split(',').map(parse_server).collect::<Result<Vec<_>, _>>()?;
    let (hosts, ports): (Vec<_>, Vec<_>) = parsed.into_iter().unzip();
    Ok(vec![("host".to_owned(), hosts.join(",")), ("port".to_owned(), ports.join(","))])
}

/// The host and the port, which may be empty.
fn parse_server(server: &str) -> Result<(String, &str), &'static str> {
    let (host, port) = match server.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']').ok_or("a bracket is not closed")?;
            (host, if port.is_empty() { port } else { port.strip_prefix(':').ok_or("a port needs a colon")? })
        }
        None => server.split_once(':').unwrap_or((server, "")),
    };
    if !port.is_empty() && port.parse::<u16>().is_err() {
        return Err("a port is not a number; in a password, write @ as %40, : as %3A and / as %2F");
    }
    Ok((decoded(host)?, port))
}

fn parse_parameters(query: &str) -> Result<Vec<(String, String)>, &'static str> {
    pairs(query)
        .map(|pair| match pair.split_once('=') {
            Some((key, value)) if !value.contains('=') => Ok((decoded(key)?, decoded(value)?)),
            _ => Err("a parameter is not of the form key=value"),
        })
        .collect()
}

fn shown_parameters(query: &str) -> String {
    joined(pairs(query).map(|pair| match pair.split_once('=') {
        Some((key, _)) if key.contains('%') || key.ends_with("password") => format!("{key}=***"),
        _ => pair.to_owned(),
    }))
}

fn pairs(query: &str) -> impl Iterator<Item = &str> {
    query.split('&').filter(|pair| !pair.is_empty())
}

/// The pairs as a query, with the question mark; empty when there are none.
fn joined(pairs: impl Iterator<Item = String>) -> String {
    let query = pairs.collect::<Vec<_>>().join("&");
    if query.is_empty() { query } else { format!("?{query}") }
}

/// The text with its percent signs resolved.
fn decoded(text: &str) -> Result<String, &'static str> {
    const BAD: &str = "a percent sign is not followed by two hexadecimal digits; write % as %25";
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16)).ok_or(BAD);
            let value = digit()? * 16 + digit()?;
            bytes.push(u8::try_from(value).ok().filter(|byte| *byte != 0).ok_or(BAD)?);
        } else {
            bytes.push(byte);
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The text as a parameter's value holds it.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'_' | b'-');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

impl fmt::Display for Dsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Dsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dsn({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(text: &str) -> String {
        Dsn::parse(text).unwrap().completed().as_str().to_owned()
    }

    fn mode(text: &str) -> Option<String> {
        Dsn::parse(text).unwrap().completed().parameter("sslmode").map(str::to_owned)
    }

    #[test]
    fn what_an_address_leaves_open_is_added() {
        let complete = completed("postgres://me@localhost/ensemble");
        assert!(complete.starts_with("postgres://me@localhost/ensemble?connect_timeout=3&"), "{complete}");
        for part in [
            "keepalives_idle=5",
            "keepalives_interval=2",
            "keepalives_count=3",
            "tcp_user_timeout=5000",
            "application_name=ensemble/",
            "target_session_attrs=read-write",
        ] {
            assert!(complete.contains(part), "{complete}");
        }
    }

    #[test]
    fn empty_parameters_are_left_out() {
        for text in ["postgres://localhost/x", "postgres://localhost/x?", "postgres://localhost/x?&"] {
            assert!(completed(text).starts_with("postgres://localhost/x?connect_timeout=3&"), "{text}");
        }
        assert!(completed("postgres://localhost/x?&a=b&&c=d&").starts_with("postgres://localhost/x?a=b&c=d&connect"));
    }

    #[test]
    fn what_an_address_says_stays() {
        let complete = completed("postgres://db/ensemble?connect_timeout=9&application_name=mine&sslmode=require");
        assert!(complete.contains("connect_timeout=9") && !complete.contains("connect_timeout=3"), "{complete}");
        assert!(complete.contains("application_name=mine") && !complete.contains("ensemble/"), "{complete}");
        assert!(complete.contains("sslmode=require") && !complete.contains("sslrootcert"), "{complete}");
    }

    #[test]
    fn an_address_falls_into_its_hosts() {
        let each = |text: &str| {
            let hosts = Dsn::parse(text).unwrap().each_host();
            hosts.iter().map(|host| host.as_str().trim_start_matches(text).to_owned()).collect::<Vec<_>>()
        };
        for (text, hosts) in [
            ("postgres://me@a:1,[::1]:2/x", ["?host=a&port=1", "?host=%3A%3A1&port=2"]),
            ("postgres://a,b/x?sslmode=disable", ["&host=a&port=", "&host=b&port="]),
            ("postgres://a,b/x?port=3", ["&host=a&port=3", "&host=b&port=3"]),
            ("postgres:///x?host=/run/a,/run/b&port=3,", ["&host=/run/a&port=3", "&host=/run/b&port="]),
            (
                "postgres://a,b/x?hostaddr=10.0.0.1,10.0.0.2",
                ["&hostaddr=10.0.0.1&host=a&port=", "&hostaddr=10.0.0.2&host=b&port="],
            ),
        ] {
            assert_eq!(each(text), hosts, "{text}");
        }
        // There is nothing to choose, or libpq chooses by more than the order, or would refuse the address.
        for text in [
            "postgres:///x",
            "postgres://me@a:1/x?target_session_attrs=any",
            "postgres://a,b/x?target_session_attrs=prefer-standby",
            "postgres://a,b/x?load_balance_hosts=random",
            "postgres://a,b,c/x?port=1,2",
        ] {
            assert_eq!(each(text), [""], "{text}");
        }
    }

    #[test]
    fn of_several_parameters_with_one_name_the_last_one_counts() {
        let twice = Dsn::parse("postgres://db.example/x?sslmode=verify-full&sslmode=require").unwrap();
        assert_eq!(twice.weak_sslmode(), Some("require"));
    }

    #[test]
    fn a_distant_server_is_verified() {
        for text in [
            "postgres://db.example/ensemble",
            "postgres://localhost,db.example/ensemble",
            "postgres:///ensemble?host=db.example",
            "postgres:///ensemble?hostaddr=192.0.2.7",
            "postgres://[2001:db8::1]:5432/ensemble",
            "postgres:///ensemble",
        ] {
            assert_eq!(mode(text).as_deref(), Some("verify-full"), "{text}");
        }
    }

    #[test]
    fn this_machine_is_not_verified() {
        for text in [
            "postgres://localhost/ensemble",
            "postgres://127.0.0.1:5433,[::1]/ensemble",
            "postgres://%2Fvar%2Frun%2Fpostgresql/ensemble",
            "postgres:///ensemble?host=/var/run/postgresql",
        ] {
            assert_eq!(mode(text), None, "{text}");
        }
    }

    #[test]
    fn the_roots_of_the_system_are_used_to_verify() {
        if openssl_probe::probe().cert_file.is_some() {
            for text in ["postgres://db.example/ensemble", "postgres://db.example/ensemble?sslmode=verify-ca"] {
                assert!(completed(text).contains("&sslrootcert=/"), "{text}");
            }
        }
        let own = completed("postgres://db.example/ensemble?sslrootcert=/own.pem");
        assert_eq!(own.matches("sslrootcert").count(), 1, "{own}");
    }

    #[test]
    fn a_weaker_mode_is_told_only_for_a_distant_server() {
        let weak = |text| Dsn::parse(text).unwrap().completed().weak_sslmode().map(str::to_owned);
        assert_eq!(weak("postgres://db.example/x?sslmode=require").as_deref(), Some("require"));
        assert_eq!(weak("postgres://db.example/x?sslmode=verify-ca").as_deref(), Some("verify-ca"));
        assert_eq!(weak("postgres://db.example/x"), None);
        assert_eq!(weak("postgres://localhost/x?sslmode=disable"), None);
    }

    #[test]
    fn what_libpq_would_not_read_is_refused() {
        for text in [
            "postgres:ensemble",
            "postgres:/db/ensemble",
            "postgres://me:50%@db/x",
            "postgres://me:a%00b@db/x",
            "postgres://db:port/x",
            "postgres://db:70000/x",
            "postgres://me:one@two@db:5432/x",
            "postgres://db/x?sslmode=bogus",
            "postgres://[::1/x",
            "postgres://db/x?connect_timeout",
            "postgres://db/x?a=b=c",
        ] {
            assert!(Dsn::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_value_is_written_so_that_it_reads_back() {
        for text in ["/etc/ssl/cert.pem", "/a b/ü&=%.pem"] {
            assert_eq!(decoded(&encoded(text)).unwrap(), text);
        }
    }
}
