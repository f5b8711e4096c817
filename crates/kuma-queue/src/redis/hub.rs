//! The one connection of a process on which Redis calls: all subscriptions share it.
//!
//! It comes back by itself with all its channels, and then tells every listener, since what was
//! said meanwhile is lost. In a cluster the channels are sharded, each on the node of its run.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use redis::aio::ConnectionLike as _;
use redis::{ProtocolVersion, PushInfo, PushKind, RedisResult, Value};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior};

use super::address::Address;
use super::link::{Connection, Link, is_broken};

/// Whoever listens to a channel. Called one after the other, so it must be quick.
pub(super) trait Listener: Send + Sync {
    /// Somebody said this.
    fn heard(&self, words: &[u8]);
    /// Something may have been said that was not heard.
    fn missed(&self);
}

struct Entry {
    id: u64,
    listener: Weak<dyn Listener>,
}

type Channels = Mutex<HashMap<String, Entry>>;
type Confirmed = oneshot::Sender<()>;

enum Command {
    Listen(String, Confirmed),
    Leave(String),
}

/// How often a silent connection is asked whether it is still there.
const PING: Duration = Duration::from_secs(2);

/// Subscriptions.
#[derive(Clone)]
pub(super) struct Hub {
    channels: Arc<Channels>,
    commands: mpsc::UnboundedSender<Command>,
    ids: Arc<AtomicU64>,
    patience: Duration,
}

/// Keeps a channel open until it is dropped.
pub(super) struct Subscription {
    hub: Hub,
    channel: String,
    id: u64,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut channels = self.hub.lock();
        // Somebody may have taken the channel over meanwhile.
        if channels.get(&self.channel).is_some_and(|entry| entry.id == self.id) {
            channels.remove(&self.channel);
            drop(channels);
            // A hub that has ended has left every channel.
            self.hub.commands.send(Command::Leave(std::mem::take(&mut self.channel))).ok();
        }
    }
}

impl Hub {
    /// Listens in a background task that ends when the last clone of the hub is dropped.
    pub(super) fn start(link: &Link) -> Self {
        let (commands, inbox) = mpsc::unbounded_channel();
        let channels = Arc::<Channels>::default();
        let options = link.options();
        let patience = options.patience + options.connect_timeout;
        let ear = Ear { link: link.clone(), channels: channels.clone(), waiting: Vec::new() };
        tokio::spawn(ear.run(inbox));
        Self { channels, commands, ids: Arc::default(), patience }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Entry>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens to a channel: what is said from when this returns on is heard, unless the
    /// connection breaks. There is one listener for each channel; a new one replaces an old one.
    pub(super) async fn listen(
        &self,
        channel: String,
        listener: Weak<dyn Listener>,
    ) -> Result<Subscription, String> {
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        let subscription = Subscription { hub: self.clone(), channel: channel.clone(), id };
        self.lock().insert(channel.clone(), Entry { id, listener });
        let (confirmed, confirmation) = oneshot::channel();
        self.commands.send(Command::Listen(channel, confirmed)).map_err(|_| "it was shut down".to_owned())?;
        match tokio::time::timeout(self.patience, confirmation).await {
            Ok(Ok(())) => Ok(subscription),
            Ok(Err(_)) => Err("it was shut down".to_owned()),
            Err(_) => Err("Redis did not confirm a subscription in time".to_owned()),
        }
    }
}

/// The connection and what is done with it.
struct Ear {
    link: Link,
    channels: Arc<Channels>,
    /// Who waits to hear that a channel is open.
    waiting: Vec<Confirmed>,
}

/// Why a connection was left.
enum Left {
    Broken(String),
    NobodyIsInterested,
}

impl Ear {
    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Command>) {
        let mut pause = Duration::ZERO;
        let mut connected = true;
        loop {
            // Nothing is held up for those who need no subscriptions.
            let Some(first) = self.first_command(&mut inbox).await else { return };
            tokio::time::sleep(pause).await;
            let began = Instant::now();
            let why = match self.connect().await {
                Ok((connection, pushes)) => {
                    if !connected {
                        tracing::info!("Redis is back: listening again");
                    }
                    connected = true;
                    match self.listen(connection, pushes, first, &mut inbox).await {
                        Left::Broken(why) => why,
                        Left::NobodyIsInterested => return,
                    }
                }
                Err(error) => {
                    self.note(first);
                    error.to_string()
                }
            };
            if connected {
                tracing::warn!(why, "the connection on which Redis calls broke; making a new one");
            }
            connected = false;
            pause = if began.elapsed() > PING {
                Duration::ZERO
            } else {
                (pause * 2).clamp(Duration::from_millis(20), Duration::from_secs(1))
            };
        }
    }

    /// Waits until there is something to listen to. `None` when the hub is gone.
    async fn first_command(
        &mut self,
        inbox: &mut mpsc::UnboundedReceiver<Command>,
    ) -> Option<Option<Command>> {
        let idle = self.lock().is_empty() && self.waiting.is_empty();
        if idle { inbox.recv().await.map(Some) } else { Some(None) }
    }

