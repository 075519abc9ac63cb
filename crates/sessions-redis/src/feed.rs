//! Word of every session that changes, from the servers themselves: what a cache of sessions lives by. And of news on the record of
//! revocations, which other instances announce here.
//!
//! One connection per master, none of which does anything else. The client's own ways to connect again are not for this: they forget
//! that they were tracking, and then hear nothing without a word of it.

use std::{sync::Arc, time::Duration};

use deadpool_redis::redis::{
    Client, ConnectionInfo, ErrorKind, ProtocolVersion, PushInfo, PushKind, RedisError, RedisResult, Value,
    aio::{MultiplexedConnection, SendError},
    cmd,
};
use futures_util::future::try_join_all;
use tokio::{
    runtime::Handle,
    sync::{
        Notify,
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    },
    time::{Instant, MissedTickBehavior, interval, sleep},
};
use wechat_login_domain::TokenDigest;

use crate::{
    keys::Keys,
    masters::{Masters, addresses},
    opener::limits,
};

/// A server that hangs says nothing, so it is asked.
const BEAT: Duration = Duration::from_millis(500);
/// How often the masters are looked up again.
const LOOK_UP: Duration = Duration::from_secs(5);
/// Before a lost feed is begun anew.
const PAUSE: Duration = Duration::from_millis(100);
/// The same, where the server refuses what it allowed before.
const LONG_PAUSE: Duration = Duration::from_mins(1);

/// What a feed says. Nothing may be taken from a cache but between [`FeedEvent::Up`] and [`FeedEvent::Lost`], and what is in it at
/// [`FeedEvent::Lost`] must go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedEvent {
    /// From now on every change is told.
    Up,
    /// This session was written, removed or has gone.
    Invalidated(TokenDigest),
    /// All sessions may have changed.
    AllInvalidated,
    /// There may be something new on the record of revocations.
    RevocationNews,
    /// Changes may go untold.
    Lost,
}

/// Begins a feed, which lasts until the receiver is dropped. The receiver ends by itself where the servers offered no tracking from the
/// beginning.
pub(crate) fn begin(runtime: &Handle, masters: Arc<Masters>, keys: Keys) -> UnboundedReceiver<FeedEvent> {
    let (events, receiver) = unbounded_channel();
    let feed = Feed {
        masters,
        keys,
        events,
    };
    runtime.spawn(feed.run());
    receiver
}

struct Feed {
    masters: Arc<Masters>,
    keys: Keys,
    events: UnboundedSender<FeedEvent>,
}

impl Feed {
    async fn run(self) {
        let mut was_up = false;
        let mut is_refused = false;
        while !self.events.is_closed() {
            let outcome = self.follow(&mut was_up).await;
            let refused = outcome.as_ref().err().filter(|error| offers_no_tracking(error));
            let pause = match (refused, &outcome) {
                (Some(error), _) if !was_up => {
                    tracing::warn!(
                        error = error as &dyn std::error::Error,
                        "Redis does not tell of changes: sessions are not cached"
                    );
                    return;
                }
                // Rights may be given back, and a proxy or another server may have gone between.
                (Some(error), _) => {
                    if !std::mem::replace(&mut is_refused, true) {
                        tracing::warn!(
                            error = error as &dyn std::error::Error,
                            "Redis does not tell of changes any more: sessions are not cached until it does"
                        );
                    }
                    LONG_PAUSE
                }
                (None, Err(error)) => {
                    tracing::debug!(
                        error = error as &dyn std::error::Error,
                        "the feed cannot be begun"
                    );
                    PAUSE
                }
                (None, Ok(())) => {
                    is_refused = false;
                    PAUSE
                }
            };
            tokio::select! {
                () = sleep(pause) => {}
                () = self.events.closed() => {}
            }
        }
    }

    /// Hears all masters until one of them is lost or is not a master any more.
    async fn follow(&self, was_up: &mut bool) -> RedisResult<()> {
        let masters = self.masters.look_up().await?;
        let gone = Arc::new(Notify::new());
        let opening = masters.iter().map(|master| self.track(master, &gone));
        let connections = try_join_all(opening).await?;
        self.say(FeedEvent::Up);
        *was_up = true;
        tokio::select! {
            () = gone.notified() => {}
            () = self.watch(&connections, &masters) => {}
            () = self.events.closed() => {}
        }
        self.say(FeedEvent::Lost);
        Ok(())
    }

