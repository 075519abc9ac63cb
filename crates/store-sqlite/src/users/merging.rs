//! Making one user of two, and two of one again.

use diesel::{
    OptionalExtension, QueryableByName, RunQueryDsl, SqliteConnection,
    sql_types::{BigInt, Binary, Integer, Text},
};
use time::OffsetDateTime;
use wechat_login_domain::{
    AppId, Keyring, OpenPlatform, Profile, RevokedBecause, UserId, UserState, merge,
    ports::{Conflict, Merging, SessionsEnding, Undoing},
};

use super::{look_up, standing, write::news};
use crate::{
    failure::Failure,
    sql::{Sql, Value},
    sql_types::{Id, Moment},
};

/// An openid's WeChat account that turned out to be a unionid's: the rows of this user that have the one get the other.
#[derive(Clone, Copy, QueryableByName)]
pub(super) struct Relabelling {
    #[diesel(sql_type = Binary, column_name = "openid_user")]
    pub(super) user: Id,
    #[diesel(sql_type = Binary, column_name = "openid_account")]
    pub(super) from: Id,
    #[diesel(sql_type = Binary, column_name = "unionid_account")]
    pub(super) to: Id,
}

impl Relabelling {
    /// Changes nothing, then and when it is undone.
    const fn none(user: Id) -> Self {
        let nobody = Id([0; 16]);
        Self {
            user,
            from: nobody,
            to: nobody,
        }
    }
}

const RELABEL: &str = "UPDATE login_methods SET account = ? WHERE user_id = ? AND account = ?";

/// Makes a user, and whoever was merged into them before, aliases of another. Enough is written down to undo it.
pub(super) fn write(
    connection: &mut SqliteConnection,
    (survivor, merged): (UserId, UserId),
    relabelling: Relabelling,
    now: OffsetDateTime,
) -> Result<(), Failure> {
    const RECORD: &str = "INSERT INTO merges
            (user_id, from_root, into_root, previous_state, openid_user, openid_account, unionid_account, merged_at)
         SELECT id, root, ?, state, ?, ?, ?, ? FROM users WHERE root = ?";
    const TELL: &str = "INSERT INTO revocations (kind, subject, into_user)
         SELECT 'alias', id, ? FROM users WHERE root = ?";
    const MOVE: &str =
        "UPDATE users SET root = ?, state = 'merged', version = version + 1, updated_at = ? WHERE root = ?";
    const KEEP: &str = "UPDATE users SET version = version + 1 WHERE id = ?";

    let into = || Value::Bytes(survivor.as_bytes());
    let from = || Value::Bytes(merged.as_bytes());
    let now = || Value::Moment(Moment(now));
    let user = || Value::Bytes(&relabelling.user.0);
    let old_account = || Value::Bytes(&relabelling.from.0);
    let account = || Value::Bytes(&relabelling.to.0);
    for statement in [
        Sql::new(RECORD, [into(), user(), old_account(), account(), now(), from()]),
        Sql::new(TELL, [into(), from()]),
        Sql::new(MOVE, [into(), now(), from()]),
        Sql::new(KEEP, [into()]),
        Sql::new(RELABEL, [account(), user(), old_account()]),
    ] {
        statement.execute(connection)?;
    }
    Ok(())
}

/// What an operator says are one.
pub(super) fn merge(
    connection: &mut SqliteConnection,
    (one, other): (UserId, UserId),
    keyring: &Keyring,
    now: OffsetDateTime,
) -> Result<Merging, Failure> {
    let Some(one_user) = look_up::user(connection, one, keyring)? else {
        return Ok(Merging::NotFound(one));
    };
    let Some(other_user) = look_up::user(connection, other, keyring)? else {
        return Ok(Merging::NotFound(other));
    };
    let (survivor, merged) = match merge::decide(&one_user, &other_user) {
        Ok(pair) => pair,
        Err(refusal) => return Ok(Merging::Refused(refusal)),
    };
    let relabelling = relabelling(connection, survivor, merged)?;
    write(connection, (survivor, merged), relabelling, now)?;
    let of_them = |id| if one_user.id == id { &one_user } else { &other_user };
    let inherited = Profile::default().or_inherited(of_them(merged), of_them(survivor));
    if !inherited.is_empty() {
        news(connection, survivor, &inherited, now)?;
    }
    let survivor = look_up::user(connection, survivor, keyring)?.ok_or(Failure::BadRow("users"))?;
    Ok(Merging::Merged {
        survivor: Box::new(survivor),
        merged,
    })
}

/// What a kept conflict of the two says: the openid that was seen and the unionid are one WeChat account, if it is plain which are meant.
fn relabelling(
    connection: &mut SqliteConnection,
    survivor: UserId,
    merged: UserId,
) -> Result<Relabelling, Failure> {
    const SEEN: &str =
        "SELECT DISTINCT o.user_id AS openid_user, o.account AS openid_account, n.account AS unionid_account
         FROM users co
         CROSS JOIN conflicts c ON c.openid_user = co.id
         CROSS JOIN users cn ON cn.id = c.unionid_user
         CROSS JOIN users ou ON ou.root = co.root
         CROSS JOIN login_methods o
            ON o.user_id = ou.id AND o.kind = 'wechat_openid' AND o.realm = c.app_id
         CROSS JOIN users nu ON nu.root = cn.root
         CROSS JOIN login_methods n
            ON n.user_id = nu.id AND n.kind = 'wechat_unionid' AND n.realm = c.open_platform
         WHERE co.root IN (?, ?) AND cn.root IN (?, ?) AND cn.root <> co.root
         LIMIT 2";
    let ids = [survivor, merged, survivor, merged];
    let pairs = Sql::new(SEEN, ids.iter().map(|id| Value::Bytes(id.as_bytes())));
    let pairs = pairs.load::<Relabelling>(connection)?;
    Ok(match pairs.as_slice() {
        [only] => *only,
        _ => Relabelling::none(merged.into()),
    })
}

