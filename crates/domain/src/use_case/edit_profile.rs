use std::sync::Arc;

use crate::{
    Error, ProfileEdit, User, UserId,
    ports::{Clock, Users},
};

/// A user changes what they are called and look like.
pub struct EditProfile {
    users: Arc<dyn Users>,
    clock: Arc<dyn Clock>,
}

impl EditProfile {
    /// With these ports.
    #[must_use]
    pub fn new(users: Arc<dyn Users>, clock: Arc<dyn Clock>) -> Self {
        Self { users, clock }
    }

    /// Makes the change, if it is one, and gives the user as they are then.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] where there is no such user.
    pub async fn run(&self, id: UserId, edit: &ProfileEdit) -> Result<User, Error> {
        let user = if edit.is_empty() {
            self.users.find(id).await?
        } else {
            self.users.edit_profile(id, edit, self.clock.now()).await?
        };
        user.ok_or(Error::Unauthenticated)
    }
}
