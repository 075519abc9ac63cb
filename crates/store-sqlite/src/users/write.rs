//! What a login writes, each function a statement or a few in the transaction of its caller.

use diesel::{
    ExpressionMethods, OptionalExtension, QueryableByName, RunQueryDsl, SqliteConnection, insert_into,
    prelude::Insertable, sql_types::Integer,
};
use time::OffsetDateTime;
use wechat_login_domain::{
    AccountId, Bringing, NewMethod, Profile, UserId,
    resolve::{Joining, NewLinks, Owner, Owners, WRITTEN_EVERY},
};

use super::{
    keys,
    merging::{self, Relabelling},
    resolve::Login,
};
use crate::{
    failure::Failure,
    schema::{login_methods, users},
    sql::{Sql, Value},
    sql_types::{Id, Moment},
};

#[derive(Insertable)]
#[diesel(table_name = login_methods, treat_none_as_default_value = false)]
struct NewRow<'a> {
    kind: &'static str,
    realm: &'a str,
    identifier: &'a str,
    id: Id,
    user_id: Id,
    account: Id,
    sealed: Option<Vec<u8>>,
    linked_at: Moment,
    last_used_at: Moment,
}

/// A new user with all that was brought. The methods come first, as their key is what tells people apart.
pub(super) fn register(connection: &mut SqliteConnection, login: &Login) -> Result<(), Failure> {
    let user = UserId::generate(login.now, &*login.entropy);
    link(connection, &login.bringing(), user, NewLinks::EVERYTHING, None)?;
    let (id, now, profile) = (Id::from(user), Moment(login.now), &login.asked.profile);
    insert_into(users::table)
        .values((
            users::id.eq(id),
            users::root.eq(id),
            users::nickname.eq(&profile.nickname),
            users::avatar_url.eq(&profile.avatar_url),
            users::created_at.eq(now),
            users::updated_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// Writes down what WeChat tells of a user, but for what they said themselves.
pub(super) fn news(
    connection: &mut SqliteConnection,
    user: UserId,
    news: &Profile,
    now: OffsetDateTime,
) -> Result<(), Failure> {
    const NEWS: &str = "UPDATE users SET
            nickname = iif(nickname_is_own, nickname, coalesce(?, nickname)),
            avatar_url = iif(avatar_is_own, avatar_url, coalesce(?, avatar_url)),
            version = version + 1, updated_at = ?
         WHERE id = ? AND root = id";
    let values = [
        Value::OptionalText(news.nickname.as_deref()),
        Value::OptionalText(news.avatar_url.as_deref()),
        Value::Moment(Moment(now)),
        Value::Bytes(user.as_bytes()),
    ];
    Sql::new(NEWS, values).execute(connection)?;
    Ok(())
}

/// Links what is new to a user, in one statement.
pub(super) fn link(
    connection: &mut SqliteConnection,
    bringing: &Bringing<'_>,
    user: UserId,
    link: NewLinks,
    wechat_account: Option<AccountId>,
) -> Result<(), Failure> {
    if !link.any() {
        return Ok(());
    }
    let row = |NewMethod {
                   key,
                   id,
                   account,
                   sealed,
               }| NewRow {
        kind: key.kind.as_str(),
        realm: &key.realm,
        identifier: &key.identifier,
        id: id.into(),
        user_id: user.into(),
        account: account.into(),
        sealed,
        linked_at: Moment(bringing.now),
        last_used_at: Moment(bringing.now),
    };
    let new = bringing.new_methods(link, wechat_account);
    let new: Vec<_> = new.into_iter().map(row).collect();
    insert_into(login_methods::table)
        .values(new)
        .execute(connection)?;
    Ok(())
}

/// Makes two WeChat accounts of a user one.
pub(super) fn join(
    connection: &mut SqliteConnection,
    root: UserId,
    joining: Option<Joining>,
) -> Result<(), Failure> {
    const JOIN: &str = "UPDATE login_methods SET account = ?
         WHERE user_id IN (SELECT f.id FROM users f WHERE f.root = ?) AND account = ?";
    let Some(Joining { from, to }) = joining else {
        return Ok(());
    };
    let values = [to.as_bytes(), root.as_bytes(), from.as_bytes()].map(|id| Value::Bytes(id));
    Sql::new(JOIN, values).execute(connection)?;
    Ok(())
}

/// Writes down, at most once a day, that what was brought is in use.
pub(super) fn last_use(connection: &mut SqliteConnection, login: &Login) -> Result<(), Failure> {
    let text = format!(
        "UPDATE login_methods SET last_used_at = ?
         WHERE (kind, realm, identifier) IN (VALUES {}) AND last_used_at <= ?",
        keys::marks(login.brought.all().count())
    );
    let moments = [login.now, login.now - WRITTEN_EVERY].map(|moment| Value::Moment(Moment(moment)));
    let [now, a_day_ago] = moments;
    let values = [now]
        .into_iter()
        .chain(keys::values(login.brought.all()))
        .chain([a_day_ago]);
    Sql::new(text, values).execute(connection)?;
    Ok(())
}

/// Makes a user an alias of another, as the openid and the unionid of one WeChat account say.
pub(super) fn merge(
    connection: &mut SqliteConnection,
    login: &Login,
    owners: &Owners,
    (survivor, merged): (&Owner, &Owner),
) -> Result<(), Failure> {
    let (Some(by_openid), Some(by_unionid)) = (&owners.openid, &owners.unionid) else {
        return Err(Failure::BadRow("login_methods"));
    };
    let relabelling = Relabelling {
        user: by_openid.linked_to.into(),
        from: by_openid.account.into(),
        to: by_unionid.account.into(),
    };
    merging::write(
        connection,
        (survivor.user.id, merged.user.id),
        relabelling,
        login.now,
    )
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Integer)]
    found: i32,
}

/// Whether this conflict is on the operator's list since less than a day.
pub(super) fn conflict_was_seen(
    connection: &mut SqliteConnection,
    login: &Login,
    of_openid: UserId,
    of_unionid: UserId,
) -> Result<bool, Failure> {
    const SEEN: &str = "SELECT 1 AS found FROM conflicts
         WHERE openid_user = ? AND unionid_user = ? AND last_seen_at > ?";
    let values = [
        Value::Bytes(of_openid.as_bytes()),
        Value::Bytes(of_unionid.as_bytes()),
        Value::Moment(Moment(login.now - WRITTEN_EVERY)),
    ];
    let seen = Sql::new(SEEN, values)
        .get_result::<Found>(connection)
        .optional()?;
    Ok(seen.is_some_and(|seen| seen.found == 1))
}

/// Puts a conflict on the operator's list: one row for each pair of users, written at most once a day.
pub(super) fn conflict(
    connection: &mut SqliteConnection,
    login: &Login,
    of_openid: UserId,
    of_unionid: UserId,
) -> Result<(), Failure> {
    const CONFLICT: &str = "INSERT INTO conflicts
            (openid_user, unionid_user, app_id, open_platform, first_seen_at, last_seen_at)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (openid_user, unionid_user) DO UPDATE SET
            app_id = excluded.app_id, open_platform = excluded.open_platform,
            last_seen_at = excluded.last_seen_at, days = days + 1
         WHERE last_seen_at <= ?";
    let moment = |time| Value::Moment(Moment(time));
    let values = [
        Value::Bytes(of_openid.as_bytes()),
        Value::Bytes(of_unionid.as_bytes()),
        Value::Text(login.asked.app_id.as_str()),
        Value::Text(login.asked.open_platform.as_str()),
        moment(login.now),
        moment(login.now),
        moment(login.now - WRITTEN_EVERY),
    ];
    Sql::new(CONFLICT, values).execute(connection)?;
    Ok(())
}
