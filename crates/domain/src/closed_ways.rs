use std::collections::HashMap;

use time::OffsetDateTime;

use crate::{OpenIdDigest, RevokedBecause, Session, UserId};

/// Ways in that users have given up, as far as sessions that were opened through them may still be about.
#[derive(Debug, Default)]
pub(crate) struct ClosedWays(HashMap<UserId, Vec<ClosedWay>>);

#[derive(Clone, Copy, Debug)]
pub(crate) struct ClosedWay {
    pub(crate) openid: OpenIdDigest,
    /// The first generation that is good again: the user may have linked it anew.
    pub(crate) generation: i32,
    pub(crate) because: RevokedBecause,
    pub(crate) bars_until: OffsetDateTime,
}

impl ClosedWays {
    pub(crate) fn record(&mut self, user_id: UserId, closed: ClosedWay) {
        let theirs = self.0.entry(user_id).or_default();
        match theirs.iter_mut().find(|known| known.openid == closed.openid) {
            Some(known) if known.generation >= closed.generation => {}
            Some(known) => *known = closed,
            None => theirs.push(closed),
        }
    }

    pub(crate) fn into_all(self) -> impl Iterator<Item = (UserId, ClosedWay)> {
        let theirs = |(user_id, theirs): (UserId, Vec<ClosedWay>)| {
            theirs.into_iter().map(move |closed| (user_id, closed))
        };
        self.0.into_iter().flat_map(theirs)
    }

    pub(crate) fn forget_ended(&mut self, now: OffsetDateTime) {
        self.0.retain(|_, theirs| {
            theirs.retain(|closed| closed.bars_until > now);
            !theirs.is_empty()
        });
    }

    pub(crate) fn bars(&self, session: &Session) -> Option<RevokedBecause> {
        let theirs = self.0.get(&session.user_id)?;
        let openid = OpenIdDigest::of(&session.openid);
        let closed = theirs.iter().find(|closed| closed.openid == openid)?;
        (session.generation < closed.generation).then_some(closed.because)
    }
}
