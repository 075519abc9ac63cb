//! Somebody who is signed in gives a way in up: `unlink::decide` says whether, here it is done.

use wechat_login_domain::{
    Keyring, User,
    unlink::{self, Bequest, UnlinkRefusal, Unlinked, Unlinking},
};

use super::{
    ending,
    one_user::Deed,
    row::{METHOD_COLUMNS, MethodRow},
};
use crate::{
    failure::Failure,
    lease::Lease,
    revocations,
    sql::{Sql, Value},
    sql_types::Moment,
};

pub(super) struct Unlink(pub(super) Unlinking);

impl Deed for Unlink {
    type Outcome = Unlinked;

    fn nobody(&self) -> Unlinked {
        Unlinked::Refused(UnlinkRefusal::NotFound)
    }

    async fn to(&self, lease: &mut Lease, user: User, keyring: &Keyring) -> Result<Unlinked, Failure> {
        let methods = lock_methods(lease, &user).await?;
        let methods = methods.into_iter().map(|row| row.method(keyring));
        let methods = methods.collect::<Result<Vec<_>, _>>()?;
        let way = match unlink::decide(&methods, &self.0) {
            Ok(way) => way,
            Err(refusal) => return Ok(Unlinked::Refused(refusal)),
        };
        let text = format!(
            "DELETE FROM login_methods WHERE id IN ({})",
            vec!["?"; way.methods.len()].join(", ")
        );
        let ids = way
            .methods
            .iter()
            .map(|method| Value::Bytes(method.id.as_bytes()));
        lease.execute(&Sql::new(text, ids)).await?;
        if let Some(bequest) = unlink::bequeath(&methods, &way) {
            take_over(lease, &bequest).await?;
        }
        let raised = ending::raise(lease, user.id).await?;
        let recorded = unlink::record(&way, &raised, self.0.bars_until);
        for row in &recorded {
            revocations::record(lease, row).await?;
        }
        Ok(Unlinked::Done {
            removed: way.methods,
            recorded,
        })
    }
}

/// All login methods of a user, as they are now and stay until the transaction ends: logins link what is new without a lock on the user, as
/// long as what led to the user is there.
async fn lock_methods(lease: &mut Lease, user: &User) -> Result<Vec<MethodRow>, Failure> {
    let ids = 1 + user.former_ids.len();
    let text = format!(
        "SELECT {METHOD_COLUMNS} FROM login_methods l FORCE INDEX (login_methods_by_user)
         WHERE l.user_id IN ({}) FOR UPDATE",
        vec!["?"; ids].join(", ")
    );
    let ids = [&user.id].into_iter().chain(&user.former_ids);
    let ids = ids.map(|id| Value::Bytes(id.as_bytes()));
    lease.load(&Sql::new(text, ids)).await
}

/// The phones that stay were in use as late as what goes.
async fn take_over(lease: &mut Lease, bequest: &Bequest) -> Result<(), Failure> {
    let text = format!(
        "UPDATE login_methods SET last_used_at = ? WHERE id IN ({})",
        vec!["?"; bequest.phones.len()].join(", ")
    );
    let phones = bequest.phones.iter().map(|id| Value::Bytes(id.as_bytes()));
    let last_used_at = Value::Moment(Moment(bequest.last_used_at));
    lease
        .execute(&Sql::new(text, [last_used_at].into_iter().chain(phones)))
        .await?;
    Ok(())
}
