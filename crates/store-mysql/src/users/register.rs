//! Case 4: nobody knows this person, as far as one can see.

use wechat_login_domain::{
    User, UserId, UserState,
    resolve::{self, Decision, Owners, Resolution},
};

use super::{keys, resolve::Login, write};
use crate::{
    failure::Failure,
    lease::Lease,
    sql::{Sql, Value},
    sql_types::Moment,
};

/// Inserts what was brought for a user that is not there yet, and looks what of it others inserted before. The key is what tells people
/// apart: of all who come at once one gets the openid, and the rest wait for them here and find whose it is.
///
/// It commits in every case. A lost race that rolled back would free the keys that others wait for, and they would meet anew.
pub(super) async fn run(lease: &mut Lease, login: &Login<'_>) -> Result<Option<Resolution>, Failure> {
    let id = UserId::generate(login.now, login.entropy);
    lease.batch("BEGIN").await?;
    write::claim(lease, login, id).await?;
    // Without this user's own, which have no user yet.
    let owners = login.owners(lease).await?;
    let resolution = match resolve::decide(&owners, login.asked, login.now) {
        Decision::Register => {
            insert(lease, login, id).await?;
            Some(registered(login, id))
        }
        Decision::SignIn {
            owner,
            link,
            join: None,
            conflict_with: None,
        } => {
            hand_over(lease, login, id, owner.linked_to, &owners).await?;
            let news = login.news(&owner);
            login.note(lease, &owners, &owner, news.as_ref()).await?;
            Some(login.signed_in(*owner, link, news.as_ref()))
        }
        Decision::Refuse(refusal) => {
            withdraw(lease, login, id).await?;
            Some(Resolution::Refused(refusal))
        }
        Decision::SignIn { .. } | Decision::Merge { .. } => {
            withdraw(lease, login, id).await?;
            None
        }
    };
    lease.batch("COMMIT").await?;
    Ok(resolution)
}

async fn insert(lease: &mut Lease, login: &Login<'_>, id: UserId) -> Result<(), Failure> {
    const INSERT: &str = "INSERT INTO users (id, root, nickname, avatar_url, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?)";
    let (id, now, profile) = (id.as_bytes(), Moment(login.now), &login.asked.profile);
    let values = [
        Value::Bytes(id),
        Value::Bytes(id),
        Value::OptionalText(profile.nickname.as_deref()),
        Value::OptionalText(profile.avatar_url.as_deref()),
        Value::Moment(now),
        Value::Moment(now),
    ];
    lease.execute(&Sql::new(INSERT, values)).await?;
    Ok(())
}

fn registered(login: &Login<'_>, id: UserId) -> Resolution {
    Resolution::User {
        user: Box::new(User {
            id,
            external_id: None,
            nickname: login.asked.profile.nickname.clone(),
            avatar_url: login.asked.profile.avatar_url.clone(),
            scopes: Vec::new(),
            state: UserState::Active,
            former_ids: Vec::new(),
            phone: login.asked.phone.clone(),
            created_at: login.now,
            updated_at: login.now,
        }),
        generation: 0,
        is_new: true,
    }
}

/// Makes what was inserted for a user that is not needed another's.
async fn hand_over(
    lease: &mut Lease,
    login: &Login<'_>,
    from: UserId,
    to: UserId,
    owners: &Owners,
) -> Result<(), Failure> {
    // A phone is a way in of its own.
    let text = format!(
        "UPDATE login_methods SET user_id = ?, account = IF(kind = 'phone', account, COALESCE(?, account))
         WHERE {} AND user_id = ?",
        keys::condition(login.brought.all().count())
    );
    let account = owners.wechat_account();
    let account = account.as_ref().map(|account| account.as_bytes().as_slice());
    let values = [Value::Bytes(to.as_bytes()), Value::OptionalBytes(account)]
        .into_iter()
        .chain(keys::values(login.brought.all()))
        .chain([Value::Bytes(from.as_bytes())]);
    lease.execute(&Sql::new(text, values)).await?;
    Ok(())
}

/// Takes back what was inserted for a user that is not needed.
async fn withdraw(lease: &mut Lease, login: &Login<'_>, id: UserId) -> Result<(), Failure> {
    let text = format!(
        "DELETE FROM login_methods WHERE {} AND user_id = ?",
        keys::condition(login.brought.all().count())
    );
    let values = keys::values(login.brought.all()).chain([Value::Bytes(id.as_bytes())]);
    lease.execute(&Sql::new(text, values)).await?;
    Ok(())
}
