//! What a login writes.

use diesel::{QueryableByName, sql_types::BigInt};
use time::OffsetDateTime;
use wechat_login_domain::{
    AccountId, Keyring, LoginMethodId, LoginMethodKind, Phone, Purpose, UserId, resolve::NewLinks,
};

use super::{
    brought::Identifier,
    resolve::{Login, WRITTEN_EVERY},
};
use crate::{
    failure::Failure,
    lease::Lease,
    sql::{Sql, Value},
    sql_types::Moment,
};

const EVERYTHING: NewLinks = NewLinks {
    openid: true,
    unionid: true,
    phone: true,
};

pub(super) struct NewMethod<'a> {
    pub(super) identifier: &'a Identifier,
    pub(super) id: LoginMethodId,
    pub(super) account: AccountId,
    pub(super) sealed: Option<Vec<u8>>,
}

/// What is new to a user, the openid first: all logins ask for keys in the same order.
fn new_methods<'a>(
    login: &'a Login<'_>,
    link: NewLinks,
    wechat_account: Option<AccountId>,
) -> Vec<NewMethod<'a>> {
    let new_account = || AccountId::generate(login.now, login.entropy);
    let of_wechat = wechat_account.unwrap_or_else(new_account);
    let brought = &login.brought;
    let wanted = [
        (link.openid, Some(&brought.openid), of_wechat),
        (link.unionid, brought.unionid.as_ref(), of_wechat),
        // A phone is a way in of its own.
        (link.phone, brought.phone(), new_account()),
    ];
    wanted
        .into_iter()
        .filter_map(|(is_new, identifier, account)| Some((identifier.filter(|_| is_new)?, account)))
        .map(|(identifier, account)| NewMethod {
            identifier,
            id: LoginMethodId::generate(login.now, login.entropy),
            account,
            sealed: sealed(login, identifier),
        })
        .collect()
}

/// The number of a login by phone.
fn sealed(login: &Login<'_>, identifier: &Identifier) -> Option<Vec<u8>> {
    let is_phone = identifier.kind == LoginMethodKind::Phone;
    let phone = login.asked.phone.as_ref().filter(|_| is_phone)?;
    Some(seal(phone, &identifier.text, login.keyring))
}

/// A phone's number; whoever was to exchange two rows' numbers would find that they do not open.
pub(super) fn seal(phone: &Phone, identifier: &str, keyring: &Keyring) -> Vec<u8> {
    let context: &[&[u8]] = &[identifier.as_bytes()];
    keyring.seal(Purpose::Phone, context, phone.expose().as_bytes())
}

/// Inserts all of them for a user in one statement, and then does what is said of those that are there already.
pub(super) async fn insert(
    lease: &mut Lease,
    user: UserId,
    new: &[NewMethod<'_>],
    now: OffsetDateTime,
    where_known: &str,
) -> Result<(), Failure> {
    let text = format!(
        "INSERT INTO login_methods
            (kind, realm, identifier, id, user_id, account, sealed, linked_at, last_used_at)
         VALUES {}{where_known}",
        vec!["(?, ?, ?, ?, ?, ?, ?, ?, ?)"; new.len()].join(", ")
    );
    let now = || Value::Moment(Moment(now));
    let values = new.iter().flat_map(|method| {
        [
            Value::Text(method.identifier.kind.as_str()),
            Value::Text(&method.identifier.realm),
            Value::Text(&method.identifier.text),
            Value::Bytes(method.id.as_bytes()),
            Value::Bytes(user.as_bytes()),
            Value::Bytes(method.account.as_bytes()),
            Value::OptionalBytes(method.sealed.as_deref()),
            now(),
            now(),
        ]
    });
    lease.execute(&Sql::new(text, values)).await?;
    Ok(())
}

/// Inserts everything that was brought and locks what of it is somebody's already, which is left as it is.
pub(super) async fn claim(lease: &mut Lease, login: &Login<'_>, user: UserId) -> Result<(), Failure> {
    let new = new_methods(login, EVERYTHING, None);
    let where_known = " ON DUPLICATE KEY UPDATE user_id = user_id";
    insert(lease, user, &new, login.now, where_known).await
}

/// Links what is new to a user, all of it or nothing. `false` where somebody else was quicker.
pub(super) async fn link(
    lease: &mut Lease,
    login: &Login<'_>,
    user: UserId,
    link: NewLinks,
    wechat_account: Option<AccountId>,
) -> Result<bool, Failure> {
    if !link.any() {
        return Ok(true);
    }
    let new = new_methods(login, link, wechat_account);
    match insert(lease, user, &new, login.now, "").await {
        Ok(()) => Ok(true),
        Err(failure) if failure.is_duplicate() => Ok(false),
        Err(failure) => Err(failure),
    }
}

/// Writes down that what was brought is in use.
pub(super) async fn last_use(lease: &mut Lease, login: &Login<'_>) -> Result<(), Failure> {
    let text = format!(
        "UPDATE login_methods SET last_used_at = ? WHERE {} AND last_used_at <= ?",
        login.brought.condition()
    );
    let [now, a_day_ago] = [login.now, login.now - WRITTEN_EVERY].map(|at| Value::Moment(Moment(at)));
    let values = [now].into_iter().chain(login.brought.values()).chain([a_day_ago]);
    lease.execute(&Sql::new(text, values)).await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    found: i64,
}

/// Puts a conflict on the operator's list: one row for each pair of users, written at most once a day.
pub(super) async fn conflict(
    lease: &mut Lease,
    login: &Login<'_>,
    of_openid: UserId,
    of_unionid: UserId,
) -> Result<(), Failure> {
    const SEEN: &str = "SELECT 1 AS found FROM conflicts
         WHERE openid_user = ? AND unionid_user = ? AND last_seen_at > ?";
    // The day comes last: what stands before it still reads the old one.
    const CONFLICT: &str = "INSERT INTO conflicts
            (openid_user, unionid_user, app_id, open_platform, first_seen_at, last_seen_at)
         VALUES (?, ?, ?, ?, ?, ?)
         ON DUPLICATE KEY UPDATE
            app_id = IF(last_seen_at <= ?, VALUES(app_id), app_id),
            open_platform = IF(last_seen_at <= ?, VALUES(open_platform), open_platform),
            days = days + (last_seen_at <= ?),
            last_seen_at = IF(last_seen_at <= ?, VALUES(last_seen_at), last_seen_at)";
    let pair = || [of_openid.as_bytes(), of_unionid.as_bytes()].map(|id| Value::Bytes(id));
    let now = || Value::Moment(Moment(login.now));
    let a_day_ago = || Value::Moment(Moment(login.now - WRITTEN_EVERY));
    let seen = Sql::new(SEEN, pair().into_iter().chain([a_day_ago()]));
    if lease.load::<Found>(&seen).await?.iter().any(|row| row.found == 1) {
        return Ok(());
    }
    let place = [
        Value::Text(login.asked.app_id.as_str()),
        Value::Text(login.asked.open_platform.as_str()),
    ];
    let times = [now(), now(), a_day_ago(), a_day_ago(), a_day_ago(), a_day_ago()];
    let values = pair().into_iter().chain(place).chain(times);
    lease.execute(&Sql::new(CONFLICT, values)).await?;
    Ok(())
}
