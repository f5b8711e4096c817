//! One shared connection to Redis that comes back by itself.
//!
//! Calls from everywhere share it: it carries many at once, in order. Nothing that waits at the
//! server may use it; for that there is [`Link::apart`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster_async::ClusterConnection;
use redis::{
    Cmd, ErrorKind, FromRedisValue, Pipeline, ProtocolVersion, RedisError, RedisFuture, RedisResult,
};
use redis::{ServerErrorKind, Value};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::address::Address;
use super::lua::Script;
use super::options::RedisOptions;

/// A connection, to one server or to a cluster.
#[derive(Clone)]
pub(super) enum Connection {
    Single(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::Single(connection) => connection.req_packed_command(cmd),
            Self::Cluster(connection) => connection.req_packed_command(cmd),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::Single(connection) => connection.req_packed_commands(pipeline, offset, count),
            Self::Cluster(connection) => connection.req_packed_commands(pipeline, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::Single(connection) => connection.get_db(),
            Self::Cluster(connection) => connection.get_db(),
        }
    }
}

/// What is there to talk through at the moment.
#[derive(Default)]
struct Slot {
    connection: Option<(u64, Connection)>,
    /// When connecting failed last, so that a thousand callers do not try one after the other.
    failed: Option<(Instant, RedisError)>,
}

struct Inner {
    address: Address,
    options: RedisOptions,
    slot: Mutex<Slot>,
    generation: AtomicU64,
}

/// The shared connection.
#[derive(Clone)]
pub(super) struct Link(Arc<Inner>);

/// After a failed try, callers share its outcome for so long.
const BREATH: Duration = Duration::from_millis(100);

impl Link {
    pub(super) fn new(address: Address, options: RedisOptions) -> Self {
        Self(Arc::new(Inner { address, options, slot: Mutex::default(), generation: AtomicU64::new(0) }))
    }

    pub(super) fn options(&self) -> &RedisOptions {
        &self.0.options
    }

    pub(super) fn address(&self) -> &Address {
        &self.0.address
    }

    /// How something is said on a channel: in a cluster, on the channel's node alone.
    pub(super) fn publish_word(&self) -> &'static str {
        if self.0.address.is_cluster() { "SPUBLISH" } else { "PUBLISH" }
    }

    /// A connection of the caller's own, for commands that wait up to `wait` at the server.
    pub(super) async fn apart(&self, wait: Duration) -> RedisResult<Connection> {
        self.connect(wait + self.0.options.response_timeout).await
    }

    async fn connect(&self, response_timeout: Duration) -> RedisResult<Connection> {
        let options = &self.0.options;
        match &self.0.address {
            Address::Single(info) => {
                let client = Address::client(info, ProtocolVersion::RESP2)?;
                let config = Address::config(options, response_timeout);
                let connection = client.get_multiplexed_async_connection_with_config(&config).await?;
                Ok(Connection::Single(connection))
            }
            Address::Cluster(nodes) => {
                let client = Address::cluster(nodes, options, response_timeout, None)?;
                let connecting =
                    tokio::time::timeout(options.connect_timeout * 2, client.get_async_connection());
                let connection =
                    connecting.await.map_err(|_| late("the cluster did not answer in time"))??;
                Ok(Connection::Cluster(connection))
            }
        }
    }

    async fn connection(&self) -> RedisResult<(u64, Connection)> {
        let mut slot = self.0.slot.lock().await;
        if let Some((generation, connection)) = &slot.connection {
            return Ok((*generation, connection.clone()));
        }
        if let Some((at, error)) = &slot.failed
            && at.elapsed() < BREATH
        {
            return Err(error.clone());
        }
        match self.connect(self.0.options.response_timeout).await {
            Ok(connection) => {
                let generation = self.0.generation.fetch_add(1, Ordering::Relaxed);
                slot.connection = Some((generation, connection.clone()));
                slot.failed = None;
                Ok((generation, connection))
            }
            Err(error) => {
                slot.failed = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    /// Gives a connection up that did not do its work, unless somebody has already.
    async fn give_up(&self, generation: u64) {
        let mut slot = self.0.slot.lock().await;
        if slot.connection.as_ref().is_some_and(|(known, _)| *known == generation) {
            slot.connection = None;
        }
    }

    async fn once(&self, cmd: &Cmd) -> RedisResult<Value> {
        let (generation, mut connection) = self.connection().await?;
        let answer = connection.req_packed_command(cmd).await.and_then(Value::extract_error);
        if answer.as_ref().is_err_and(is_broken) {
            self.give_up(generation).await;
        }
        answer
    }

    /// Sends a command that may safely be sent twice; tries again while Redis is away.
    pub(super) async fn call<T: FromRedisValue>(&self, cmd: &Cmd) -> RedisResult<T> {
        let until = Instant::now() + self.0.options.patience;
        let mut pause = Duration::from_millis(20);
        loop {
            match self.once(cmd).await {
                Err(error) if is_away(&error) && Instant::now() + pause < until => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_millis(500));
                }
                answer => return Ok(T::from_redis_value(answer?)?),
            }
        }
    }

    /// Runs a script that may safely be run twice.
    pub(super) async fn run<T: FromRedisValue>(
        &self,
        script: &Script,
        keys: &[&str],
        args: &[&[u8]],
    ) -> RedisResult<T> {
        match self.call(&script.command(keys, args)).await {
            Err(error) if is_no_script(&error) => self.call(&script.whole_command(keys, args)).await,
            answer => answer,
        }
    }

    /// Sends many commands in one go, each group in its order, and gives an answer for each. Tried
    /// once: whoever calls knows what may be sent twice.
    pub(super) async fn batch(&self, groups: &[Vec<Cmd>]) -> RedisResult<Vec<Vec<RedisResult<Value>>>> {
        let (generation, mut connection) = self.connection().await?;
        let answers = match &mut connection {
            Connection::Single(single) => pipeline(single, groups).await,
            Connection::Cluster(cluster) => Ok(scatter(cluster, groups).await),
        };
        let broken = match &answers {
            Err(error) => is_broken(error),
            Ok(answers) => answers.iter().flatten().any(|answer| answer.as_ref().is_err_and(is_broken)),
        };
        if broken {
            self.give_up(generation).await;
        }
        answers
    }
}

