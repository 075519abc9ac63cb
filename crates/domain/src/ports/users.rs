use async_trait::async_trait;
use time::OffsetDateTime;

use crate::{
    ExternalId, PortError, ProfileEdit, User, UserAccount, UserId,
    link::{Linking, NewWayIn},
    resolve::{Identification, Resolution},
    unlink::{Unlinked, Unlinking},
};

/// Users and their login methods.
#[async_trait]
pub trait Users: Send + Sync {
    /// Finds or registers the user that WeChat identified, by the rule of [`crate::resolve::decide`], in one atomic step: it does all that
    /// the rule says or nothing, and any number of first logins of one person at once MUST give one user and fail none.
    /// Identifiers MUST compare bytewise. Days of use are written at most once a day. Of [`Identification::profile`] a new user MUST get all, and
    /// a known one whom it lets in, after a merge with what [`Profile::or_inherited`](crate::Profile::or_inherited) says, what [`Profile::news_of`](crate::Profile::news_of) says, and nothing of what they said themselves.
    ///
    /// # Errors
    /// [`PortError`] where the database did not answer.
    async fn resolve(&self, asked: &Identification, now: OffsetDateTime) -> Result<Resolution, PortError>;

    /// Makes what WeChat proved a way in of the user that this id means, by the rule of [`crate::link::decide`], in one atomic step, and gives
    /// them as they are then. What is new MUST be kept under the id that the rule says, which may be a former one: it goes where that goes when
    /// a merge is undone. Of any number of users who want the same at once exactly one MUST get it. Doing it again MUST change nothing.
    ///
    /// # Errors
    /// [`PortError`] where the database did not answer: it may be done then, whole.
    async fn link(&self, to: UserId, new: &NewWayIn, now: OffsetDateTime) -> Result<Linking, PortError>;

    /// Takes a way in from the user that the id means, by the rule of [`crate::unlink::decide`], former ids' included, in one transaction that
    /// locks the user before it counts what is left. What [`crate::unlink::bequeath`] says MUST become of the phones that stay. It MUST raise the generation of the user and of everybody who was merged into them, and
    /// put what [`crate::unlink::record`] says on the record. No login that is under way MAY leave anything of the way in with the user.
    ///
    /// # Errors
    /// [`PortError`] where the database did not answer: it may be done then, whole.
    async fn unlink(&self, asked: &Unlinking) -> Result<Unlinked, PortError>;

    /// The user that this id means; a merged user's MUST find the survivor.
    ///
    /// # Errors
    /// [`PortError`] where the database did not answer.
    async fn find(&self, id: UserId) -> Result<Option<User>, PortError>;

    /// As [`Users::find`], with all login methods, those of former ids too.
    ///
    /// # Errors
    /// [`PortError`] where the database did not answer.
    async fn find_account(&self, id: UserId) -> Result<Option<UserAccount>, PortError>;

    /// As [`Users::find_account`], by the company's own id.
    ///
    /// # Errors
    /// [`PortError`] where the database did not answer.
    async fn find_account_by_external_id(&self, id: &ExternalId) -> Result<Option<UserAccount>, PortError>;

    /// Changes what the user set about themselves, and gives the user as they are then. From then on WeChat MUST NOT overwrite it.
    ///
    /// # Errors
    /// [`PortError`] where the database did not answer.
    async fn edit_profile(
        &self,
        id: UserId,
        edit: &ProfileEdit,
        now: OffsetDateTime,
    ) -> Result<Option<User>, PortError>;
}
