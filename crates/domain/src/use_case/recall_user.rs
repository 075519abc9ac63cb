use std::sync::Arc;

use crate::{Error, RecalledUsers, User, UserId, ports::Users};

/// The user of a session, for whoever asks with every request: as they were a second ago at most, or, while
/// the database does not answer, as they were when it did.
pub struct RecallUser {
    users: Arc<RecalledUsers>,
}

impl RecallUser {
    /// Of these users.
    #[must_use]
    pub const fn new(users: Arc<RecalledUsers>) -> Self {
        Self { users }
    }

    /// The user, where nothing needs to be asked.
    #[must_use]
    pub fn at_hand(&self, id: UserId) -> Option<Arc<User>> {
        self.users.user.at_hand(id)
    }

    /// The user with this id, or the one it means since a merge.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] where there is none: a session without a user opens nothing.
    pub async fn run(&self, id: UserId) -> Result<Arc<User>, Error> {
        let users = Arc::clone(&self.users);
        self.users
            .user
            .get(id, || async move { users.find(id).await })
            .await
    }

    /// What nobody waits for: it finds out whether the database is back. Where it is away, one of those who were answered all the same is
    /// given this to do, twice a second.
    #[must_use]
    pub fn look_again(&self, id: UserId) -> Option<impl Future<Output = ()> + Send + use<>> {
        let users = self
            .users
            .user
            .is_to_look_again()
            .then(|| Arc::clone(&self.users))?;
        Some(async move {
            let asked = Arc::clone(&users);
            // What becomes of it is remembered.
            let _known = users.user.look(id, || async move { asked.find(id).await }).await;
        })
    }
}
