use wechat_login_domain::{
    AccountId, ExternalId, LoginMethodId, Scope, UserId,
    import::{Completion, ImportedUser},
};

use super::{Import, Row};
use crate::{
    failure::Failure,
    lease::Lease,
    sql::{Sql, Value},
    sql_types::Moment,
    users::{
        brought::Identifier,
        write::{self, NewMethod, Whose},
    },
};

impl Import<'_> {
    pub(super) async fn register(
        &self,
        lease: &mut Lease,
        id: UserId,
        person: &ImportedUser,
    ) -> Result<(), Failure> {
        const REGISTER: &str =
            "INSERT INTO users (id, root, external_id, nickname, scopes, created_at, updated_at)
             VALUES (?, ?, ?, ?, ?, ?, ?)";
        let scopes = scopes(&person.scopes);
        let values = [
            Value::Bytes(id.as_bytes()),
            Value::Bytes(id.as_bytes()),
            Value::OptionalBytes(bytes(person.external_id.as_ref())),
            Value::OptionalText(person.nickname.as_deref()),
            Value::Text(&scopes),
            Value::Moment(Moment(person.created_at.unwrap_or(self.now))),
            Value::Moment(Moment(self.now)),
        ];
        lease.execute(&Sql::new(REGISTER, values)).await?;
        Ok(())
    }

    pub(super) async fn complete(
        &self,
        lease: &mut Lease,
        id: UserId,
        completion: &Completion,
    ) -> Result<(), Failure> {
        const COMPLETE: &str = "UPDATE users SET
                external_id = COALESCE(?, external_id), created_at = COALESCE(?, created_at),
                nickname = IF(nickname_is_own, nickname, COALESCE(?, nickname)),
                scopes = COALESCE(?, scopes), version = version + 1, updated_at = ?
             WHERE id = ?";
        let scopes = (!completion.scopes.is_empty()).then(|| scopes(&completion.scopes));
        let values = [
            Value::OptionalBytes(bytes(completion.external_id.as_ref())),
            Value::OptionalMoment(completion.created_at.map(Moment)),
            Value::OptionalText(completion.nickname.as_deref()),
            Value::OptionalText(scopes.as_deref()),
            Value::Moment(Moment(self.now)),
            Value::Bytes(id.as_bytes()),
        ];
        lease.execute(&Sql::new(COMPLETE, values)).await?;
        Ok(())
    }

    /// Links what nobody has.
    pub(super) async fn link(&self, lease: &mut Lease, user: UserId, row: Row<'_>) -> Result<(), Failure> {
        let mut accounts: Vec<Option<AccountId>> = vec![None; row.brought.len().max(row.person.wechat.len())];
        let mut new = Vec::new();
        let all = row
            .brought
            .iter()
            .zip(&row.identifiers)
            .zip(&row.holders.identifiers);
        for ((one, identifier), _) in all.filter(|(_, holder)| holder.is_none()) {
            let account = *accounts[one.wechat_account].get_or_insert_with(|| {
                let known = row.holders.account_of(&row.brought, one);
                known.unwrap_or_else(|| self.new_account())
            });
            new.push(self.method(identifier, account, None));
        }
        let phone = row.person.phone.as_ref().filter(|_| row.holders.phone.is_none());
        // Under the current encryption key.
        let current = phone.and_then(|phone| Identifier::of_phone(phone, self.keyring).into_iter().next());
        if let (Some(phone), Some(one)) = (phone, &current) {
            let sealed = write::seal(phone, one, self.keyring);
            // A phone is a way in of its own.
            new.push(self.method(one, self.new_account(), Some(sealed)));
        }
        if new.is_empty() {
            return Ok(());
        }
        write::insert(lease, &Whose::Of(user), &new, self.now, "").await
    }

    fn method<'a>(
        &self,
        identifier: &'a Identifier,
        account: AccountId,
        sealed: Option<Vec<u8>>,
    ) -> NewMethod<'a> {
        NewMethod {
            identifier,
            id: LoginMethodId::generate(self.now, self.entropy),
            account,
            sealed,
        }
    }

    fn new_account(&self) -> AccountId {
        AccountId::generate(self.now, self.entropy)
    }
}

fn bytes(external_id: Option<&ExternalId>) -> Option<&[u8]> {
    external_id.map(|id| id.as_str().as_bytes())
}

fn scopes(scopes: &[Scope]) -> String {
    let scopes: Vec<_> = scopes.iter().map(Scope::as_str).collect();
    scopes.join(" ")
}
