use async_trait::async_trait;
use time::OffsetDateTime;

use crate::{
    AppId, ExternalId, OpenPlatform, PortError, ScopeChange, User, UserAccount, UserId, UserReference,
    import::{ImportOutcome, ImportedUser},
    merge::MergeRefusal,
    ports::SignOuts,
};

/// What operators, and backends that are trusted like them, do to users. Apart from [`crate::ports::Users`], because nothing that a login
/// holds may be able to do any of it.
///
/// Wherever a user's id is taken, a merged user's MUST mean the survivor, except where a method says otherwise. Ending sessions is what
/// [`SignOuts`] says it is; it MUST be one transaction with whatever else the method does.
#[async_trait]
pub trait Administration: SignOuts {
    /// Everybody whom one of these means, each MUST come once, with all their login methods. Openids and unionids MUST be found at whatever
    /// app or Open Platform account they are, configured or not, and without a walk through all login methods.
    ///
    /// # Errors
    /// [`PortError`] where the database did not answer.
    async fn find_accounts(&self, references: &[UserReference]) -> Result<Vec<UserAccount>, PortError>;

    /// Disables an active user and ends all their sessions; one who is disabled already loses their sessions again, which does no harm. A
    /// closing or closed user MUST stay as they are. Gives the user as they are then.
    ///
    /// # Errors
    /// [`PortError`] where the database did not answer: it may be done then, whole.
    async fn disable(
        &self,
        id: UserId,
        bars_until: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Option<User>, PortError>;

    /// Lets a disabled user sign in again; any other MUST stay as they are, and no session comes back. Gives the user as they are then.
    ///
    /// # Errors
    /// [`PortError`] where the database did not answer: it may be done then.
    async fn enable(&self, id: UserId, now: OffsetDateTime) -> Result<Option<User>, PortError>;

    /// Changes what a user may do: two changes at once MUST both count. Gives the user as they are then.
    ///
    /// # Errors
    /// [`PortError`] where the database did not answer: it may be done then.
    async fn change_scopes(
        &self,
        id: UserId,
        change: &ScopeChange,
        now: OffsetDateTime,
    ) -> Result<Option<User>, PortError>;

    /// Sets the company's own id of a user, or takes it away. One that a merged user had MUST come over to the survivor.
    ///
    /// # Errors
    /// [`PortError`] where the database did not answer: it may be done then.
    async fn set_external_id(
        &self,
        id: UserId,
        external_id: Option<&ExternalId>,
        now: OffsetDateTime,
    ) -> Result<ExternalIdChange, PortError>;

    /// Every conflict that was kept and is none yet again: where both users have become one, there is nothing left to decide. The one that
    /// was seen last comes first.
    ///
    /// # Errors
    /// [`PortError`] where the database did not answer.
    async fn conflicts(&self) -> Result<Vec<Conflict>, PortError>;

    /// Makes one user of two, by the rule of [`crate::merge::decide`], as a login does it: all or nothing, with the alias on the record, and
    /// with enough written down to undo it. Where a kept conflict says which openid and which unionid are one WeChat account, and there is
    /// one such pair only, they MUST be one account from then on. What [`Profile::or_inherited`](crate::Profile::or_inherited) says the survivor
    /// MUST get, but for what they said themselves.
    ///
    /// # Errors
    /// [`PortError`] where the database did not answer: it may be done then, whole.
    async fn merge(&self, one: UserId, other: UserId, now: OffsetDateTime) -> Result<Merging, PortError>;

    /// Undoes the last merge of `merged`, which is taken as it stands: a former id. Whoever moved with them goes back too, in the state that
    /// they were in; a disabled survivor's stay disabled.
    ///
    /// On the record each of them MUST mean again whom they meant before (an alias of a user to themselves takes their alias back), behind
    /// every alias that was recorded earlier. The sessions of the survivor end, for [`crate::RevokedBecause::Kicked`]: some of them were opened with
    /// the login methods that go back, and none of them says which. Those from before the merge name their own user, and go on with them.
    ///
    /// # Errors
    /// [`PortError`] where the database did not answer: it may be done then, whole.
    async fn undo_merge(
        &self,
        merged: UserId,
        bars_until: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Undoing, PortError>;

    /// Takes these people over, by the rule of [`crate::import::decide`] and in this order, and says of each what became of it. It MUST be
    /// one transaction, in which a later row sees what an earlier one did, and doing it again MUST change nothing.
    ///
    /// # Errors
    /// [`PortError`] where the database did not answer: it may be done then, whole.
    async fn import(
        &self,
        people: &[ImportedUser],
        now: OffsetDateTime,
    ) -> Result<Vec<ImportOutcome>, PortError>;
}

/// An openid and a unionid of one person that are two users'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Who was signed in.
    pub of_openid: UserId,
    /// The other.
    pub of_unionid: UserId,
    /// The app that it was seen at last.
    pub app_id: AppId,
    /// That app's Open Platform account.
    pub open_platform: OpenPlatform,
    /// When it was seen first.
    pub first_seen_at: OffsetDateTime,
    /// When it was seen last, to the day.
    pub last_seen_at: OffsetDateTime,
    /// On how many days it was seen.
    pub days: u32,
}

/// What became of a change of the external id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExternalIdChange {
    /// It is done; the user as they are then.
    Done(Box<User>),
    /// It is another user's.
    Taken,
    /// There is no such user.
    NotFound,
}

/// What became of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merging {
    /// The two are one.
    Merged {
        /// Who they are.
        survivor: Box<User>,
        /// Whose id means the survivor now.
        merged: UserId,
    },
    /// Nothing was changed.
    Refused(MergeRefusal),
    /// There is no user with this id.
    NotFound(UserId),
}

/// What became of the undoing of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undoing {
    /// The one is two again.
    Undone {
        /// Who went back: with their own former ids.
        restored: Box<User>,
        /// Who is left.
        survivor: Box<User>,
    },
    /// This user is no former id of anybody.
    NotMerged,
    /// The survivor is closing the account, or has: what of them is left is theirs to forget.
    Closing,
    /// There is no user with this id.
    NotFound,
}
