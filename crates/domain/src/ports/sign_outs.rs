use async_trait::async_trait;
use time::OffsetDateTime;

use crate::{PortError, Revocation, RevokedBecause, TokenDigest, UserId};

/// Signs users out everywhere. Ending sessions, here, is to raise the generation of the user and of everybody who was merged into them, and
/// to put a [`Revocation::User`] for each of them on the record.
#[async_trait]
pub trait SignOuts: Send + Sync {
    /// Ends a user's sessions, and gives the rows that it put on the record: none where there is no such user. A merged user's id MUST mean
    /// the survivor, and it MUST be one transaction.
    ///
    /// # Errors
    /// [`PortError`] where the database did not answer: it may be done then, whole.
    async fn end_sessions(&self, ending: &SessionsEnding) -> Result<Vec<Revocation>, PortError>;
}

/// Which sessions end, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionsEnding {
    /// Whose.
    pub user_id: UserId,
    /// The one that goes on.
    pub except: Option<TokenDigest>,
    /// Why.
    pub because: RevokedBecause,
    /// When no store can hold any of them any more.
    pub bars_until: OffsetDateTime,
}
