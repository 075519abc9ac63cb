use std::collections::BTreeMap;

use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    AccountId, ExternalId, LoginMethod, LoginMethodId, LoginMethodKind, OwnWords, Phone, Profile,
    ProfileEdit, User, UserAccount, UserId, UserState,
    ports::Conflict,
    resolve::{Identification, NewLinks, Owner, Owners, Resolution},
};

use super::identifier::Identifier;
use crate::fake::SeededEntropy;

/// What a database would hold. A merged user's `root` is the survivor, and a survivor's is itself, so no look-up takes two steps.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) rows: BTreeMap<UserId, Row>,
    pub(super) methods: Vec<Method>,
    pub(super) merges: Vec<Merge>,
    pub(super) conflicts: Vec<Conflict>,
    pub(super) entropy: SeededEntropy,
}

/// What undoing a merge takes.
#[derive(Debug)]
pub(super) struct Merge {
    pub(super) from: UserId,
    pub(super) into: UserId,
    /// Whoever moved, with their root and their state before.
    pub(super) moved: Vec<(UserId, UserId, UserState)>,
    /// The login methods that became another WeChat account's, with their own.
    pub(super) accounts: Vec<(LoginMethodId, AccountId)>,
}

#[derive(Debug)]
pub(super) struct Row {
    pub(super) user: User,
    pub(super) root: UserId,
    pub(super) generation: i32,
    pub(super) own_words: OwnWords,
}

#[derive(Debug)]
pub(super) struct Method {
    pub(super) method: LoginMethod,
}

impl Row {
    /// Somebody who is nobody's alias.
    pub(super) const fn new(user: User) -> Self {
        Self {
            root: user.id,
            user,
            generation: 0,
            own_words: OwnWords {
                nickname: false,
                avatar_url: false,
            },
        }
    }
}

impl Table {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The user that this id means.
    pub(super) fn user(&self, id: UserId) -> Option<User> {
        let root = self.rows.get(&id)?.root;
        let newest_phone = self
            .methods_of(root)
            .filter(|method| method.method.phone.is_some())
            .max_by_key(|method| method.method.linked_at);
        Some(User {
            former_ids: self.former_ids(root).collect(),
            phone: newest_phone.and_then(|method| method.method.phone.clone()),
            ..self.rows[&root].user.clone()
        })
    }

    pub(super) fn user_mut(&mut self, id: UserId) -> Option<&mut User> {
        self.root_mut(id).map(|row| &mut row.user)
    }

    pub(super) fn set_generation(&mut self, id: UserId, generation: i32) {
        self.root_mut(id).expect("the test made this user").generation = generation;
    }

    pub(super) fn account(&self, id: UserId) -> Option<UserAccount> {
        let user = self.user(id)?;
        let mut methods: Vec<_> = self
            .methods_of(user.id)
            .map(|method| method.method.clone())
            .collect();
        methods.sort_by_key(|method| method.linked_at);
        Some(UserAccount { user, methods })
    }

    pub(super) fn by_external_id(&self, id: &ExternalId) -> Option<UserId> {
        let mut users = self.rows.values().map(|row| &row.user);
        users
            .find(|user| user.external_id.as_ref() == Some(id))
            .map(|user| user.id)
    }

    pub(super) fn signed_in(&self, id: UserId, is_new: bool) -> Resolution {
        Resolution::User {
            user: Box::new(
                self.user(id)
                    .expect("the decision was about users that are there"),
            ),
            generation: self.rows[&id].generation,
            is_new,
        }
    }

    /// Who owns what was brought.
    pub(super) fn owners(&self, brought: [Option<Identifier>; 3]) -> Owners {
        let [openid, unionid, phone] = brought.map(|identifier| {
            let identifier = identifier?;
            let method = &self.methods.iter().find(|one| identifier.is(&one.method))?.method;
            let user = self.user(method.user_id)?;
            Some(Owner {
                linked_to: method.user_id,
                account: method.account,
                last_used_at: method.last_used_at,
                own_words: self.rows[&user.id].own_words,
                generation: self.rows[&user.id].generation,
                user,
            })
        });
        let came_at = phone.as_ref().and_then(|owner: &Owner| {
            let days = self.methods_of(owner.user.id).map(|one| one.method.last_used_at);
            days.max()
        });
        Owners {
            openid,
            unionid,
            phone,
            phones_user_came_at: came_at,
        }
    }

