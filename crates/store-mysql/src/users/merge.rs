//! Case 5 where the policy is `merge`: two users become one, by an alias.

use wechat_login_domain::{
    UserId,
    resolve::{self, Decision, NewLinks, Owner, Owners, Resolution},
};

use super::{
    look_up::{self, Asked},
    merging::{self, Relabelling},
    resolve::Login,
    write::{self, Whose},
};
use crate::{failure::Failure, lease::Lease};

/// Locks both users, looks again, and makes one an alias of the other. `None` where meanwhile it is no longer these two, or not to be done.
pub(super) async fn run(
    lease: &mut Lease,
    login: &Login<'_>,
    pair: (UserId, UserId),
) -> Result<Option<Resolution>, Failure> {
    lease.batch("BEGIN").await?;
    merging::lock(lease, &[pair.0, pair.1]).await?;
    let owners = login.owners(lease).await?;
    let (survivor, merged, link) = match resolve::decide(&owners, login.asked, login.now) {
        Decision::Merge {
            survivor,
            merged,
            link,
        } if (survivor.user.id, merged.user.id) == pair => (survivor, merged, link),
        _ => {
            lease.batch("COMMIT").await?;
            return Ok(None);
        }
    };
    let relabelling = relabelling(&owners)?;
    let users = (survivor.user.id, merged.user.id);
    merging::write(lease, users, relabelling, login.now).await?;
    let whose = Whose::Of(survivor.user.id);
    if !write::link(lease, &login.bringing(), &whose, link, owners.wechat_account()).await? {
        lease.batch("ROLLBACK").await?;
        return Ok(None);
    }
    let told = login.asked.profile.or_inherited(&merged.user, &survivor.user);
    let news = told.news_of(&survivor.user, survivor.own_words);
    login.note(lease, &owners, &survivor, news.as_ref()).await?;
    let survivor = became(lease, login, *survivor, *merged, link).await?;
    let resolution = login.signed_in(survivor, link, news.as_ref());
    lease.batch("COMMIT").await?;
    Ok(Some(resolution))
}

/// The openid and the unionid are one WeChat account.
fn relabelling(owners: &Owners) -> Result<Relabelling, Failure> {
    let (Some(by_openid), Some(by_unionid)) = (&owners.openid, &owners.unionid) else {
        return Err(Failure::BadRow("login_methods"));
    };
    Ok(Relabelling {
        user: by_openid.linked_to.into(),
        from: by_openid.account.into(),
        to: by_unionid.account.into(),
    })
}

/// The survivor as they are now. Only where both had a phone it must be asked which was linked last.
async fn became(
    lease: &mut Lease,
    login: &Login<'_>,
    mut survivor: Owner,
    merged: Owner,
    link: NewLinks,
) -> Result<Owner, Failure> {
    let user = &mut survivor.user;
    if user.phone.is_some() && merged.user.phone.is_some() && !link.phone {
        let found = look_up::user(lease, Asked::ById(user.id), login.keyring).await?;
        *user = found.ok_or(Failure::BadRow("users"))?;
    } else {
        user.former_ids.push(merged.user.id);
        user.former_ids.extend(merged.user.former_ids);
        user.former_ids.sort_unstable();
        user.phone = user.phone.take().or(merged.user.phone);
    }
    Ok(survivor)
}
