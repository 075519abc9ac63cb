//! Two users that are one person: who of them is left.

use crate::{User, UserId, UserState};

/// Why two users are not made one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeRefusal {
    /// They are one already.
    SameUser,
    /// An operator disabled this one, or they are closing the account: it would be undone, or spread.
    Barred(UserId),
}

/// The survivor and the other: the older is left, and of two of one moment the one with the lower id.
///
/// # Errors
/// [`MergeRefusal`] where they stay as they are.
pub fn decide(one: &User, other: &User) -> Result<(UserId, UserId), MergeRefusal> {
    if one.id == other.id {
        return Err(MergeRefusal::SameUser);
    }
    if let Some(barred) = [one, other].iter().find(|user| user.state != UserState::Active) {
        return Err(MergeRefusal::Barred(barred.id));
    }
    let age = |user: &User| (user.created_at, user.id);
    Ok(if age(one) <= age(other) {
        (one.id, other.id)
    } else {
        (other.id, one.id)
    })
}