    pub(super) fn register(&mut self, asked: &Identification, now: OffsetDateTime) -> UserId {
        let id = UserId::generate(now, &self.entropy);
        let user = User {
            id,
            external_id: None,
            nickname: asked.profile.nickname.clone(),
            avatar_url: asked.profile.avatar_url.clone(),
            scopes: Vec::new(),
            state: UserState::Active,
            former_ids: Vec::new(),
            phone: None,
            created_at: now,
            updated_at: now,
        };
        self.rows.insert(id, Row::new(user));
        let everything = NewLinks {
            openid: true,
            unionid: true,
            phone: true,
        };
        self.link(
            id,
            everything,
            None,
            (Identifier::all(asked), asked.phone.as_ref()),
            now,
        );
        id
    }

    pub(super) fn link(
        &mut self,
        id: UserId,
        link: NewLinks,
        wechat_account: Option<AccountId>,
        (brought, number): ([Option<Identifier>; 3], Option<&Phone>),
        now: OffsetDateTime,
    ) {
        let of_wechat = wechat_account.unwrap_or_else(|| AccountId::generate(now, &self.entropy));
        let of_phone = AccountId::generate(now, &self.entropy);
        let [openid, unionid, phone] = brought;
        for (wanted, identifier, account) in [
            (link.openid, openid, of_wechat),
            (link.unionid, unionid, of_wechat),
            (link.phone, phone, of_phone),
        ] {
            let Some(identifier) = identifier.filter(|_| wanted) else {
                continue;
            };
            let phone = number.filter(|_| identifier.kind == LoginMethodKind::Phone);
            self.add_method(id, identifier, account, phone.cloned(), now);
        }
    }

    /// Makes one user and all that were merged into them before aliases of another, and gives their ids. The methods of the first of
    /// these WeChat accounts become the other's.
    pub(super) fn merge(
        &mut self,
        (into, from): (UserId, UserId),
        (old, new): (AccountId, AccountId),
        now: OffsetDateTime,
    ) -> Vec<UserId> {
        let mut merge = Merge {
            from,
            into,
            moved: Vec::new(),
            accounts: Vec::new(),
        };
        for row in self.rows.values_mut().filter(|row| row.root == from) {
            merge.moved.push((row.user.id, row.root, row.user.state));
            row.root = into;
            row.user.state = UserState::Merged { into };
            row.user.updated_at = now;
        }
        for Method { method, .. } in &mut self.methods {
            if method.account == old {
                merge.accounts.push((method.id, old));
                method.account = new;
            }
        }
        let moved = merge.moved.iter().map(|(id, ..)| *id).collect();
        self.merges.push(merge);
        moved
    }

    /// Notes the day of use of everything that was brought and is linked.
    pub(super) fn was_used(&mut self, asked: &Identification, now: OffsetDateTime) {
        for identifier in Identifier::all(asked).into_iter().flatten() {
            let method = self.methods.iter_mut().find(|one| identifier.is(&one.method));
            if let Some(Method { method, .. }) = method
                && now - method.last_used_at >= Duration::DAY
            {
                method.last_used_at = now;
            }
        }
    }

    pub(super) fn edit_profile(
        &mut self,
        id: UserId,
        edit: &ProfileEdit,
        now: OffsetDateTime,
    ) -> Option<User> {
        let row = self.root_mut(id)?;
        if let Some(nickname) = &edit.nickname {
            row.user.nickname.clone_from(nickname);
            row.own_words.nickname = true;
        }
        if let Some(avatar_url) = &edit.avatar_url {
            row.user.avatar_url.clone_from(avatar_url);
            row.own_words.avatar_url = true;
        }
        row.user.updated_at = now;
        self.user(id)
    }

    /// Takes over what WeChat tells that is news.
    pub(super) fn tell(&mut self, id: UserId, profile: &Profile, now: OffsetDateTime) {
        let row = self
            .root_mut(id)
            .expect("the decision was about users that are there");
        if let Some(news) = profile.news_of(&row.user, row.own_words) {
            news.tell(&mut row.user, now);
        }
    }

    pub(super) fn root_mut(&mut self, id: UserId) -> Option<&mut Row> {
        let root = self.rows.get(&id)?.root;
        self.rows.get_mut(&root)
    }

    fn former_ids(&self, root: UserId) -> impl Iterator<Item = UserId> {
        let merged = self
            .rows
            .values()
            .filter(move |row| row.root == root && row.user.id != root);
        merged.map(|row| row.user.id)
    }

    pub(super) fn methods_of(&self, root: UserId) -> impl Iterator<Item = &Method> {
        let is_theirs = move |method: &&Method| self.rows[&method.method.user_id].root == root;
        self.methods.iter().filter(is_theirs)
    }
}
