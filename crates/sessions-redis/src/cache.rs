//! Sessions at hand, for as long as nothing is known to have changed them.

use std::{
    sync::{
        PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use lru::LruCache;
use tokio::time::Instant;
use wechat_login_domain::{Session, TokenDigest};

/// However sure the feed is.
const LONGEST: Duration = Duration::from_secs(10);
/// Each with a lock of its own, so that threads do not wait for each other.
const SHARDS: usize = 64;
/// Sessions in a shard: 65,536 in all, some 700 bytes each.
const MOST: usize = 1024;

/// A bounded number of sessions, each known to be what the store holds: none is taken in unless nothing was said about it since before it
/// was asked for.
pub(crate) struct SessionCache {
    shards: [RwLock<Shard>; SHARDS],
    /// Odd while the feed is up; it never comes back to what it was.
    feed: AtomicU64,
}

/// What was known before a session was asked for.
pub(crate) struct Asked {
    feed: u64,
    invalidations: u64,
    at: Instant,
}

struct Shard {
    invalidations: u64,
    /// Only ever peeked at, so that the oldest is the next to go.
    entries: LruCache<TokenDigest, Entry>,
}

struct Entry {
    session: Session,
    asked_at: Instant,
}

impl SessionCache {
    /// Nothing is kept until the feed is up.
    pub(crate) fn new() -> Self {
        let shard = |_| {
            RwLock::new(Shard {
                invalidations: 0,
                entries: LruCache::unbounded(),
            })
        };
        Self {
            shards: std::array::from_fn(shard),
            feed: AtomicU64::new(0),
        }
    }

    /// The session, where it is at hand.
    pub(crate) fn get(&self, digest: &TokenDigest) -> Option<Session> {
        if !is_up(self.feed.load(Ordering::SeqCst)) {
            return None;
        }
        let shard = self.read(digest);
        let entry = shard.entries.peek(digest)?;
        (entry.asked_at.elapsed() < LONGEST).then(|| entry.session.clone())
    }

    /// To be noted before the store is asked; nothing while the feed is down.
    pub(crate) fn ask(&self, digest: &TokenDigest) -> Option<Asked> {
        let feed = self.feed.load(Ordering::SeqCst);
        is_up(feed).then(|| Asked {
            feed,
            invalidations: self.read(digest).invalidations,
            at: Instant::now(),
        })
    }

    /// Takes in what the store answered, unless something was said meanwhile: of this session or, for all we know, of this one.
    pub(crate) fn put(&self, digest: &TokenDigest, session: &Session, asked: &Asked) {
        let mut shard = self.write(digest);
        // Read under the lock: whoever takes the feed down empties the shards afterwards, under theirs.
        if self.feed.load(Ordering::SeqCst) != asked.feed || shard.invalidations != asked.invalidations {
            return;
        }
        let entry = Entry {
            session: session.clone(),
            asked_at: asked.at,
        };
        shard.entries.put(*digest, entry);
        let is_old = |entry: &Entry| entry.asked_at.elapsed() >= LONGEST;
        while shard.entries.len() > MOST || shard.entries.peek_lru().is_some_and(|(_, entry)| is_old(entry)) {
            shard.entries.pop_lru();
        }
    }

    /// This session may be another now.
    pub(crate) fn invalidate(&self, digest: &TokenDigest) {
        let mut shard = self.write(digest);
        shard.invalidations += 1;
        shard.entries.pop(digest);
    }

    /// Any session may be another now.
    pub(crate) fn invalidate_all(&self) {
        for shard in &self.shards {
            let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
            shard.invalidations += 1;
            shard.entries.clear();
        }
    }

    /// From now on changes are told.
    pub(crate) fn feed_is_up(&self) {
        let _before = self
            .feed
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |feed| {
                (!is_up(feed)).then_some(feed + 1)
            });
    }

    /// From now on changes may go untold. Says whether they were told until now.
    pub(crate) fn feed_is_lost(&self) -> bool {
        let was_up = self
            .feed
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |feed| {
                is_up(feed).then_some(feed + 1)
            });
        self.invalidate_all();
        was_up.is_ok()
    }

    fn read(&self, digest: &TokenDigest) -> RwLockReadGuard<'_, Shard> {
        self.shard(digest).read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, digest: &TokenDigest) -> RwLockWriteGuard<'_, Shard> {
        self.shard(digest).write().unwrap_or_else(PoisonError::into_inner)
    }

    fn shard(&self, digest: &TokenDigest) -> &RwLock<Shard> {
        &self.shards[usize::from(digest.as_bytes()[0]) % SHARDS]
    }
}

const fn is_up(feed: u64) -> bool {
    feed % 2 == 1
}

#[cfg(test)]
mod tests;
