//! Where a request came from: its peer, or, behind proxies that are trusted, what these say of it.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::{HeaderMap, X_FORWARDED_FOR};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// How many elements of `X-Forwarded-For` are looked at, from the last one on: far more than there are proxies in a row.
const MOST_HOPS: usize = 64;

/// The proxies whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// The proxies of these networks.
    #[must_use]
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks.into_iter().map(canonical).collect())
    }

    /// Tells whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The address of the client: the peer, unless that is a trusted proxy. Then it is the last hop that no trusted proxy stands
    /// for: whatever stands further left, anybody could have written. What cannot be read is not gone past.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let (mut client, mut hops) = (peer.to_canonical(), hops_from_the_last(headers));
        while self.trusts(client) {
            let Some(hop) = hops.next().and_then(address) else { break };
            client = hop;
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// A network of IPv4 that is written as one of IPv6, as what it is: that is how addresses are compared.
fn canonical(network: IpNet) -> IpNet {
    const MAPPED: u8 = 96;
    let IpNet::V6(v6) = network else { return network };
    let v4 = v6.network().to_ipv4_mapped().zip(v6.prefix_len().checked_sub(MAPPED));
    v4.and_then(|(address, prefix)| Ipv4Net::new(address, prefix).ok()).map_or(network, IpNet::V4)
}

/// What was added last comes first. Empty elements of a list are passed over (RFC 9110, section 5.6.1).
fn hops_from_the_last(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    let lines = headers.get_all(X_FORWARDED_FOR).rev();
    let elements = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
    elements.take(MOST_HOPS).map(<[u8]>::trim_ascii).filter(|hop| !hop.is_empty())
}

/// An address, with or without a port; one of IPv6 may stand in brackets.
fn address(hop: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(hop).ok()?;
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let plain = bare.parse().ok().or_else(|| text.parse().map(|socket: SocketAddr| socket.ip()).ok());
    plain.map(|address: IpAddr| address.to_canonical())
}

/// What stands for a client where clients are counted: its address, or the network that one customer usually has, since that many
/// IPv6 addresses cost nothing.
pub fn network_of(address: IpAddr) -> IpAddr {
    const CUSTOMER: u8 = 56;
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Net::new(v6, CUSTOMER).map_or(address, |network| network.network().into()),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn client(proxies: &[&str], peer: &str, lines: &[impl AsRef<[u8]>]) -> String {
        let proxies = TrustedProxies::new(proxies.iter().map(|proxy| proxy.parse().unwrap()).collect());
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_bytes(line.as_ref()).unwrap());
        }
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn what_an_untrusted_peer_says_of_itself_changes_nothing() {
        assert_eq!(client(&[], "203.0.113.9", &["198.51.100.7"]), "203.0.113.9");
        assert_eq!(client(&["10.0.0.0/8"], "203.0.113.9", &["198.51.100.7", "10.0.0.1"]), "203.0.113.9");
    }

    #[test]
    fn a_trusted_proxy_tells_its_client_and_whatever_stands_further_left_is_hearsay() {
        let proxies = ["10.0.0.0/8", "fd00::/8"];
        let cases: [(&str, &[&str], &str); 12] = [
            ("10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["1.1.1.1, 198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["1.1.1.1", "198.51.100.7 , 10.9.9.9"], "198.51.100.7"),
            ("10.0.0.1", &["198.51.100.7:4711"], "198.51.100.7"),
            ("10.0.0.1", &["[2001:db8::7]:4711"], "2001:db8::7"),
            ("10.0.0.1", &["[2001:db8::7]"], "2001:db8::7"),
            ("10.0.0.1", &["198.51.100.7,", " ,"], "198.51.100.7"),
            ("fd00::1", &["2001:db8::7"], "2001:db8::7"),
            ("::ffff:10.0.0.1", &["::ffff:198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["198.51.100.7, unknown"], "10.0.0.1"),
            ("10.0.0.1", &[""], "10.0.0.1"),
            ("10.0.0.1", &["10.0.0.2, 10.0.0.3"], "10.0.0.2"),
        ];
        for (peer, lines, expected) in cases {
            assert_eq!(client(&proxies, peer, lines), expected, "{peer} {lines:?}");
        }
        assert_eq!(client(&proxies, "10.0.0.1", &[""; 0]), "10.0.0.1");
    }

    #[test]
    fn what_cannot_be_read_is_not_gone_past_and_takes_nothing_else_with_it() {
        let cases: [(&[&[u8]], &str); 5] = [
            (&[b"6.6.6.6", b"\xff, 7.7.7.7"], "7.7.7.7"),
            (&[b"\xff, 7.7.7.7"], "7.7.7.7"),
            (&[b"6.6.6.6, \xff"], "10.0.0.1"),
            (&[b"6.6.6.6", b"\xff"], "10.0.0.1"),
            (&[b"6.6.6.6, 7.7.7.\xff, 10.0.0.2"], "10.0.0.2"),
        ];
        for (lines, expected) in cases {
            let shown: Vec<_> = lines.iter().map(|line| line.escape_ascii().to_string()).collect();
            assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", lines), expected, "{shown:?}");
        }
    }

    #[test]
    fn no_more_hops_are_looked_at_than_there_can_be_proxies() {
        let sixty_three = vec!["10.0.0.2"; MOST_HOPS - 1].join(",");
        let after = |first: &str| client(&["10.0.0.0/8"], "10.0.0.1", &[format!("{first},{sixty_three}")]);
        assert_eq!(after("198.51.100.7"), "198.51.100.7");
        assert_eq!(after("198.51.100.7,10.0.0.3"), "10.0.0.3");
        assert_eq!(after("198.51.100.7,"), "10.0.0.2", "empty ones count too");
    }

    #[test]
    fn a_network_of_ipv4_may_be_written_as_one_of_ipv6() {
        for network in ["10.0.0.0/8", "::ffff:10.0.0.0/104", "::ffff:10.0.0.1/128"] {
            assert_eq!(client(&[network], "10.0.0.1", &["198.51.100.7"]), "198.51.100.7", "{network}");
            assert_eq!(client(&[network], "203.0.113.9", &["198.51.100.7"]), "203.0.113.9", "{network}");
        }
        assert_eq!(client(&["::/0"], "10.0.0.1", &["198.51.100.7"]), "10.0.0.1");
    }

    #[test]
    fn an_ipv6_client_is_counted_by_its_network() {
        let network = |text: &str| network_of(text.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2ff:a:b:c:d"), "2001:db8:1:200::");
        assert_eq!(network("203.0.113.9"), "203.0.113.9");
    }
}
