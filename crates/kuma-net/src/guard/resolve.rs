//! Looking up names so that what was checked is what is connected to.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::allow::AllowList;
use super::check::check_resolved;

/// Finds the addresses of a name. The system's way, unless a test has another.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// All addresses of `host`, in the order to try them.
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The operating system's resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// A name has no addresses.
#[derive(Debug, thiserror::Error)]
#[error("there is no server of the name {host}")]
pub(super) struct Unresolved {
    pub host: String,
    #[source]
    pub cause: Option<io::Error>,
}

/// Looks a name up, checks every address of the answer, and hands exactly these to the connector. There is no second
/// look-up between the check and the connection that could give something else.
pub(super) struct GuardedResolver {
    pub lookup: Arc<dyn Lookup>,
    pub allow: Arc<AllowList>,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (lookup, allow) = (Arc::clone(&self.lookup), Arc::clone(&self.allow));
        Box::pin(async move {
            let host = name.as_str();
            let found = lookup.lookup(host).await;
            let addresses =
                found.map_err(|cause| Unresolved { host: host.to_owned(), cause: Some(cause) })?;
            if addresses.is_empty() {
                return Err(Unresolved { host: host.to_owned(), cause: None }.into());
            }
            check_resolved(host, &addresses, &allow)?;
            let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}
