//! Somebody who is signed in adds a way in: `link::decide` says whether, here it is done.

use time::OffsetDateTime;
use wechat_login_domain::{
    Bringing, Brought, Keyring, User, UserId,
    link::{self, Decision, LinkRefusal, Linking, NewWayIn},
    ports::Entropy,
};

use super::{
    attempt::Attempt,
    keys,
    look_up::{self, Asked},
    merging,
    write::{self, Whose},
};
use crate::{
    failure::Failure,
    lease::Lease,
    sql::{Sql, Value},
    sql_types::Moment,
};

pub(super) struct Link<'a> {
    to: UserId,
    new: &'a NewWayIn,
    brought: Brought,
    now: OffsetDateTime,
    keyring: &'a Keyring,
    entropy: &'a dyn Entropy,
}

impl<'a> Link<'a> {
    pub(super) fn new(
        to: UserId,
        new: &'a NewWayIn,
        now: OffsetDateTime,
        keyring: &'a Keyring,
        entropy: &'a dyn Entropy,
    ) -> Self {
        Self {
            to,
            new,
            brought: Brought::to_link(new, keyring),
            now,
            keyring,
            entropy,
        }
    }

    /// In the transaction of its caller, to a user who is locked. `None` where somebody else was quicker.
    async fn to(&self, lease: &mut Lease, user: User) -> Result<Option<Linking>, Failure> {
        let owners = look_up::owners(lease, &self.brought, self.keyring).await?;
        let (link, to, account, join, renew_phone) = match link::decide((&user, self.to), &owners, self.new) {
            Decision::Refuse(refusal) => return Ok(Some(Linking::Refused(refusal))),
            Decision::Link {
                link,
                to,
                account,
                join,
                renew_phone,
            } => (link, to, account, join, renew_phone),
        };
        let bringing = Bringing {
            brought: &self.brought,
            now: self.now,
            keyring: self.keyring,
            entropy: self.entropy,
        };
        if !write::link(lease, &bringing, &Whose::Of(to), link, account).await? {
            return Ok(None);
        }
        if let Some(joining) = join {
            write::join(lease, &user, joining).await?;
        }
        if renew_phone {
            self.renew(lease).await?;
        }
        let account = look_up::account_now(lease, Asked::ById(user.id), self.keyring).await?;
        let account = account.ok_or(Failure::BadRow("users"))?;
        Ok(Some(Linking::Linked(Box::new(account))))
    }

    /// The phone is the one that was linked last.
    async fn renew(&self, lease: &mut Lease) -> Result<(), Failure> {
        let text = format!(
            "UPDATE login_methods SET linked_at = ? WHERE {}",
            keys::condition(self.brought.all().count())
        );
        let now = Value::Moment(Moment(self.now));
        let values = [now].into_iter().chain(keys::values(self.brought.all()));
        lease.execute(&Sql::new(text, values)).await?;
        Ok(())
    }
}

impl Attempt for Link<'_> {
    type Outcome = Linking;

    async fn once(&self, lease: &mut Lease) -> Result<Option<Linking>, Failure> {
        let asked = Asked::ById(self.to);
        let Some(found) = look_up::user(lease, asked, self.keyring).await? else {
            return Ok(Some(Linking::Refused(LinkRefusal::NotFound)));
        };
        lease.batch("BEGIN").await?;
        merging::lock(lease, &[found.id]).await?;
        // The first that the transaction reads, so it is as fresh as the lock.
        let user = look_up::user(lease, asked, self.keyring).await?;
        let linking = match user.filter(|user| user.id == found.id) {
            Some(user) => self.to(lease, user).await?,
            None => None,
        };
        let is_done = matches!(linking, Some(Linking::Linked(_)));
        lease.batch(if is_done { "COMMIT" } else { "ROLLBACK" }).await?;
        Ok(linking)
    }
}
