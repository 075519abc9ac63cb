//! What users do to their ways in.

use time::OffsetDateTime;
use wechat_login_domain::{
    UserId,
    link::{self, Decision, LinkRefusal, Linking, NewWayIn},
    resolve::Joining,
    unlink::{self, UnlinkRefusal, Unlinked, Unlinking},
};

use super::{
    identifier::Identifier,
    table::{Method, Table},
};

impl Table {
    /// Makes two WeChat accounts of a user one.
    pub(super) fn join(&mut self, user: UserId, joining: Option<Joining>) {
        let Some(Joining { from, to }) = joining else {
            return;
        };
        let theirs: Vec<_> = self.methods_of(user).map(|one| one.method.id).collect();
        for one in &mut self.methods {
            if theirs.contains(&one.method.id) && one.method.account == from {
                one.method.account = to;
            }
        }
    }

    pub(super) fn link_way_in(&mut self, asking: UserId, new: &NewWayIn, now: OffsetDateTime) -> Linking {
        let Some(user) = self.user(asking) else {
            return Linking::Refused(LinkRefusal::NotFound);
        };
        let owners = self.owners(Identifier::all_new(new));
        match link::decide((&user, asking), &owners, new) {
            Decision::Refuse(refusal) => return Linking::Refused(refusal),
            Decision::Link {
                link,
                to,
                account,
                join,
                renew_phone,
            } => {
                let phone = match new {
                    NewWayIn::Phone(phone) => Some(phone),
                    NewWayIn::WeChat { .. } => None,
                };
                self.link(to, link, account, (Identifier::all_new(new), phone), now);
                self.join(user.id, join);
                let theirs = phone.map(Identifier::of_phone).filter(|_| renew_phone);
                for one in &mut self.methods {
                    if theirs.as_ref().is_some_and(|it| it.is(&one.method)) {
                        one.method.linked_at = now;
                    }
                }
            }
        }
        Linking::Linked(Box::new(self.account(user.id).expect("they were found")))
    }

    pub(super) fn unlink(&mut self, asked: &Unlinking) -> Unlinked {
        let Some(account) = self.account(asked.user_id) else {
            return Unlinked::Refused(UnlinkRefusal::NotFound);
        };
        let way = match unlink::decide(&account.methods, asked) {
            Ok(way) => way,
            Err(refusal) => return Unlinked::Refused(refusal),
        };
        self.methods
            .retain(|one| way.methods.iter().all(|gone| gone.id != one.method.id));
        if let Some(bequest) = unlink::bequeath(&account.methods, &way) {
            for Method { method, .. } in &mut self.methods {
                if bequest.phones.contains(&method.id) {
                    method.last_used_at = bequest.last_used_at;
                }
            }
        }
        let root = account.user.id;
        let theirs = self.rows.values_mut().filter(|row| row.root == root);
        let raised: Vec<_> = theirs
            .map(|row| {
                row.generation += 1;
                (row.user.id, row.generation)
            })
            .collect();
        Unlinked::Done {
            recorded: unlink::record(&way, &raised, asked.bars_until),
            removed: way.methods,
        }
    }
}
