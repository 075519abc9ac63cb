//! How keys of login methods are spelt in SQL.

use wechat_login_domain::MethodKey;

use crate::sql::Value;

/// What is true of the rows of so many of them, with a `?` for each of their [`values`]. Not a list of rows, for which some servers use no
/// key.
pub(super) fn condition(keys: usize) -> String {
    let one = "(kind = ? AND realm = ? AND identifier = ?)";
    format!("({})", vec![one; keys].join(" OR "))
}

pub(super) fn values<'a>(keys: impl IntoIterator<Item = &'a MethodKey>) -> impl Iterator<Item = Value<'a>> {
    keys.into_iter()
        .flat_map(|key| [key.kind.as_str(), &key.realm, &key.identifier].map(Value::Text))
}
