use std::sync::Arc;

use crate::{
    Error, UserAccount, UserId,
    ports::{Clock, Users},
    recall::Recall,
};

/// The user of a session with all their ways in, for whoever asks with every request: as they were a second ago at most, or, while
/// the database does not answer, as they were when it did.
pub struct RecallAccount {
    users: Arc<dyn Users>,
    recall: Recall<UserAccount>,
}

impl RecallAccount {
    /// With these ports.
    #[must_use]
    pub fn new(users: Arc<dyn Users>, clock: Arc<dyn Clock>) -> Self {
        Self {
            users,
            recall: Recall::new(clock),
        }
    }

    /// The user, where nothing needs to be asked.
    #[must_use]
    pub fn at_hand(&self, id: UserId) -> Option<Arc<UserAccount>> {
        self.recall.at_hand(id)
    }

    /// The user with this id, or the one it means since a merge.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] where there is none: a session without a user opens nothing.
    pub async fn run(&self, id: UserId) -> Result<Arc<UserAccount>, Error> {
        let users = Arc::clone(&self.users);
        self.recall
            .get(id, || async move { users.find_account(id).await })
            .await
    }
}
