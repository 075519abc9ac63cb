//! What operators do to the table.

use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    AccountId, LoginMethod, LoginMethodId, LoginMethodKind, Phone, Profile, Revocation, ScopeChange, User,
    UserId, UserReference, UserState,
    import::{self, Completion, Decision, Holder, Holders, ImportOutcome, ImportedUser, KnownUser},
    merge,
    ports::{Conflict, ExternalIdChange, Merging, SessionsEnding, Undoing},
    resolve::Identification,
};

use super::{
    identifier::Identifier,
    table::{Merge, Method, Row, Table},
};

impl Table {
    pub(super) fn note_conflict(
        &mut self,
        (of_openid, of_unionid): (UserId, UserId),
        asked: &Identification,
        now: OffsetDateTime,
    ) {
        let is_it = |one: &&mut Conflict| (one.of_openid, one.of_unionid) == (of_openid, of_unionid);
        match self.conflicts.iter_mut().find(is_it) {
            Some(known) if now - known.last_seen_at < Duration::DAY => {}
            Some(known) => {
                known.app_id = asked.app_id.clone();
                known.open_platform = asked.open_platform.clone();
                known.last_seen_at = now;
                known.days += 1;
            }
            None => self.conflicts.push(Conflict {
                of_openid,
                of_unionid,
                app_id: asked.app_id.clone(),
                open_platform: asked.open_platform.clone(),
                first_seen_at: now,
                last_seen_at: now,
                days: 1,
            }),
        }
    }

    pub(super) fn conflicts(&self) -> Vec<Conflict> {
        let root = |id| self.rows.get(&id).map(|row| row.root);
        let are_two = |one: &&Conflict| root(one.of_openid) != root(one.of_unionid);
        let mut conflicts: Vec<_> = self.conflicts.iter().filter(are_two).cloned().collect();
        conflicts.sort_by_key(|one| std::cmp::Reverse(one.last_seen_at));
        conflicts
    }

    pub(super) fn meant(&self, reference: &UserReference) -> Vec<UserId> {
        let with = |kind, text: &str| -> Vec<UserId> {
            let is_it = |one: &&Method| one.method.kind == kind && one.method.identifier == text;
            let found = self.methods.iter().filter(is_it);
            found.map(|one| self.rows[&one.method.user_id].root).collect()
        };
        match reference {
            UserReference::Id(id) => self.rows.get(id).map(|row| row.root).into_iter().collect(),
            UserReference::External(id) => self.by_external_id(id).into_iter().collect(),
            UserReference::OpenId(openid) => with(LoginMethodKind::WeChatOpenId, openid.as_str()),
            UserReference::UnionId(unionid) => with(LoginMethodKind::WeChatUnionId, unionid.as_str()),
            UserReference::Phone(phone) => with(LoginMethodKind::Phone, &Identifier::of_phone(phone).text),
        }
    }

    pub(super) fn set_state(
        &mut self,
        id: UserId,
        (from, to): (&[UserState], UserState),
        now: OffsetDateTime,
    ) -> bool {
        let Some(row) = self.root_mut(id).filter(|row| from.contains(&row.user.state)) else {
            return false;
        };
        row.user.state = to;
        row.user.updated_at = now;
        true
    }

    pub(super) fn end_sessions(&mut self, ending: &SessionsEnding) -> Vec<Revocation> {
        let Some(root) = self.rows.get(&ending.user_id).map(|row| row.root) else {
            return Vec::new();
        };
        let theirs = self.rows.values_mut().filter(|row| row.root == root);
        theirs
            .map(|row| {
                row.generation += 1;
                Revocation::User {
                    user_id: row.user.id,
                    generation: row.generation,
                    except: ending.except,
                    because: ending.because,
                    bars_until: ending.bars_until,
                }
            })
            .collect()
    }

    pub(super) fn change_scopes(
        &mut self,
        id: UserId,
        change: &ScopeChange,
        now: OffsetDateTime,
    ) -> Option<User> {
        let row = self.root_mut(id)?;
        row.user.scopes = change.apply(&row.user.scopes);
        row.user.updated_at = now;
        self.user(id)
    }