    async fn track(&self, master: &ConnectionInfo, gone: &Arc<Notify>) -> RedisResult<MultiplexedConnection> {
        let settings = master
            .redis_settings()
            .clone()
            .set_protocol(ProtocolVersion::RESP3);
        let client = Client::open(master.clone().set_redis_settings(settings))?;
        let (keys, events, gone) = (self.keys.clone(), self.events.clone(), Arc::clone(gone));
        let hear = move |push: PushInfo| {
            if push.kind == PushKind::Disconnection {
                gone.notify_one();
                return Ok(());
            }
            let mut told = changes(&keys, &push).into_iter();
            told.try_for_each(|event| events.send(event).map_err(|_nobody_listens| SendError))
        };
        let config = limits().set_push_sender(hear);
        let mut connection = client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        let mut track = cmd("CLIENT");
        track
            .arg("TRACKING")
            .arg("ON")
            .arg("BCAST")
            .arg("PREFIX")
            .arg(self.keys.all_sessions())
            .arg("PREFIX")
            .arg(self.keys.revocation_news());
        let () = track.query_async(&mut connection).await?;
        Ok(connection)
    }

    /// Returns when a master does not answer in time, or when there are others.
    async fn watch(&self, connections: &[MultiplexedConnection], masters: &[ConnectionInfo]) {
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut looked_up = Instant::now();
        loop {
            beat.tick().await;
            let ping = |connection: &MultiplexedConnection| {
                let mut connection = connection.clone();
                async move { cmd("PING").query_async::<Value>(&mut connection).await }
            };
            if try_join_all(connections.iter().map(ping)).await.is_err() {
                return;
            }
            if looked_up.elapsed() >= LOOK_UP {
                match self.masters.look_up().await {
                    Ok(now) if addresses(&now) == addresses(masters) => looked_up = Instant::now(),
                    Ok(_) | Err(_) => return,
                }
            }
        }
    }

    fn say(&self, event: FeedEvent) {
        let _unless_nobody_listens = self.events.send(event);
    }
}

fn changes(keys: &Keys, push: &PushInfo) -> Vec<FeedEvent> {
    if push.kind != PushKind::Invalidate {
        return Vec::new();
    }
    match push.data.as_slice() {
        [Value::Array(names)] => names.iter().map(|name| change(keys, name)).collect(),
        // After FLUSHALL there are no names.
        _ => vec![FeedEvent::AllInvalidated],
    }
}

fn change(keys: &Keys, name: &Value) -> FeedEvent {
    let Value::BulkString(name) = name else {
        return FeedEvent::AllInvalidated;
    };
    match keys.digest_of(name) {
        Some(digest) => FeedEvent::Invalidated(digest),
        None if *name == keys.revocation_news().into_bytes() => FeedEvent::RevocationNews,
        None => FeedEvent::AllInvalidated,
    }
}

/// So do older servers and proxies, and those whose rights do not go so far: it will not get better by trying again soon.
fn offers_no_tracking(error: &RedisError) -> bool {
    // "ERR" is anything, among it that there are too many connections just now.
    let is_busy = error
        .detail()
        .is_some_and(|detail| detail.contains("max number of clients"));
    error.kind() == ErrorKind::RESP3NotSupported
        || !is_busy && matches!(error.code(), Some("ERR" | "NOPERM" | "NOPROTO"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(data: Vec<Value>) -> Vec<FeedEvent> {
        let push = PushInfo {
            kind: PushKind::Invalidate,
            data,
        };
        changes(&Keys::new("wl:"), &push)
    }

    #[test]
    fn what_cannot_be_read_may_be_anything() {
        let digest = TokenDigest::from_bytes([0xab; 32]);
        let name = Value::BulkString(Keys::new("wl:").session(&digest).into_bytes());
        let strange = Value::BulkString(b"wl:session:xyz".to_vec());
        assert_eq!(
            heard(vec![Value::Array(vec![name, strange])]),
            [FeedEvent::Invalidated(digest), FeedEvent::AllInvalidated]
        );
        let news = Value::BulkString(b"wl:revocation:news".to_vec());
        assert_eq!(heard(vec![Value::Array(vec![news])]), [FeedEvent::RevocationNews]);
        assert_eq!(heard(vec![Value::Nil]), [FeedEvent::AllInvalidated]);
    }
}
