//! Taking a way in from a user: whole, and never the last one.

use time::OffsetDateTime;

use crate::{
    LoginMethod, LoginMethodId, LoginMethodKind, OpenId, OpenIdDigest, Revocation, RevokedBecause, UserId,
    WayIn, WayInKind,
};

/// What is to be unlinked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unlinking {
    /// Whose.
    pub user_id: UserId,
    /// Any login method of the way in.
    pub method: LoginMethodId,
    /// Whether somebody who has lost their WeChat account comes back with their phone alone ([`crate::resolve::PhoneJoins::Link`]): only
    /// then a phone is something that a user can be left with.
    pub phone_leads_in: bool,
    /// When no store can hold any session that was opened until now.
    pub bars_until: OffsetDateTime,
}

/// Why nothing was unlinked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnlinkRefusal {
    /// The user has no such way in.
    NotFound,
    /// It is the last one that leads in.
    Last,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unlinked {
    /// It is nobody's any more.
    Done {
        /// The login methods that were removed.
        removed: Vec<LoginMethod>,
        /// What was put on the record.
        recorded: Vec<Revocation>,
    },
    /// Nothing was changed.
    Refused(UnlinkRefusal),
}

/// The rule: which of a user's login methods go.
///
/// # Errors
/// [`UnlinkRefusal`] where none does.
pub fn decide(methods: &[LoginMethod], asked: &Unlinking) -> Result<WayIn, UnlinkRefusal> {
    let has_it = |way: &WayIn| way.methods.iter().any(|method| method.id == asked.method);
    let (going, left): (Vec<_>, Vec<_>) = WayIn::all(methods).into_iter().partition(has_it);
    let going = going.into_iter().next().ok_or(UnlinkRefusal::NotFound)?;
    let leads_in = |way: &WayIn| asked.phone_leads_in || way.kind == WayInKind::WeChat;
    if left.iter().any(leads_in) {
        Ok(going)
    } else {
        Err(UnlinkRefusal::Last)
    }
}

/// A day of use that must not go with a way in, and the phones that take it over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bequest {
    /// When the user came last.
    pub last_used_at: OffsetDateTime,
    /// Those of the user's phones that stay.
    pub phones: Vec<LoginMethodId>,
}

/// What the phones that stay take over from a way in that goes. Whether a number may have changed hands is told by when its user came last
/// ([`crate::resolve::Owners::phones_user_came_at`]), and they did come by what goes: without it they might be locked out at once.
#[must_use]
pub fn bequeath(methods: &[LoginMethod], going: &WayIn) -> Option<Bequest> {
    let (gone, left): (Vec<_>, Vec<_>) = methods.iter().partition(|method| going.methods.contains(method));
    let last_used_at = gone.iter().map(|method| method.last_used_at).max()?;
    let is_known = left.iter().any(|method| method.last_used_at >= last_used_at);
    let phones = left.iter().filter(|method| method.kind == LoginMethodKind::Phone);
    let phones: Vec<_> = phones.map(|method| method.id).collect();
    (!is_known && !phones.is_empty()).then_some(Bequest { last_used_at, phones })
}

/// What ends the sessions that were opened through a way in: for the user and each former id, with the generation that it has been raised
/// to in the same transaction, a row for each openid. A login that found the user before, and keeps its session after, carries the
/// generation before; sessions that other ways in opened carry other openids.
#[must_use]
pub fn record(way: &WayIn, raised: &[(UserId, i32)], bars_until: OffsetDateTime) -> Vec<Revocation> {
    let openids = way
        .methods
        .iter()
        .filter(|method| method.kind == LoginMethodKind::WeChatOpenId)
        .filter_map(|method| OpenId::parse(&method.identifier).ok());
    openids
        .flat_map(|openid| {
            raised
                .iter()
                .map(move |&(user_id, generation)| Revocation::WayIn {
                    user_id,
                    openid: OpenIdDigest::of(&openid),
                    generation,
                    because: RevokedBecause::Unlinked,
                    bars_until,
                })
        })
        .collect()
}
