//! What a login writes.

use diesel::{QueryableByName, sql_types::BigInt};
use time::OffsetDateTime;
use wechat_login_domain::{
    AccountId, Bringing, MethodKey, NewMethod, Profile, User, UserId,
    resolve::{Joining, NewLinks, WRITTEN_EVERY},
};

use super::{keys, resolve::Login};
use crate::{
    failure::Failure,
    lease::Lease,
    sql::{Sql, Value},
    sql_types::Moment,
};

/// Whose login methods become.
pub(super) enum Whose<'a> {
    /// This user's, whom the transaction has locked, or whose survivor, or who is not there yet.
    Of(UserId),
    /// This user's, as long as one of these still is: it is looked for and kept from going in the same statement.
    WhileThereIs(&'a [&'a MethodKey], UserId),
}

impl Whose<'_> {
    const fn user(&self) -> &UserId {
        match self {
            Self::Of(user) | Self::WhileThereIs(_, user) => user,
        }
    }

    /// The user of the first row: nobody, which no row may have, where there is none left. (The table itself cannot be looked into while it
    /// is inserted into; with a limit no server makes this the same as that.)
    fn first(&self) -> String {
        match self {
            Self::Of(_) => "?".to_owned(),
            Self::WhileThereIs(leading, _) => format!(
                "(SELECT g.user_id FROM (SELECT user_id FROM login_methods WHERE {} AND user_id = ?
                     LIMIT 1 LOCK IN SHARE MODE) g)",
                keys::condition(leading.len())
            ),
        }
    }

    fn values_of_first(&self) -> impl Iterator<Item = Value<'_>> {
        let leading = match self {
            Self::Of(_) => [].as_slice(),
            Self::WhileThereIs(leading, _) => leading,
        };
        keys::values(leading.iter().copied()).chain([Value::Bytes(self.user().as_bytes())])
    }
}

/// Inserts all of them for a user in one statement, and then does what is said of those that are there already.
pub(super) async fn insert(
    lease: &mut Lease,
    whose: &Whose<'_>,
    new: &[NewMethod<'_>],
    now: OffsetDateTime,
    where_known: &str,
) -> Result<(), Failure> {
    let row = |user: &str| format!("(?, ?, ?, ?, {user}, ?, ?, ?, ?)");
    let rows = [row(&whose.first())]
        .into_iter()
        .chain(new.iter().skip(1).map(|_| row("?")));
    let text = format!(
        "INSERT INTO login_methods
            (kind, realm, identifier, id, user_id, account, sealed, linked_at, last_used_at)
         VALUES {}{where_known}",
        rows.collect::<Vec<_>>().join(", ")
    );
    let now = || Value::Moment(Moment(now));
    let mut values = Vec::new();
    for (n, method) in new.iter().enumerate() {
        values.extend(keys::values([method.key]));
        values.push(Value::Bytes(method.id.as_bytes()));
        if n == 0 {
            values.extend(whose.values_of_first());
        } else {
            values.push(Value::Bytes(whose.user().as_bytes()));
        }
        values.extend([
            Value::Bytes(method.account.as_bytes()),
            Value::OptionalBytes(method.sealed.as_deref()),
            now(),
            now(),
        ]);
    }
    lease.execute(&Sql::new(text, values)).await?;
    Ok(())
}

/// Inserts everything that was brought and locks what of it is somebody's already, which is left as it is.
pub(super) async fn claim(lease: &mut Lease, login: &Login<'_>, user: UserId) -> Result<(), Failure> {
    let new = login.bringing().new_methods(NewLinks::EVERYTHING, None);
    let where_known = " ON DUPLICATE KEY UPDATE user_id = user_id";
    insert(lease, &Whose::Of(user), &new, login.now, where_known).await
}

/// Links what is new to a user, all of it or nothing. `false` where somebody else was quicker, or what led to the user is theirs no longer.
pub(super) async fn link(
    lease: &mut Lease,
    bringing: &Bringing<'_>,
    whose: &Whose<'_>,
    link: NewLinks,
    wechat_account: Option<AccountId>,
) -> Result<bool, Failure> {
    if !link.any() {
        return Ok(true);
    }
    let new = bringing.new_methods(link, wechat_account);
    match insert(lease, whose, &new, bringing.now, "").await {
        Ok(()) => Ok(true),
        Err(failure) if failure.is_duplicate() || failure.is_nobodys() => Ok(false),
        Err(failure) => Err(failure),
    }
}

/// Makes two WeChat accounts of a user one.
pub(super) async fn join(
    lease: &mut Lease,
    user: &User,
    Joining { from, to }: Joining,
) -> Result<(), Failure> {
    let ids = 1 + user.former_ids.len();
    let text = format!(
        "UPDATE login_methods SET account = ? WHERE user_id IN ({}) AND account = ?",
        vec!["?"; ids].join(", ")
    );
    let ids = [&user.id].into_iter().chain(&user.former_ids);
    let ids = ids.map(|id| Value::Bytes(id.as_bytes()));
    let values = [Value::Bytes(to.as_bytes())].into_iter().chain(ids);
    let values = values.chain([Value::Bytes(from.as_bytes())]);
    lease.execute(&Sql::new(text, values)).await?;
    Ok(())
}

/// Writes down that what was brought is in use.
pub(super) async fn last_use(lease: &mut Lease, login: &Login<'_>) -> Result<(), Failure> {
    let text = format!(
        "UPDATE login_methods SET last_used_at = ? WHERE {} AND last_used_at <= ?",
        keys::condition(login.brought.all().count())
    );
    let [now, a_day_ago] = [login.now, login.now - WRITTEN_EVERY].map(|at| Value::Moment(Moment(at)));
    let values = [now]
        .into_iter()
        .chain(keys::values(login.brought.all()))
        .chain([a_day_ago]);
    lease.execute(&Sql::new(text, values)).await?;
    Ok(())
}

/// Writes down what WeChat tells of a user, but for what they said themselves meanwhile, and as [`last_use`] that what was brought is in use.
/// In this order of the tables, which is that of all logins' locks. Of a user who was merged meanwhile it writes nothing.
pub(super) async fn news(
    lease: &mut Lease,
    login: &Login<'_>,
    user: UserId,
    news: &Profile,
) -> Result<(), Failure> {
    let text = format!(
        "UPDATE login_methods m STRAIGHT_JOIN users u ON u.id = ? AND u.root = u.id
         SET u.nickname = IF(u.nickname_is_own, u.nickname, COALESCE(?, u.nickname)),
            u.avatar_url = IF(u.avatar_is_own, u.avatar_url, COALESCE(?, u.avatar_url)),
            u.version = u.version + 1, u.updated_at = ?,
            m.last_used_at = IF(m.last_used_at <= ?, ?, m.last_used_at)
         WHERE {}",
        keys::condition(login.brought.all().count())
    );
    let now = || Value::Moment(Moment(login.now));
    let values = [
        Value::Bytes(user.as_bytes()),
        Value::OptionalText(news.nickname.as_deref()),
        Value::OptionalText(news.avatar_url.as_deref()),
        now(),
        Value::Moment(Moment(login.now - WRITTEN_EVERY)),
        now(),
    ];
    let values = values.into_iter().chain(keys::values(login.brought.all()));
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
