//! A Redis of a test's own, to be flushed, stopped and started again.

use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::world::until;

/// A server on loopback; it goes with the test.
pub(crate) struct Server {
    child: Child,
    folder: TempDir,
    port: u16,
    cluster: bool,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::start_as(false).await
    }

    /// A node of a cluster, still alone.
    pub(crate) async fn start_node() -> Self {
        Self::start_as(true).await
    }

    async fn start_as(cluster: bool) -> Self {
        for _ in 0..5 {
            let port = free_port(cluster);
            let folder = tempfile::tempdir().unwrap();
            let child = spawn(&folder, port, cluster);
            let mut server = Self { child, folder, port, cluster };
            if server.answers().await {
                return server;
            }
        }
        panic!("no Redis of the test's own came up");
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// A connection of the test's own.
    pub(crate) async fn raw(&self) -> redis::aio::MultiplexedConnection {
        redis::Client::open(self.url()).unwrap().get_multiplexed_async_connection().await.unwrap()
    }

    /// Whether it came up rather than ended, as it does when somebody has taken the port.
    async fn answers(&mut self) -> bool {
        let client = redis::Client::open(self.url()).unwrap();
        let child = &mut self.child;
        let mut up = false;
        until(async || {
            up = match client.get_multiplexed_async_connection().await {
                Ok(mut raw) => redis::cmd("PING").query_async::<String>(&mut raw).await.is_ok(),
                Err(_) => false,
            };
            up || child.try_wait().unwrap().is_some()
        })
        .await;
        up
    }

    pub(crate) async fn flush(&self) {
        redis::cmd("FLUSHALL").exec_async(&mut self.raw().await).await.unwrap();
    }

    /// Ends it at once, as when the machine goes. What it held is lost.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again on the same port, empty.
    pub(crate) async fn start_again(&mut self) {
        self.child = spawn(&self.folder, self.port, self.cluster);
        assert!(self.answers().await, "it did not come up again");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have been ended by the test.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn free_port(cluster: bool) -> u16 {
    loop {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        // Nodes talk to each other on a port 10,000 higher.
        if !cluster || (port < 55_000 && TcpListener::bind((Ipv4Addr::LOCALHOST, port + 10_000)).is_ok()) {
            return port;
        }
    }
}

fn spawn(folder: &TempDir, port: u16, cluster: bool) -> Child {
    let mut command = Command::new("redis-server");
    command.arg("--bind").arg("127.0.0.1").arg("--port").arg(port.to_string());
    command.arg("--dir").arg(folder.path()).arg("--save").arg("").arg("--appendonly").arg("no");
    if cluster {
        command.arg("--cluster-enabled").arg("yes").arg("--cluster-node-timeout").arg("2000");
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("redis-server is needed: install Redis 7, or run `make test`, which does")
}
