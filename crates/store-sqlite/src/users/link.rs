//! Somebody who is signed in adds a way in: `link::decide` says whether, here it is done. To be run in a transaction in which nobody else
//! writes.

use diesel::{RunQueryDsl, SqliteConnection};
use time::OffsetDateTime;
use wechat_login_domain::{
    Bringing, Brought, Keyring, UserId,
    link::{self, Decision, LinkRefusal, Linking, NewWayIn},
    ports::Entropy,
};

use super::{keys, look_up, write};
use crate::{
    failure::Failure,
    sql::{Sql, Value},
    sql_types::Moment,
};

pub(super) fn run(
    connection: &mut SqliteConnection,
    asking: UserId,
    new: &NewWayIn,
    now: OffsetDateTime,
    (keyring, entropy): (&Keyring, &dyn Entropy),
) -> Result<Linking, Failure> {
    let Some(user) = look_up::user(connection, asking, keyring)? else {
        return Ok(Linking::Refused(LinkRefusal::NotFound));
    };
    let bringing = Bringing {
        brought: &Brought::to_link(new, keyring),
        now,
        keyring,
        entropy,
    };
    let owners = look_up::owners(connection, bringing.brought, keyring)?;
    match link::decide((&user, asking), &owners, new) {
        Decision::Refuse(refusal) => return Ok(Linking::Refused(refusal)),
        Decision::Link {
            link,
            to,
            account,
            join,
            renew_phone,
        } => {
            write::link(connection, &bringing, to, link, account)?;
            write::join(connection, user.id, join)?;
            if renew_phone {
                renew(connection, &bringing)?;
            }
        }
    }
    let user = look_up::user(connection, user.id, keyring)?.ok_or(Failure::BadRow("users"))?;
    let account = look_up::account_of(connection, user, keyring)?;
    Ok(Linking::Linked(Box::new(account)))
}

/// The phone is the one that was linked last.
fn renew(connection: &mut SqliteConnection, bringing: &Bringing<'_>) -> Result<(), Failure> {
    const RENEW: &str =
        "UPDATE login_methods SET linked_at = ? WHERE kind = ? AND realm = ? AND identifier = ?";
    for key in bringing.brought.all() {
        let values = [Value::Moment(Moment(bringing.now))]
            .into_iter()
            .chain(keys::values([key]));
        Sql::new(RENEW, values).execute(connection)?;
    }
    Ok(())
}
