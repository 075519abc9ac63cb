//! How keys of login methods are spelt in SQL.

use wechat_login_domain::MethodKey;

use crate::sql::Value;

/// A row with a `?` for each of the [`values`] of so many of them.
pub(super) fn marks(keys: usize) -> String {
    vec!["(?, ?, ?)"; keys].join(", ")
}

pub(super) fn values<'a>(keys: impl IntoIterator<Item = &'a MethodKey>) -> impl Iterator<Item = Value<'a>> {
    keys.into_iter()
        .flat_map(|key| [key.kind.as_str(), &key.realm, &key.identifier].map(Value::Text))
}