#[derive(QueryableByName)]
struct Merge {
    #[diesel(sql_type = Binary)]
    from_root: Id,
    #[diesel(sql_type = Binary)]
    into_root: Id,
    #[diesel(embed)]
    relabelling: Relabelling,
}

/// Takes the last merge of this id back, with everybody who moved in it.
pub(super) fn undo(
    connection: &mut SqliteConnection,
    merged: UserId,
    keyring: &Keyring,
    (bars_until, now): (OffsetDateTime, OffsetDateTime),
) -> Result<Undoing, Failure> {
    // The last merge of a user is the one that put them where they are: whoever is merged moves whole, with all their former ids.
    const LAST: &str = "SELECT from_root, into_root, openid_user, openid_account, unionid_account
         FROM merges WHERE user_id = ? ORDER BY id DESC LIMIT 1";
    const MOVED: &str = "SELECT m.id FROM users u CROSS JOIN merges m ON m.user_id = u.id
         WHERE u.root = ? AND m.from_root = ? AND m.into_root = ?";
    // Once they are back.
    const FORGET: &str = "DELETE FROM merges WHERE from_root = ? AND into_root = ? AND id IN (
            SELECT m.id FROM users u CROSS JOIN merges m ON m.user_id = u.id WHERE u.root = ?)";

    let Some(survivor) = look_up::user(connection, merged, keyring)? else {
        return Ok(Undoing::NotFound);
    };
    let last = Sql::new(LAST, [Value::Bytes(merged.as_bytes())])
        .get_result::<Merge>(connection)
        .optional()?;
    let Some(last) = last.filter(|_| survivor.id != merged) else {
        return Ok(Undoing::NotMerged);
    };
    let state = match survivor.state {
        UserState::Active => "active",
        UserState::Disabled => "disabled",
        _ => return Ok(Undoing::Closing),
    };

    let (from, into) = (last.from_root, last.into_root);
    let moved = || [&into, &from, &into].map(|id| Value::Bytes(&id.0));
    let tell = format!(
        "INSERT INTO revocations (kind, subject, into_user)
         SELECT 'alias', user_id, from_root FROM merges WHERE id IN ({MOVED})"
    );
    // A survivor whom an operator disabled meanwhile was this user too.
    let move_back = format!(
        "UPDATE users SET root = m.from_root, version = version + 1, updated_at = ?,
            state = iif(m.previous_state = 'active', ?, m.previous_state)
         FROM (SELECT user_id, from_root, previous_state FROM merges WHERE id IN ({MOVED})) m
         WHERE users.id = m.user_id"
    );
    let Relabelling {
        user,
        from: account,
        to,
    } = last.relabelling;
    let back = [
        Value::Bytes(&account.0),
        Value::Bytes(&user.0),
        Value::Bytes(&to.0),
    ];
    Sql::new(RELABEL, back).execute(connection)?;
    Sql::new(tell, moved()).execute(connection)?;
    let changed = [Value::Moment(Moment(now)), Value::Text(state)];
    Sql::new(move_back, changed.into_iter().chain(moved())).execute(connection)?;
    let recorded = [&from, &into, &from].map(|id| Value::Bytes(&id.0));
    Sql::new(FORGET, recorded).execute(connection)?;
    standing::end_sessions(
        connection,
        &SessionsEnding {
            user_id: into.user(),
            except: None,
            because: RevokedBecause::Kicked,
            bars_until,
        },
    )?;
    let mut find = |id: Id| {
        let user = look_up::user(connection, id.user(), keyring)?;
        user.map(Box::new).ok_or(Failure::BadRow("merges"))
    };
    Ok(Undoing::Undone {
        restored: find(from)?,
        survivor: find(into)?,
    })
}

#[derive(QueryableByName)]
struct ConflictRow {
    #[diesel(sql_type = Binary)]
    openid_user: Id,
    #[diesel(sql_type = Binary)]
    unionid_user: Id,
    #[diesel(sql_type = Text)]
    app_id: String,
    #[diesel(sql_type = Text)]
    open_platform: String,
    #[diesel(sql_type = BigInt)]
    first_seen_at: Moment,
    #[diesel(sql_type = BigInt)]
    last_seen_at: Moment,
    #[diesel(sql_type = Integer)]
    days: i32,
}

/// The conflicts of users who are still two.
pub(super) fn conflicts(connection: &mut SqliteConnection) -> Result<Vec<Conflict>, Failure> {
    const CONFLICTS: &str = "SELECT c.* FROM conflicts c
         CROSS JOIN users o ON o.id = c.openid_user
         CROSS JOIN users n ON n.id = c.unionid_user
         WHERE o.root <> n.root ORDER BY c.last_seen_at DESC, c.openid_user, c.unionid_user";
    let rows = Sql::new(CONFLICTS, []).load::<ConflictRow>(connection)?;
    let rows = rows.into_iter().map(|row| {
        Ok(Conflict {
            of_openid: row.openid_user.user(),
            of_unionid: row.unionid_user.user(),
            app_id: AppId::parse(&row.app_id).map_err(Failure::bad_row("conflicts"))?,
            open_platform: OpenPlatform::parse(&row.open_platform).map_err(Failure::bad_row("conflicts"))?,
            first_seen_at: row.first_seen_at.0,
            last_seen_at: row.last_seen_at.0,
            days: u32::try_from(row.days).map_err(Failure::bad_row("conflicts"))?,
        })
    });
    rows.collect()
}
