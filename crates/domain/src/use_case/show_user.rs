use std::sync::Arc;

use crate::{Error, User, UserId, ports::Users};

/// The user of a session.
pub struct ShowUser {
    users: Arc<dyn Users>,
}

impl ShowUser {
    /// With this port.
    #[must_use]
    pub fn new(users: Arc<dyn Users>) -> Self {
        Self { users }
    }

    /// The user with this id, or the one it means since a merge.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] where there is none: a session without a user opens nothing.
    pub async fn run(&self, id: UserId) -> Result<User, Error> {
        self.users.find(id).await?.ok_or(Error::Unauthenticated)
    }
}
