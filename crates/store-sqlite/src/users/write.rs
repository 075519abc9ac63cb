//! What a login writes, each function a statement or a few in the transaction of its caller.

use diesel::{
    ExpressionMethods, OptionalExtension, QueryableByName, RunQueryDsl, SqliteConnection, insert_into,
    prelude::Insertable, sql_types::Integer,
};
use time::OffsetDateTime;
use wechat_login_domain::{
    AccountId, Keyring, LoginMethodId, LoginMethodKind, Phone, Purpose, UserId,
    ports::Entropy,
    resolve::{Joining, NewLinks, Owner, Owners},
};

use super::{
    brought::{Brought, Identifier},
    merging::{self, Relabelling},
    resolve::{Login, WRITTEN_EVERY},
};
use crate::{
    failure::Failure,
    schema::{login_methods, users},
    sql::{Sql, Value},
    sql_types::{Id, Moment},
};

#[derive(Insertable)]
#[diesel(table_name = login_methods, treat_none_as_default_value = false)]
pub(super) struct NewMethod<'a> {
    pub(super) kind: &'static str,
    pub(super) realm: &'a str,
    pub(super) identifier: &'a str,
    pub(super) id: Id,
    pub(super) user_id: Id,
    pub(super) account: Id,
    pub(super) sealed: Option<Vec<u8>>,
    pub(super) linked_at: Moment,
    pub(super) last_used_at: Moment,
}

/// What somebody brought, and what it takes to make it theirs.
pub(super) struct Bringing<'a> {
    pub(super) brought: &'a Brought,
    pub(super) now: OffsetDateTime,
    pub(super) keyring: &'a Keyring,
    pub(super) entropy: &'a dyn Entropy,
}

impl<'a> Bringing<'a> {
    fn method(&self, user: UserId, account: AccountId, identifier: &'a Identifier) -> NewMethod<'a> {
        let is_phone = identifier.kind == LoginMethodKind::Phone;
        let number = self.brought.number.as_ref().filter(|_| is_phone);
        NewMethod {
            kind: identifier.kind.as_str(),
            realm: &identifier.realm,
            identifier: &identifier.text,
            id: LoginMethodId::generate(self.now, self.entropy).into(),
            user_id: user.into(),
            account: account.into(),
            sealed: number.map(|phone| seal(phone, identifier, self.keyring)),
            linked_at: Moment(self.now),
            last_used_at: Moment(self.now),
        }
    }

    fn new_account(&self) -> AccountId {
        AccountId::generate(self.now, self.entropy)
    }
}

/// A phone's number; whoever was to exchange two rows' numbers would find that they do not open.
pub(super) fn seal(phone: &Phone, identifier: &Identifier, keyring: &Keyring) -> Vec<u8> {
    let context: &[&[u8]] = &[identifier.text.as_bytes()];
    keyring.seal(Purpose::Phone, context, phone.expose().as_bytes())
}

/// A new user with all that was brought. The methods come first, as their key is what tells people apart.
pub(super) fn register(connection: &mut SqliteConnection, login: &Login) -> Result<(), Failure> {
    let user = UserId::generate(login.now, &*login.entropy);
    let everything = NewLinks {
        openid: true,
        unionid: true,
        phone: true,
    };
    link(connection, &login.bringing(), user, everything, None)?;
    let (id, now) = (Id::from(user), Moment(login.now));
    insert_into(users::table)
        .values((
            users::id.eq(id),
            users::root.eq(id),
            users::created_at.eq(now),
            users::updated_at.eq(now),
        ))
        .execute(connection)?;
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
    let of_wechat = wechat_account.unwrap_or_else(|| bringing.new_account());
    let brought = bringing.brought;
    let wanted = [
        (link.openid, brought.openid.as_ref(), of_wechat),
        (link.unionid, brought.unionid.as_ref(), of_wechat),
        // A phone is a way in of its own.
        (link.phone, brought.phone(), bringing.new_account()),
    ];
    let new: Vec<_> = wanted
        .into_iter()
        .filter_map(|(is_new, identifier, account)| Some((identifier.filter(|_| is_new)?, account)))
        .map(|(identifier, account)| bringing.method(user, account, identifier))
        .collect();
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
        login.brought.marks()
    );
    let moments = [login.now, login.now - WRITTEN_EVERY].map(|moment| Value::Moment(Moment(moment)));
    let [now, a_day_ago] = moments;
    let values = [now].into_iter().chain(login.brought.values()).chain([a_day_ago]);
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
