//! Which addresses belong to the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether `address` can only be a host on the public internet. Loopback, private, link-local, shared, documentation,
/// benchmark, multicast and reserved addresses are not, nor is an IPv6 address that stands for such an IPv4 address.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => public_v4(address),
        IpAddr::V6(address) => public_v6(address),
    }
}

/// IANA's registry of special-purpose IPv4 addresses.
fn public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)          // this network, private, loopback, multicast and reserved
            | (100, 64..=127, _)                  // behind a carrier's translation
            | (169, 254, _)                       // link-local, cloud metadata
            | (172, 16..=31, _)                   // private
            | (192, 168, _)                       // private
            | (192, 0, 0 | 2)                     // protocol assignments, documentation
            | (192, 31, 196)                      // name server experiment
            | (192, 52, 193)                      // multicast tunnels
            | (192, 88, 99)                       // 6to4 relays
            | (192, 175, 48)                      // answers for private reverse names
            | (198, 18..=19, _)                   // benchmarks
            | (198, 51, 100) | (203, 0, 113) // documentation
    )
}

/// Only what is given out for the internet is let through, less its special parts; the rest of the space is refused
/// without a list.
fn public_v6(address: Ipv6Addr) -> bool {
    if let Some(inner) = embedded_v4(address) {
        return public_v4(inner);
    }
    let [a, b, ..] = address.segments();
    let given_out = (0x2000..=0x3fff).contains(&a);
    let special = matches!(
        (a, b),
        (0x2001, 0..=0x01ff | 0x0db8) // protocol assignments: Teredo, ORCHID, benchmarks; documentation
            | (0x2002, _)           // 6to4: an IPv4 address of anybody's choice
            | (0x2620, 0x004f)      // answers for private reverse names
            | (0x3fff, 0..=0x0fff) // documentation
    );
    given_out && !special
}

/// The IPv4 address that `address` leads to: mapped (`::ffff:a.b.c.d`) or behind the well-known prefix of NAT64
/// (`64:ff9b::a.b.c.d`), through which whole networks reach the IPv4 internet.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return Some(mapped);
    }
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_internet_is_public() {
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450:4001::1",
            "2001:4860:4860::8888",
            "2400:cb00::1",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
        ] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn everything_else_is_not() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "::10.0.0.1",
            "64:ff9b::127.0.0.1",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::8.8.8.8",
            "100::1",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:808:808::1",
            "3fff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
    }
}
