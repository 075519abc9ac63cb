use std::sync::Arc;

use crate::{AppName, Apps, Error, ExternalId, LoginMethodKind, UserAccount, UserId, ports::Users};

/// How a backend names a user.
#[derive(Clone, Debug)]
pub enum AccountReference {
    /// By our id, or a former one.
    Id(UserId),
    /// By the company's own id.
    External(ExternalId),
}

/// A user with their ways in, for a backend.
pub struct ShowAccount {
    users: Arc<dyn Users>,
    apps: Apps,
}

impl ShowAccount {
    /// With these ports.
    #[must_use]
    pub fn new(users: Arc<dyn Users>, apps: Apps) -> Self {
        Self { users, apps }
    }

    /// The user, as far as a backend of these apps may know them; `None` is a backend of all apps. A user who never came through one of
    /// a backend's apps is nobody to it, and neither are their openids elsewhere.
    ///
    /// # Errors
    /// [`Error::UserNotFound`] where there is none.
    pub async fn run(
        &self,
        reference: &AccountReference,
        visible_apps: Option<&[AppName]>,
    ) -> Result<UserAccount, Error> {
        let found = match reference {
            AccountReference::Id(id) => self.users.find_account(*id).await?,
            AccountReference::External(id) => self.users.find_account_by_external_id(id).await?,
        };
        let mut account = found.ok_or(Error::UserNotFound)?;
        let Some(visible) = visible_apps else {
            return Ok(account);
        };
        let is_of_visible_app = |app_id: &str| {
            self.apps
                .iter()
                .any(|app| app.app_id.as_str() == app_id && visible.contains(&app.name))
        };
        account.methods.retain(|method| {
            method.kind != LoginMethodKind::WeChatOpenId || is_of_visible_app(&method.realm)
        });
        if account
            .methods
            .iter()
            .any(|method| method.kind == LoginMethodKind::WeChatOpenId)
        {
            Ok(account)
        } else {
            Err(Error::UserNotFound)
        }
    }
}