async fn pipeline(
    connection: &mut MultiplexedConnection,
    groups: &[Vec<Cmd>],
) -> RedisResult<Vec<Vec<RedisResult<Value>>>> {
    let count = groups.iter().map(Vec::len).sum();
    if count == 0 {
        return Ok(groups.iter().map(|_| Vec::new()).collect());
    }
    let mut all = Pipeline::with_capacity(count);
    for cmd in groups.iter().flatten() {
        all.add_command(cmd.clone());
    }
    let mut answers = connection.req_packed_commands(&all, 0, count).await?.into_iter();
    let of_group = |group: &Vec<Cmd>| {
        let missing = || Err(late("an answer is missing"));
        group.iter().map(|_| answers.next().map_or_else(missing, Value::extract_error)).collect()
    };
    Ok(groups.iter().map(of_group).collect())
}

/// In a cluster, commands go to their nodes one by one, those of different groups at once.
async fn scatter(connection: &ClusterConnection, groups: &[Vec<Cmd>]) -> Vec<Vec<RedisResult<Value>>> {
    let of_group = |group: &'_ Vec<Cmd>| {
        let mut connection = connection.clone();
        let group = group.clone();
        async move {
            let mut answers = Vec::with_capacity(group.len());
            for cmd in &group {
                answers.push(connection.req_packed_command(cmd).await.and_then(Value::extract_error));
            }
            answers
        }
    };
    futures::future::join_all(groups.iter().map(of_group)).await
}

fn late(what: &'static str) -> RedisError {
    std::io::Error::new(std::io::ErrorKind::TimedOut, what).into()
}

/// The connection is of no more use.
pub(super) fn is_broken(error: &RedisError) -> bool {
    error.is_io_error()
        || error.is_unrecoverable_error()
        // After a failover, the old address may be a replica's.
        || error.kind() == ErrorKind::Server(ServerErrorKind::ReadOnly)
}

/// Redis may answer when asked again.
pub(super) fn is_away(error: &RedisError) -> bool {
    is_broken(error) && error.kind() != ErrorKind::AuthenticationFailed
        || matches!(
            error.kind(),
            ErrorKind::Server(
                ServerErrorKind::BusyLoading
                    | ServerErrorKind::ClusterDown
                    | ServerErrorKind::MasterDown
                    | ServerErrorKind::TryAgain
                    | ServerErrorKind::Moved
                    | ServerErrorKind::Ask
            )
        )
}

pub(super) fn is_no_script(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)
}

pub(super) fn is_no_group(error: &RedisError) -> bool {
    error.code() == Some("NOGROUP")
}
