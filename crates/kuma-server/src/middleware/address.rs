//! Where a request comes from, for limits before anybody is known.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use http::request::Parts;

use crate::state::ServerState;

/// The client's address. Behind a proxy that is trusted (on this machine, or named in
/// `KUMA_TRUSTED_PROXIES`) it is the last address in `X-Forwarded-For` that is no such proxy;
/// anybody else's header is not believed.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress
where
    ServerState: FromRef<S>,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let state = ServerState::from_ref(state);
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        // Only tests that call the router directly have no peer.
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let forwarded =
            parts.headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        Ok(Self(client(peer, forwarded, &state.config.trusted_proxies)))
    }
}

fn client<'a>(
    peer: IpAddr,
    forwarded: impl DoubleEndedIterator<Item = &'a str>,
    proxies: &[ipnet::IpNet],
) -> IpAddr {
    let trusted = |ip: IpAddr| {
        let ip = ip.to_canonical();
        ip.is_loopback() || proxies.iter().any(|net| net.contains(&ip))
    };
    if !trusted(peer) {
        return peer;
    }
    let mut client = peer;
    for hop in forwarded.rev().flat_map(|line| line.rsplit(',')) {
        let Ok(ip) = hop.trim().parse::<IpAddr>() else { break };
        client = ip;
        if !trusted(ip) {
            break;
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::client;
    use std::net::IpAddr;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let proxies = ["10.0.0.0/8".parse().unwrap()];
        let seen = |peer: &str, header: &str| client(ip(peer), [header].into_iter(), &proxies);
        assert_eq!(
            seen("203.0.113.9", "198.51.100.1"),
            ip("203.0.113.9"),
            "a stranger's header counts nothing"
        );
        assert_eq!(seen("127.0.0.1", "198.51.100.1"), ip("198.51.100.1"));
        assert_eq!(seen("10.1.2.3", "6.6.6.6, 198.51.100.1, 10.9.9.9"), ip("198.51.100.1"));
        assert_eq!(seen("127.0.0.1", "nonsense"), ip("127.0.0.1"));
        assert_eq!(client(ip("::1"), std::iter::empty(), &proxies), ip("::1"));
    }
}