    pub(super) fn set_external_id(
        &mut self,
        id: UserId,
        external_id: Option<&wechat_login_domain::ExternalId>,
        now: OffsetDateTime,
    ) -> ExternalIdChange {
        let Some(root) = self.rows.get(&id).map(|row| row.root) else {
            return ExternalIdChange::NotFound;
        };
        if let Some(holder) = external_id.and_then(|id| self.by_external_id(id)) {
            let holder = self.rows.get_mut(&holder).expect("it was found above");
            if holder.root != root {
                return ExternalIdChange::Taken;
            }
            holder.user.external_id = None;
        }
        let row = self.rows.get_mut(&root).expect("a root is there");
        row.user.external_id = external_id.cloned();
        row.user.updated_at = now;
        ExternalIdChange::Done(Box::new(self.user(root).expect("a root is there")))
    }

    /// Gives the aliases too.
    pub(super) fn merge_users(
        &mut self,
        one: UserId,
        other: UserId,
        now: OffsetDateTime,
    ) -> (Merging, Vec<Revocation>) {
        let Some(one_user) = self.user(one) else {
            return (Merging::NotFound(one), Vec::new());
        };
        let Some(other_user) = self.user(other) else {
            return (Merging::NotFound(other), Vec::new());
        };
        let (survivor, merged) = match merge::decide(&one_user, &other_user) {
            Ok(pair) => pair,
            Err(refusal) => return (Merging::Refused(refusal), Vec::new()),
        };
        let nobody = AccountId::from_bytes([0; 16]);
        let accounts = self.one_account(survivor, merged).unwrap_or((nobody, nobody));
        let into = survivor;
        let aliases = self.merge((survivor, merged), accounts, now);
        let aliases = aliases
            .into_iter()
            .map(|merged| Revocation::Alias { merged, into });
        let of_them = |id| if one_user.id == id { &one_user } else { &other_user };
        let inherited = Profile::default().or_inherited(of_them(merged), of_them(survivor));
        self.tell(survivor, &inherited, now);
        let survivor = Box::new(self.user(survivor).expect("a root is there"));
        (Merging::Merged { survivor, merged }, aliases.collect())
    }

