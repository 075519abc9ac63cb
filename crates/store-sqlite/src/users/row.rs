use diesel::{
    QueryableByName, Selectable,
    prelude::Queryable,
    sql_types::{BigInt, Binary, Bool, Integer, Nullable, Text},
};
use wechat_login_domain::{
    ExternalId, Keyring, LoginMethod, LoginMethodKind, OwnWords, Phone, User, UserId, UserState, open_phone,
    resolve::Owner,
};

use crate::{
    failure::Failure,
    schema::login_methods,
    sql_types::{Id, Moment},
};

/// What [`UserRow`] reads of `r`, a user that is its own root, and `p`, the phone that was linked last.
pub(super) const USER_COLUMNS: &str = "r.id, r.external_id, r.nickname, r.avatar_url, r.scopes, r.state, \
     r.closing_at, r.generation, r.created_at, r.updated_at, \
     (SELECT group_concat(hex(f.id), '' ORDER BY f.id) FROM users f WHERE f.root = r.id AND f.id <> r.id) \
         AS former_ids, \
     p.identifier AS phone_identifier, p.sealed AS phone_sealed";

/// Where `r` and `p` come from, given `u`, any user. CROSS JOIN keeps SQLite to this order, each step of which is one key.
pub(super) const ROOT_AND_PHONE: &str = "CROSS JOIN users r ON r.id = u.root \
     LEFT JOIN login_methods p ON p.id = ( \
         SELECT l.id FROM users f CROSS JOIN login_methods l ON l.user_id = f.id \
         WHERE f.root = r.id AND l.kind = 'phone' ORDER BY l.linked_at DESC, l.id DESC LIMIT 1)";

/// What [`OwnerRow`] reads of `m`, a login method, and of whoever it means. When a user came last matters of a phone alone.
pub(super) const OWNER_COLUMNS: &str = "m.kind, m.user_id AS linked_to, m.account, m.last_used_at, \
     r.nickname_is_own, r.avatar_is_own, \
     CASE m.kind WHEN 'phone' THEN ( \
         SELECT max(l.last_used_at) FROM users f CROSS JOIN login_methods l ON l.user_id = f.id WHERE f.root = r.id \
     ) END AS came_at";

#[derive(QueryableByName)]
pub(super) struct UserRow {
    #[diesel(sql_type = Binary)]
    id: Id,
    #[diesel(sql_type = Nullable<Text>)]
    external_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    nickname: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    avatar_url: Option<String>,
    #[diesel(sql_type = Text)]
    scopes: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    closing_at: Option<Moment>,
    #[diesel(sql_type = Integer)]
    generation: i32,
    #[diesel(sql_type = BigInt)]
    created_at: Moment,
    #[diesel(sql_type = BigInt)]
    updated_at: Moment,
    #[diesel(sql_type = Nullable<Text>)]
    former_ids: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    phone_identifier: Option<String>,
    #[diesel(sql_type = Nullable<Binary>)]
    phone_sealed: Option<Vec<u8>>,
}

impl UserRow {
    pub(super) fn user(self, keyring: &Keyring) -> Result<User, Failure> {
        let phone = self.phone(keyring);
        let former_ids = self.former_ids.as_deref().unwrap_or_default();
        Ok(User {
            id: self.id.user(),
            external_id: self
                .external_id
                .map(|id| ExternalId::parse(&id))
                .transpose()
                .map_err(Failure::bad_row("users"))?,
            nickname: self.nickname,
            avatar_url: self.avatar_url,
            scopes: self.scopes.split_whitespace().map(ToOwned::to_owned).collect(),
            state: UserState::of_survivor(&self.state, self.closing_at.map(|at| at.0))
                .ok_or(Failure::BadRow("users"))?,
            former_ids: ids(former_ids).ok_or(Failure::BadRow("users"))?,
            phone,
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
        })
    }

    fn phone(&self, keyring: &Keyring) -> Option<Phone> {
        open_phone(
            self.phone_identifier.as_ref()?,
            self.phone_sealed.as_ref()?,
            keyring,
        )
    }
}

/// Reads ids of 32 hexadecimal digits each, one behind the other.
fn ids(text: &str) -> Option<Vec<UserId>> {
    let id = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse().ok();
    text.as_bytes().chunks(32).map(id).collect()
}

/// A login method that was brought, and the user it means.
#[derive(QueryableByName)]
pub(super) struct OwnerRow {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Binary)]
    linked_to: Id,
    #[diesel(sql_type = Binary)]
    account: Id,
    #[diesel(sql_type = BigInt)]
    last_used_at: Moment,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) came_at: Option<Moment>,
    #[diesel(sql_type = Bool)]
    nickname_is_own: bool,
    #[diesel(sql_type = Bool)]
    avatar_is_own: bool,
    #[diesel(embed)]
    user: UserRow,
}

impl OwnerRow {
    pub(super) fn owner(self, keyring: &Keyring) -> Result<(LoginMethodKind, Owner), Failure> {
        let kind = LoginMethodKind::from_name(&self.kind).ok_or(Failure::BadRow("login_methods"))?;
        let owner = Owner {
            linked_to: self.linked_to.user(),
            account: self.account.account(),
            last_used_at: self.last_used_at.0,
            own_words: OwnWords {
                nickname: self.nickname_is_own,
                avatar_url: self.avatar_is_own,
            },
            generation: self.user.generation,
            user: self.user.user(keyring)?,
        };
        Ok((kind, owner))
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = login_methods)]
pub(super) struct MethodRow {
    id: Id,
    user_id: Id,
    kind: String,
    realm: String,
    identifier: String,
    account: Id,
    sealed: Option<Vec<u8>>,
    linked_at: Moment,
    last_used_at: Moment,
}

impl MethodRow {
    pub(super) fn method(self, keyring: &Keyring) -> Result<LoginMethod, Failure> {
        let sealed = self.sealed.as_ref();
        Ok(LoginMethod {
            id: self.id.login_method(),
            user_id: self.user_id.user(),
            kind: LoginMethodKind::from_name(&self.kind).ok_or(Failure::BadRow("login_methods"))?,
            phone: sealed.and_then(|sealed| open_phone(&self.identifier, sealed, keyring)),
            realm: self.realm,
            identifier: self.identifier,
            account: self.account.account(),
            linked_at: self.linked_at.0,
            last_used_at: self.last_used_at.0,
        })
    }
}
