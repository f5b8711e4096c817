//! What can be said about an address before anything is looked up.

use std::net::IpAddr;

use url::{Host, Url};

use super::address::is_public;
use super::allow::{AllowList, plain};

/// Why an address is not fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is no address at all.
    #[error("“{0}” is not a web address. A web address begins with https:// or http://.")]
    NotAnAddress(String),
    /// Another scheme than the web's.
    #[error("Only http:// and https:// addresses can be read, not {0}:.")]
    Scheme(String),
    /// It carries a user name or password.
    #[error("The address contains a user name or password. Leave out the part before the @.")]
    Credentials,
    /// The port belongs to something that is not the web.
    #[error("Port {0} is not used for web pages, so it is not contacted.")]
    Port(u16),
    /// The name is one of the server's own network.
    #[error("{0} is a name inside the server's own network. {ALLOW}")]
    PrivateName(String),
    /// The host is, or resolves to, an address that is not on the public internet.
    #[error("{host} leads to {address}, which is not on the public internet. {ALLOW}")]
    PrivateAddress {
        /// As it was written.
        host: String,
        /// Where it leads.
        address: IpAddr,
    },
    /// Redirected too often.
    #[error("The address redirects more than {0} times.")]
    TooManyRedirects(usize),
}

const ALLOW: &str = "An administrator who wants Kuma to reach it can list it in KUMA_ALLOW_PRIVATE_HOSTS.";

/// Reads an address and checks all that needs no look-up.
pub(super) fn check_text(text: &str, allow: &AllowList) -> Result<Url, Refusal> {
    let url = Url::parse(text.trim()).map_err(|_| Refusal::NotAnAddress(shorten(text.trim())))?;
    check(&url, allow)?;
    Ok(url)
}

/// Checks all that needs no look-up. Names that pass still have to be resolved by the guard's resolver.
pub(super) fn check(url: &Url, allow: &AllowList) -> Result<(), Refusal> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Refusal::Scheme(shorten(url.scheme())));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refusal::Credentials);
    }
    let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
        return Err(Refusal::NotAnAddress(shorten(url.as_str())));
    };
    let address = match host {
        Host::Domain(name) if allow.lists(name) => {
            return if allow.lists_at(name, port) { Ok(()) } else { Err(private_name(name)) };
        }
        Host::Domain(name) if inside(plain(name)) => return Err(private_name(name)),
        Host::Domain(_) => return check_port(port),
        Host::Ipv4(address) => IpAddr::V4(address),
        Host::Ipv6(address) => IpAddr::V6(address),
    };
    if allow.covers(address, Some(port)) {
        return Ok(());
    }
    if !is_public(address) {
        return Err(Refusal::PrivateAddress { host: host.to_string(), address });
    }
    check_port(port)
}

/// Checks where a name leads.
pub(super) fn check_resolved(name: &str, addresses: &[IpAddr], allow: &AllowList) -> Result<(), Refusal> {
    if allow.lists(name) {
        return Ok(());
    }
    // One private address among public ones is no accident: the whole answer is refused.
    match addresses.iter().find(|address| !is_public(**address) && !allow.covers(**address, None)) {
        Some(address) => Err(Refusal::PrivateAddress { host: name.to_owned(), address: *address }),
        None => Ok(()),
    }
}

fn private_name(name: &str) -> Refusal {
    Refusal::PrivateName(shorten(plain(name)))
}

/// Names that only mean something inside a network: they are not even looked up.
fn inside(name: &str) -> bool {
    const SUFFIXES: [&str; 11] = [
        "localhost",
        "local",
        "localdomain",
        "internal",
        "intranet",
        "private",
        "corp",
        "home",
        "lan",
        "home.arpa",
        "in-addr.arpa",
    ];
    if !name.contains('.') {
        // A single label is completed with the network's own search domains: `metadata`, `router`, `db`.
        return true;
    }
    SUFFIXES
        .iter()
        .any(|suffix| name.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// The ports that browsers refuse (the fetch standard's list), and those of databases that answer to lines of text.
fn check_port(port: u16) -> Result<(), Refusal> {
    const NOT_THE_WEB: [u16; 96] = [
        0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102,
        103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512,
        513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719,
        1720, 1723, 2049, 2375, 2379, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5984, 6000, 6379, 6443,
        6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042, 9200, 10080, 10250, 11211, 27017,
    ];
    if NOT_THE_WEB.contains(&port) { Err(Refusal::Port(port)) } else { Ok(()) }
}

/// What is shown of something that may be of any length.
fn shorten(text: &str) -> String {
    const MOST: usize = 120;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
