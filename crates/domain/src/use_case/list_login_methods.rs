use std::sync::Arc;

use crate::{AppId, AppName, Apps, Error, LoginMethodKind, UserId, WayIn, ports::Users};

/// What ways in a user has.
pub struct ListLoginMethods {
    users: Arc<dyn Users>,
    apps: Apps,
}

/// A way in, and where it was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedWayIn {
    /// The way in.
    pub way: WayIn,
    /// The apps that it was used with, as far as they are still served; a phone has none.
    pub apps: Vec<AppName>,
}

impl ListLoginMethods {
    /// With these ports.
    #[must_use]
    pub fn new(users: Arc<dyn Users>, apps: Apps) -> Self {
        Self { users, apps }
    }

    /// The user's ways in, the one that was linked first comes first.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] where there is no such user.
    pub async fn run(&self, id: UserId) -> Result<Vec<ListedWayIn>, Error> {
        let account = self.users.find_account(id).await?;
        let account = account.ok_or(Error::Unauthenticated)?;
        Ok(list(&account.methods, &self.apps))
    }
}

/// These login methods as their owner sees them.
pub(super) fn list(methods: &[crate::LoginMethod], apps: &Apps) -> Vec<ListedWayIn> {
    let ways = WayIn::all(methods).into_iter();
    ways.map(|way| {
        let openids = way
            .methods
            .iter()
            .filter(|method| method.kind == LoginMethodKind::WeChatOpenId);
        let served = openids.filter_map(|method| {
            let app_id = AppId::parse(&method.realm).ok()?;
            apps.by_app_id(&app_id).map(|app| app.name.clone())
        });
        ListedWayIn {
            apps: served.collect(),
            way,
        }
    })
    .collect()
}
