//! Somebody who is signed in gives a way in up: `unlink::decide` says whether, here it is done. To be run in a transaction in which nobody
//! else writes.

use diesel::{RunQueryDsl, SqliteConnection};
use wechat_login_domain::{
    Keyring,
    unlink::{self, Bequest, UnlinkRefusal, Unlinked, Unlinking},
};

use super::{look_up, standing};
use crate::{
    failure::Failure,
    revocations,
    sql::{Sql, Value},
    sql_types::Moment,
};

pub(super) fn run(
    connection: &mut SqliteConnection,
    asked: &Unlinking,
    keyring: &Keyring,
) -> Result<Unlinked, Failure> {
    const REMOVE: &str = "DELETE FROM login_methods WHERE id = ?";
    let Some(user) = look_up::user(connection, asked.user_id, keyring)? else {
        return Ok(Unlinked::Refused(UnlinkRefusal::NotFound));
    };
    let account = look_up::account_of(connection, user, keyring)?;
    let way = match unlink::decide(&account.methods, asked) {
        Ok(way) => way,
        Err(refusal) => return Ok(Unlinked::Refused(refusal)),
    };
    for method in &way.methods {
        Sql::new(REMOVE, [Value::Bytes(method.id.as_bytes())]).execute(connection)?;
    }
    if let Some(bequest) = unlink::bequeath(&account.methods, &way) {
        take_over(connection, &bequest)?;
    }
    let raised = standing::raise(connection, account.user.id)?;
    let recorded = unlink::record(&way, &raised, asked.bars_until);
    for row in &recorded {
        revocations::record(connection, row)?;
    }
    Ok(Unlinked::Done {
        removed: way.methods,
        recorded,
    })
}

/// The phones that stay were in use as late as what goes.
fn take_over(connection: &mut SqliteConnection, bequest: &Bequest) -> Result<(), Failure> {
    const TAKE_OVER: &str = "UPDATE login_methods SET last_used_at = ? WHERE id = ?";
    for phone in &bequest.phones {
        let last_used_at = Value::Moment(Moment(bequest.last_used_at));
        Sql::new(TAKE_OVER, [last_used_at, Value::Bytes(phone.as_bytes())]).execute(connection)?;
    }
    Ok(())
}