    fn note(&mut self, command: Option<Command>) {
        if let Some(Command::Listen(_, confirmed)) = command {
            self.waiting.push(confirmed);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Entry>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn connect(&self) -> RedisResult<(Connection, mpsc::UnboundedReceiver<PushInfo>)> {
        let (sender, pushes) = mpsc::unbounded_channel();
        let options = self.link.options();
        let connection = match self.link.address() {
            Address::Single(info) => {
                let client = Address::client(info, ProtocolVersion::RESP3)?;
                let config = Address::config(options, options.response_timeout).set_push_sender(sender);
                Connection::Single(client.get_multiplexed_async_connection_with_config(&config).await?)
            }
            Address::Cluster(nodes) => {
                let client = Address::cluster(nodes, options, options.response_timeout, Some(sender))?;
                Connection::Cluster(client.get_async_connection().await?)
            }
        };
        Ok((connection, pushes))
    }

    /// Listens until the connection breaks.
    async fn listen(
        &mut self,
        mut connection: Connection,
        mut pushes: mpsc::UnboundedReceiver<PushInfo>,
        first: Option<Command>,
        inbox: &mut mpsc::UnboundedReceiver<Command>,
    ) -> Left {
        self.note(first);
        // Whoever is confirmed below is in the table by now.
        let confirm = std::mem::take(&mut self.waiting);
        let all: Vec<String> = self.lock().keys().cloned().collect();
        if let Err(error) = subscribe(&mut connection, &all, true).await {
            self.waiting = confirm;
            return Left::Broken(error.to_string());
        }
        for confirmed in confirm {
            confirmed.send(()).ok();
        }
        self.all_missed();

        let mut ping = tokio::time::interval(PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut commands = Vec::new();
        loop {
            let done = tokio::select! {
                biased;
                push = pushes.recv() => match push {
                    Some(push) => self.pushed(push, &mut connection).await,
                    None => return Left::Broken("it was closed".to_owned()),
                },
                count = inbox.recv_many(&mut commands, 1024) => {
                    if count == 0 {
                        return Left::NobodyIsInterested;
                    }
                    self.obey(&mut connection, &mut commands).await
                }
                _ = ping.tick() => connection.req_packed_command(&redis::cmd("PING")).await.map(|_| ()),
            };
            if let Err(error) = done {
                if is_broken(&error) {
                    return Left::Broken(error.to_string());
                }
                tracing::warn!(%error, "Redis refused a subscription");
                return Left::Broken(error.to_string());
            }
        }
    }

    /// Opens and leaves channels, as they are wanted now.
    async fn obey(&mut self, connection: &mut Connection, commands: &mut Vec<Command>) -> RedisResult<()> {
        let (mut open, mut leave, mut confirm) = (Vec::new(), Vec::new(), Vec::new());
        for command in commands.drain(..) {
            match command {
                Command::Listen(channel, confirmed) => {
                    open.push(channel);
                    confirm.push(confirmed);
                }
                Command::Leave(channel) => leave.push(channel),
            }
        }
        {
            let wanted = self.lock();
            leave.retain(|channel| !wanted.contains_key(channel));
            open.retain(|channel| wanted.contains_key(channel));
        }
        // Until all is done, those who wait are kept for the next connection.
        self.waiting = confirm;
        subscribe(connection, &open, true).await?;
        subscribe(connection, &leave, false).await?;
        for confirmed in self.waiting.drain(..) {
            confirmed.send(()).ok();
        }
        Ok(())
    }

    async fn pushed(&self, push: PushInfo, connection: &mut Connection) -> RedisResult<()> {
        match push.kind {
            PushKind::Message | PushKind::SMessage => {
                let mut data = push.data.into_iter();
                if let (Some(Value::BulkString(channel)), Some(Value::BulkString(words))) =
                    (data.next(), data.next())
                    && let Ok(channel) = std::str::from_utf8(&channel)
                {
                    let listener = self.lock().get(channel).and_then(|entry| entry.listener.upgrade());
                    if let Some(listener) = listener {
                        listener.heard(&words);
                    }
                }
            }
            // One node of a cluster, whose channels come back by themselves.
            PushKind::Disconnection if matches!(connection, Connection::Cluster(_)) => self.all_missed(),
            PushKind::Disconnection => {
                return Err(std::io::Error::new(std::io::ErrorKind::ConnectionReset, "it was cut").into());
            }
            // A run's channel may have moved to another node.
            PushKind::SUnsubscribe => {
                if let Some(Value::BulkString(channel)) = push.data.into_iter().next()
                    && let Ok(channel) = String::from_utf8(channel)
                    && self.lock().contains_key(&channel)
                {
                    subscribe(connection, &[channel], true).await?;
                    self.all_missed();
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn all_missed(&self) {
        let listeners: Vec<_> = self.lock().values().filter_map(|entry| entry.listener.upgrade()).collect();
        for listener in listeners {
            listener.missed();
        }
    }
}

async fn subscribe(connection: &mut Connection, channels: &[String], open: bool) -> RedisResult<()> {
    match connection {
        Connection::Single(connection) => {
            for part in channels.chunks(512) {
                if open {
                    connection.subscribe(part).await?;
                } else {
                    connection.unsubscribe(part).await?;
                }
            }
        }
        // Each may be on another node.
        Connection::Cluster(connection) => {
            let each = channels.iter().map(|channel| {
                let mut connection = connection.clone();
                async move {
                    if open {
                        connection.ssubscribe(channel).await
                    } else {
                        connection.sunsubscribe(channel).await
                    }
                }
            });
            futures::future::try_join_all(each).await?;
        }
    }
    Ok(())
}
