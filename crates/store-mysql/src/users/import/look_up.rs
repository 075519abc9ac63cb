use std::collections::BTreeSet;

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Binary, Datetime, Nullable, Text},
};
use wechat_login_domain::{
    ExternalId, LoginMethodKind, MethodKey,
    import::{Known, KnownUser},
};

use super::LISTED;
use crate::{
    failure::Failure,
    lease::Lease,
    sql::{Sql, Value},
    sql_types::{Id, Moment},
};

/// What [`KnownRow`] reads of `r`, a user that is its own root.
const KNOWN_COLUMNS: &str = "r.id, r.external_id, r.created_at, r.nickname IS NOT NULL AS has_nickname, \
     r.state = 'active' AS is_active";

#[derive(QueryableByName)]
struct KnownRow {
    #[diesel(sql_type = Binary)]
    id: Id,
    #[diesel(sql_type = Nullable<Text>)]
    external_id: Option<String>,
    #[diesel(sql_type = Datetime)]
    created_at: Moment,
    #[diesel(sql_type = BigInt)]
    has_nickname: i64,
    #[diesel(sql_type = BigInt)]
    is_active: i64,
}

impl TryFrom<KnownRow> for KnownUser {
    type Error = Failure;

    fn try_from(row: KnownRow) -> Result<Self, Failure> {
        Ok(Self {
            id: row.id.user(),
            external_id: row.external_id.map(|id| external_id(&id)).transpose()?,
            created_at: row.created_at.0,
            has_nickname: row.has_nickname == 1,
            is_active: row.is_active == 1,
        })
    }
}

#[derive(QueryableByName)]
struct MethodRow {
    #[diesel(sql_type = Text)]
    identifier: String,
    #[diesel(sql_type = Binary)]
    account: Id,
    #[diesel(embed)]
    user: KnownRow,
}

#[derive(QueryableByName)]
struct ExternalIdRow {
    #[diesel(sql_type = Text)]
    asked: String,
    #[diesel(embed)]
    user: KnownRow,
}

/// Whose these are. A list of identifiers for each kind and realm: not a list of rows, for which some servers use no key.
pub(super) async fn methods(lease: &mut Lease, keys: &BTreeSet<&MethodKey>) -> Result<Known, Failure> {
    let mut known = Known::default();
    let keys: Vec<_> = keys.iter().copied().collect();
    for keys in keys.chunk_by(|a, b| (a.kind, &a.realm) == (b.kind, &b.realm)) {
        for keys in keys.chunks(LISTED) {
            some_methods(lease, keys, &mut known).await?;
        }
    }
    Ok(known)
}

async fn some_methods(lease: &mut Lease, keys: &[&MethodKey], known: &mut Known) -> Result<(), Failure> {
    let Some(MethodKey { kind, realm, .. }) = keys.first() else {
        return Ok(());
    };
    let text = format!(
        "SELECT m.identifier, m.account, {KNOWN_COLUMNS}
         FROM login_methods m FORCE INDEX (PRIMARY)
         STRAIGHT_JOIN users u ON u.id = m.user_id
         STRAIGHT_JOIN users r ON r.id = u.root
         WHERE m.kind = ? AND m.realm = ? AND m.identifier IN ({})",
        marks(keys.len())
    );
    let values = [Value::Text(kind.as_str()), Value::Text(realm)];
    let identifiers = listed(keys).map(|key| Value::Text(&key.identifier));
    let sql = Sql::of_many(text, values.into_iter().chain(identifiers), is_usual(keys.len()));
    for row in lease.load::<MethodRow>(&sql).await? {
        let (kind, realm): (LoginMethodKind, _) = (*kind, realm.clone());
        let key = MethodKey {
            kind,
            realm,
            identifier: row.identifier,
        };
        let user = KnownUser::try_from(row.user)?;
        known.link(key, row.account.account(), user.id);
        known.add(user);
    }
    Ok(())
}

/// Whom these mean.
pub(super) async fn external_ids(
    lease: &mut Lease,
    external_ids: &BTreeSet<&str>,
    known: &mut Known,
) -> Result<(), Failure> {
    let external_ids: Vec<_> = external_ids.iter().copied().collect();
    for asked in external_ids.chunks(LISTED) {
        let text = format!(
            "SELECT u.external_id AS asked, {KNOWN_COLUMNS}
             FROM users u FORCE INDEX (users_by_external_id) STRAIGHT_JOIN users r ON r.id = u.root
             WHERE u.external_id IN ({})",
            marks(asked.len())
        );
        let values = listed(asked).map(|id| Value::Bytes(id.as_bytes()));
        for row in lease
            .load::<ExternalIdRow>(&Sql::of_many(text, values, is_usual(asked.len())))
            .await?
        {
            let user = KnownUser::try_from(row.user)?;
            known.add_external_id(external_id(&row.asked)?, user.id);
            known.add(user);
        }
    }
    Ok(())
}

fn external_id(text: &str) -> Result<ExternalId, Failure> {
    ExternalId::parse(text).map_err(Failure::bad_row("users"))
}

/// Whether a list of so many is made as long as the usual ones.
const fn is_usual(count: usize) -> bool {
    count > LISTED / 4
}

/// A `?` for each of [`listed`].
fn marks(count: usize) -> String {
    let count = if is_usual(count) { LISTED } else { count };
    vec!["?"; count].join(", ")
}

/// All of them, the last one again and again where the list is to be longer.
fn listed<T>(values: &[T]) -> impl Iterator<Item = &T> {
    let more = if is_usual(values.len()) {
        LISTED - values.len()
    } else {
        0
    };
    values.iter().chain(values.last().into_iter().cycle().take(more))
}
