//! What the operator lets steered calls reach although it is private.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

/// Hosts, hosts with a port, addresses and networks that steered calls may reach although they are private: the
/// setting `KUMA_ALLOW_PRIVATE_HOSTS`. The default allows nothing.
///
/// An entry with a port allows that port alone. A name is allowed as it is written in an address, whatever it
/// resolves to; a network is allowed under any name that resolves into it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowList(Vec<Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    Network(IpNet),
    Address(IpAddr, u16),
    Name(String, Option<u16>),
}

/// An entry is none of the things that can be allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no host, host:port, address or network. Write for example `wiki.lan`, `wiki.lan:8080`, `10.0.0.7` or \
     `10.0.0.0/8`, separated by commas."
)]
pub struct AllowListError(pub String);

impl FromStr for AllowList {
    type Err = AllowListError;

    fn from_str(text: &str) -> Result<Self, AllowListError> {
        text.split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .map(|entry| read(entry).ok_or_else(|| AllowListError(entry.to_owned())))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

fn read(entry: &str) -> Option<Entry> {
    if let Ok(network) = entry.parse::<IpNet>() {
        return Some(Entry::Network(network));
    }
    if let Ok(address) = entry.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        return Some(Entry::Network(IpNet::from(address)));
    }
    if let Ok(socket) = entry.parse::<std::net::SocketAddr>() {
        return Some(Entry::Address(socket.ip(), socket.port()));
    }
    let (host, port) = match entry.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok()?)),
        None => (entry, None),
    };
    // The address parser writes a name as it will be compared with; an address in disguise is no name.
    match url::Host::parse(host).ok()? {
        url::Host::Domain(name) => Some(Entry::Name(plain(&name).to_owned(), port)),
        url::Host::Ipv4(_) | url::Host::Ipv6(_) => None,
    }
}

/// A name without the dot of the root.
pub(super) fn plain(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

impl AllowList {
    /// Whether the name is listed with any port or none.
    pub(super) fn lists(&self, name: &str) -> bool {
        self.0.iter().any(|entry| matches!(entry, Entry::Name(listed, _) if listed == plain(name)))
    }

    /// Whether the name is listed for this port.
    pub(super) fn lists_at(&self, name: &str, port: u16) -> bool {
        self.0.iter().any(|entry| {
            matches!(entry, Entry::Name(listed, at) if listed == plain(name) && at.is_none_or(|at| at == port))
        })
    }

    /// Whether the address is listed. Without a port only networks count.
    pub(super) fn covers(&self, address: IpAddr, port: Option<u16>) -> bool {
        self.0.iter().any(|entry| match entry {
            Entry::Network(network) => network.contains(&address),
            Entry::Address(listed, at) => *listed == address && port == Some(*at),
            Entry::Name(..) => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_entry_is_read() {
        let list: AllowList =
            " wiki.lan , Files.LAN:8080,10.0.0.0/8, fd00::/8,192.168.1.7,[::1]:9000,[fe80::1] "
                .parse()
                .unwrap();
        assert!(list.lists("wiki.lan") && list.lists("wiki.lan.") && list.lists_at("wiki.lan", 1));
        assert!(list.lists_at("files.lan", 8080) && !list.lists_at("files.lan", 80));
        assert!(!list.lists("lan") && !list.lists("a.wiki.lan"));
        let covers = |text: &str, port| list.covers(text.parse().unwrap(), port);
        assert!(covers("10.9.8.7", None) && covers("fd12::1", Some(80)) && covers("192.168.1.7", None));
        assert!(covers("::1", Some(9000)) && !covers("::1", Some(80)) && !covers("::1", None));
        assert!(covers("fe80::1", None) && !covers("192.168.1.8", None));
    }

    #[test]
    fn an_empty_setting_allows_nothing() {
        assert_eq!("".parse::<AllowList>().unwrap(), AllowList::default());
        assert_eq!(" , ".parse::<AllowList>().unwrap(), AllowList::default());
        assert!(!AllowList::default().covers("10.0.0.1".parse().unwrap(), Some(80)));
    }

    #[test]
    fn a_bad_entry_is_named() {
        for bad in ["wiki.lan:http", "10.0.0.0/33", "http://wiki.lan", "0x7f.1", "a b"] {
            let error = format!("good.lan,{bad}").parse::<AllowList>().unwrap_err();
            assert_eq!(error, AllowListError(bad.to_owned()));
            assert!(error.to_string().contains(bad), "{error}");
        }
    }
}
