use diesel::{
    QueryableByName,
    sql_types::{BigInt, Binary, Bool, Datetime, Integer, Nullable, Text},
};
use wechat_login_domain::{
    ExternalId, Keyring, LoginMethod, LoginMethodKind, OwnWords, Phone, User, UserId, UserState, open_phone,
    resolve::Owner,
};

use crate::{
    failure::Failure,
    sql_types::{Id, Moment},
};

/// What [`UserRow`] reads of `r`, a user that is its own root, and `p`, the phone that was linked last.
pub(super) const USER_COLUMNS: &str = "r.id, r.external_id, r.nickname, r.avatar_url, r.scopes, r.state, \
     r.closing_at, r.generation, r.created_at, r.updated_at, \
     (SELECT GROUP_CONCAT(HEX(f.id) ORDER BY f.id SEPARATOR '') FROM users f WHERE f.root = r.id AND f.id <> r.id) \
         AS former_ids, \
     p.identifier AS phone_identifier, p.sealed AS phone_sealed";

/// Where `r` and `p` come from, given `u`, any user. Without the hints a server takes `kind` for a way to find phones while there are few.
pub(super) const ROOT_AND_PHONE: &str = "JOIN users r ON r.id = u.root \
     LEFT JOIN login_methods p ON p.id = ( \
         SELECT l.id FROM users f STRAIGHT_JOIN login_methods l FORCE INDEX (login_methods_by_user) ON l.user_id = f.id \
         WHERE f.root = r.id AND l.kind = 'phone' ORDER BY l.linked_at DESC, l.id DESC LIMIT 1)";

/// When `r` came last, by whatever way in. It matters of a phone's user alone.
pub(super) const CAME_AT: &str = "(SELECT MAX(l.last_used_at) \
     FROM users f STRAIGHT_JOIN login_methods l FORCE INDEX (login_methods_by_user) ON l.user_id = f.id \
     WHERE f.root = r.id)";

/// What [`MethodRow`] reads of `l`, a login method.
pub(super) const METHOD_COLUMNS: &str =
    "l.id, l.user_id, l.kind, l.realm, l.identifier, l.account, l.sealed, l.linked_at, l.last_used_at";

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
    #[diesel(sql_type = Nullable<Datetime>)]
    closing_at: Option<Moment>,
    #[diesel(sql_type = Integer)]
    generation: i32,
    #[diesel(sql_type = Datetime)]
    created_at: Moment,
    #[diesel(sql_type = Datetime)]
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
    /// Which of those that were asked for it is.
    #[diesel(sql_type = BigInt)]
    pub(super) n: i64,
    #[diesel(sql_type = Binary)]
    linked_to: Id,
    #[diesel(sql_type = Binary)]
    account: Id,
    #[diesel(sql_type = Datetime)]
    last_used_at: Moment,
    #[diesel(sql_type = Nullable<Datetime>)]
    pub(super) came_at: Option<Moment>,
    #[diesel(sql_type = Bool)]
    nickname_is_own: bool,
    #[diesel(sql_type = Bool)]
    avatar_is_own: bool,
    #[diesel(embed)]
    user: UserRow,
}

impl OwnerRow {
    pub(super) fn owner(self, keyring: &Keyring) -> Result<Owner, Failure> {
        Ok(Owner {
            linked_to: self.linked_to.user(),
            account: self.account.account(),
            last_used_at: self.last_used_at.0,
            own_words: OwnWords {
                nickname: self.nickname_is_own,
                avatar_url: self.avatar_is_own,
            },
            generation: self.user.generation,
            user: self.user.user(keyring)?,
        })
    }
}

#[derive(QueryableByName)]
pub(super) struct MethodRow {
    #[diesel(sql_type = Binary)]
    id: Id,
    #[diesel(sql_type = Binary)]
    user_id: Id,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    realm: String,
    #[diesel(sql_type = Text)]
    identifier: String,
    #[diesel(sql_type = Binary)]
    account: Id,
    #[diesel(sql_type = Nullable<Binary>)]
    sealed: Option<Vec<u8>>,
    #[diesel(sql_type = Datetime)]
    linked_at: Moment,
    #[diesel(sql_type = Datetime)]
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
