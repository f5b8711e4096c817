//! Where Redis is.

use redis::cluster::{ClusterClient, ClusterClientBuilder};
use redis::{
    AsyncConnectionConfig, Client, ConnectionInfo, IntoConnectionInfo as _, ProtocolVersion, PushInfo,
};
use tokio::sync::mpsc::UnboundedSender;

use super::options::RedisOptions;

/// An address that can be connected to.
#[derive(Clone)]
pub(super) enum Address {
    /// One server.
    Single(Box<ConnectionInfo>),
    /// Some nodes of a cluster, which tell of the others.
    Cluster(Vec<ConnectionInfo>),
}

/// An address is not one that can be used. The sentence never repeats it: it can hold a password.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct AddressError(String);

const FORMS: &str = "It is redis://, rediss:// (TLS), redis+cluster:// or rediss+cluster://, then \
    user:password@ if needed, host:port, and for a cluster as many more host:port as you like, with commas between.";

fn wrong(what: impl std::fmt::Display) -> AddressError {
    AddressError(format!("The address of Redis cannot be used: {what}. {FORMS}"))
}

impl Address {
    /// Reads an address such as `redis://127.0.0.1:6379` or `redis+cluster://:secret@a:7000,b:7000`.
    pub(super) fn parse(text: &str) -> Result<Self, AddressError> {
        let (scheme, rest) = text.split_once("://").ok_or_else(|| wrong("it has no scheme"))?;
        match scheme {
            "redis" | "rediss" => Ok(Self::Single(Box::new(node(scheme, rest)?))),
            "redis+cluster" | "rediss+cluster" => {
                let scheme = scheme.trim_end_matches("+cluster");
                let (rest, query) =
                    rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
                let (user, hosts) = rest.rsplit_once('@').map_or(("", rest), |(user, hosts)| (user, hosts));
                let hosts = hosts.trim_end_matches('/');
                if hosts.contains('/') {
                    return Err(wrong("a cluster has no numbered databases"));
                }
                let nodes = hosts.split(',').map(|host| {
                    let user = if user.is_empty() { String::new() } else { format!("{user}@") };
                    let query = query.map(|query| format!("/?{query}")).unwrap_or_default();
                    node(scheme, &format!("{user}{host}{query}"))
                });
                Ok(Self::Cluster(nodes.collect::<Result<_, _>>()?))
            }
            _ => Err(wrong("its scheme is unknown")),
        }
    }

    pub(super) fn is_cluster(&self) -> bool {
        matches!(self, Self::Cluster(_))
    }

    /// For one server: what connects to it.
    pub(super) fn client(info: &ConnectionInfo, protocol: ProtocolVersion) -> redis::RedisResult<Client> {
        let settings = info.redis_settings().clone().set_protocol(protocol);
        Client::open(info.clone().set_redis_settings(settings))
    }

    /// For a cluster: what connects to it. Calls are tried again by the caller, not in here.
    pub(super) fn cluster(
        nodes: &[ConnectionInfo],
        options: &RedisOptions,
        response_timeout: std::time::Duration,
        pushes: Option<UnboundedSender<PushInfo>>,
    ) -> redis::RedisResult<ClusterClient> {
        let protocol = if pushes.is_some() { ProtocolVersion::RESP3 } else { ProtocolVersion::RESP2 };
        let mut builder = ClusterClientBuilder::new(nodes.iter().cloned())
            .connection_timeout(options.connect_timeout)
            .response_timeout(response_timeout)
            .overall_response_timeout(Some(response_timeout))
            .retries(3)
            .use_protocol(protocol);
        if let Some(pushes) = pushes {
            builder = builder.push_sender(pushes);
        }
        builder.build()
    }

    pub(super) fn config(
        options: &RedisOptions,
        response_timeout: std::time::Duration,
    ) -> AsyncConnectionConfig {
        AsyncConnectionConfig::new()
            .set_connection_timeout(Some(options.connect_timeout))
            .set_response_timeout(Some(response_timeout))
            .set_pipeline_buffer_size(1024)
    }
}

fn node(scheme: &str, rest: &str) -> Result<ConnectionInfo, AddressError> {
    // The library takes an address without a host for this machine; here it is more likely a slip.
    let url = url::Url::parse(&format!("{scheme}://{rest}")).map_err(wrong)?;
    if url.host_str().is_none_or(str::is_empty) {
        return Err(wrong("a host is missing"));
    }
    url.into_connection_info().map_err(|error| wrong(error.category()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_forms_are_understood() {
        for text in [
            "redis://127.0.0.1:6379",
            "redis://user:p%40ss@host/3",
            "rediss://host:6380",
            "redis://[::1]:7000",
        ] {
            assert!(matches!(Address::parse(text), Ok(Address::Single(_))), "{text}");
        }
        for (text, nodes) in [
            ("redis+cluster://a:7000", 1),
            ("redis+cluster://:secret@a:7000,b:7001,c", 3),
            ("rediss+cluster://user:secret@a:7000,b:7001/", 2),
        ] {
            let Ok(Address::Cluster(all)) = Address::parse(text) else { panic!("{text}") };
            assert_eq!(all.len(), nodes, "{text}");
            let secret = text.contains("secret").then_some("secret");
            assert!(all.iter().all(|node| node.redis_settings().password() == secret), "{text}");
        }
    }

    #[test]
    fn a_wrong_address_is_refused_without_its_password() {
        for text in [
            "",
            "host:6379",
            "http://host",
            "redis://",
            "redis+cluster://:hunter2@a:7000,:2",
            "redis://:hunter2@host:port",
        ] {
            let Err(error) = Address::parse(text) else { panic!("{text} was taken") };
            assert!(error.to_string().contains("redis+cluster://"), "{error}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }
}