    /// The openid's and the unionid's account of a conflict of these users, where only one pair is meant.
    fn one_account(&self, one: UserId, other: UserId) -> Option<(AccountId, AccountId)> {
        let mut pairs = Vec::new();
        for conflict in &self.conflicts {
            let roots = [conflict.of_openid, conflict.of_unionid].map(|id| self.rows[&id].root);
            if roots != [one, other] && roots != [other, one] {
                continue;
            }
            let of = |root, kind, realm: &str| -> Vec<AccountId> {
                let is_it = |method: &&Method| method.method.kind == kind && method.method.realm == realm;
                let methods = self.methods_of(root).filter(is_it);
                methods.map(|method| method.method.account).collect()
            };
            let openids = of(roots[0], LoginMethodKind::WeChatOpenId, conflict.app_id.as_str());
            for unionid in of(
                roots[1],
                LoginMethodKind::WeChatUnionId,
                conflict.open_platform.as_str(),
            ) {
                pairs.extend(openids.iter().map(|openid| (*openid, unionid)));
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        match pairs.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }

    /// Gives what goes on the record too.
    pub(super) fn undo_merge(
        &mut self,
        merged: UserId,
        ending: &SessionsEnding,
        now: OffsetDateTime,
    ) -> (Undoing, Vec<Revocation>) {
        let Some(survivor) = self.user(merged) else {
            return (Undoing::NotFound, Vec::new());
        };
        let moved = |merge: &Merge| merge.moved.iter().any(|(id, ..)| *id == merged);
        let Some(last) = self.merges.iter().rposition(moved) else {
            return (Undoing::NotMerged, Vec::new());
        };
        if !matches!(survivor.state, UserState::Active | UserState::Disabled) {
            return (Undoing::Closing, Vec::new());
        }
        let undone = self.merges.remove(last);
        let mut recorded = Vec::new();
        for (id, root, state) in undone.moved {
            let row = self.rows.get_mut(&id).expect("nobody is ever removed");
            row.root = root;
            row.user.state = match state {
                UserState::Active => survivor.state,
                other => other,
            };
            row.user.updated_at = now;
            recorded.push(Revocation::Alias {
                merged: id,
                into: root,
            });
        }
        for (id, account) in undone.accounts {
            let method = self.methods.iter_mut().find(|one| one.method.id == id);
            method.expect("no method is ever removed").method.account = account;
        }
        recorded.extend(self.end_sessions(&SessionsEnding {
            user_id: undone.into,
            ..*ending
        }));
        let user = |id| Box::new(self.user(id).expect("a root is there"));
        let undone = Undoing::Undone {
            restored: user(undone.from),
            survivor: user(undone.into),
        };
        (undone, recorded)
    }

    pub(super) fn import(&mut self, person: &ImportedUser, now: OffsetDateTime) -> ImportOutcome {
        let brought = person.identifiers();
        let method = |kind, realm: &str, text: &str| {
            let is_it = |one: &&Method| {
                (
                    one.method.kind,
                    one.method.realm.as_str(),
                    one.method.identifier.as_str(),
                ) == (kind, realm, text)
            };
            self.methods.iter().find(is_it)
        };
        let known = |id| self.user(id).as_ref().map(KnownUser::from);
        let user = |method: &Method| known(method.method.user_id).expect("a method has its user");
        let holder = |one: &import::ImportedIdentifier| {
            let method = method(one.key.kind, &one.key.realm, &one.key.identifier)?;
            Some(Holder {
                user: user(method),
                account: method.method.account,
            })
        };
        let phone = person.phone.as_ref().map(Identifier::of_phone);
        let holders = Holders {
            external_id: person
                .external_id
                .as_ref()
                .and_then(|id| known(self.by_external_id(id)?)),
            identifiers: brought.iter().map(holder).collect(),
            phone: phone
                .as_ref()
                .and_then(|phone| method(phone.kind, "", &phone.text))
                .map(user),
        };
        let id = match import::decide(person, &holders) {
            Decision::Leave => return ImportOutcome::Unchanged,
            Decision::Refuse(refusal) => return ImportOutcome::Refused(refusal),
            Decision::Register => self.register_imported(person, now),
            Decision::Complete(id, completion) => {
                self.complete(id, *completion, now);
                id
            }
        };
        let mut accounts = vec![None; brought.len().max(person.wechat.len())];
        for (one, _) in brought
            .iter()
            .zip(&holders.identifiers)
            .filter(|(_, holder)| holder.is_none())
        {
            let account = accounts[one.wechat_account]
                .or_else(|| holders.account_of(&brought, one))
                .unwrap_or_else(|| AccountId::generate(now, &self.entropy));
            accounts[one.wechat_account] = Some(account);
            let identifier = Identifier {
                kind: one.key.kind,
                realm: one.key.realm.clone(),
                text: one.key.identifier.clone(),
            };
            self.add_method(id, identifier, account, None, now);
        }
        if let Some(phone) = person.phone.as_ref().filter(|_| holders.phone.is_none()) {
            let account = AccountId::generate(now, &self.entropy);
            self.add_method(id, Identifier::of_phone(phone), account, Some(phone.clone()), now);
        }
        ImportOutcome::Imported
    }

    fn register_imported(&mut self, person: &ImportedUser, now: OffsetDateTime) -> UserId {
        let id = UserId::generate(now, &self.entropy);
        let user = User {
            id,
            external_id: person.external_id.clone(),
            nickname: person.nickname.clone(),
            avatar_url: None,
            scopes: person.scopes.iter().map(ToString::to_string).collect(),
            state: UserState::Active,
            former_ids: Vec::new(),
            phone: None,
            created_at: person.created_at.unwrap_or(now),
            updated_at: now,
        };
        self.rows.insert(id, Row::new(user));
        id
    }

    fn complete(&mut self, id: UserId, completion: Completion, now: OffsetDateTime) {
        let row = self
            .root_mut(id)
            .expect("the decision was about a user who is there");
        let user = &mut row.user;
        user.external_id = completion.external_id.or_else(|| user.external_id.take());
        user.created_at = completion.created_at.unwrap_or(user.created_at);
        if !row.own_words.nickname {
            user.nickname = completion.nickname.or_else(|| user.nickname.take());
        }
        user.updated_at = now;
    }

    pub(super) fn add_method(
        &mut self,
        user_id: UserId,
        identifier: Identifier,
        account: AccountId,
        phone: Option<Phone>,
        now: OffsetDateTime,
    ) {
        let method = LoginMethod {
            id: LoginMethodId::generate(now, &self.entropy),
            user_id,
            kind: identifier.kind,
            realm: identifier.realm,
            identifier: identifier.text,
            phone,
            account,
            linked_at: now,
            last_used_at: now,
        };
        self.methods.push(Method { method });
    }
}
