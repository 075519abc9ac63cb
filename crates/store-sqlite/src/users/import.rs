use std::sync::Arc;

use diesel::{RunQueryDsl, SqliteConnection, insert_into};
use time::OffsetDateTime;
use wechat_login_domain::{
    AccountId, ExternalId, Keyring, LoginMethodId, Scope, UserId,
    import::{self, Completion, Decision, Holder, Holders, ImportOutcome, ImportedIdentifier, ImportedUser},
    ports::Entropy,
};

use super::{
    brought::Identifier,
    look_up,
    write::{self, NewMethod},
};
use crate::{
    failure::Failure,
    schema::login_methods,
    sql::{Sql, Value},
    sql_types::Moment,
};

/// People who move in, one after the other in one transaction.
pub(super) struct Import {
    pub(super) now: OffsetDateTime,
    pub(super) keyring: Arc<Keyring>,
    pub(super) entropy: Arc<dyn Entropy>,
}

/// What a row brings to be known by, and who has it.
struct Row<'a> {
    person: &'a ImportedUser,
    brought: Vec<ImportedIdentifier>,
    holders: Holders,
}

impl Import {
    pub(super) fn take_over(
        &self,
        connection: &mut SqliteConnection,
        person: &ImportedUser,
    ) -> Result<ImportOutcome, Failure> {
        let row = self.look_up(connection, person)?;
        match import::decide(person, &row.holders) {
            Decision::Leave => return Ok(ImportOutcome::Unchanged),
            Decision::Refuse(refusal) => return Ok(ImportOutcome::Refused(refusal)),
            Decision::Register => {
                let id = UserId::generate(self.now, &*self.entropy);
                self.register(connection, id, person)?;
                self.link(connection, id, &row)?;
            }
            Decision::Complete(id, completion) => {
                self.complete(connection, id, &completion)?;
                self.link(connection, id, &row)?;
            }
        }
        Ok(ImportOutcome::Imported)
    }

    fn look_up<'a>(
        &self,
        connection: &mut SqliteConnection,
        person: &'a ImportedUser,
    ) -> Result<Row<'a>, Failure> {
        let keyring = &self.keyring;
        let external_id = match &person.external_id {
            Some(id) => look_up::user_by_external_id(connection, id, keyring)?,
            None => None,
        };
        let brought = person.identifiers();
        let mut identifiers = Vec::with_capacity(brought.len());
        for one in &brought {
            let owner = look_up::owner(connection, &identifier(one), keyring)?;
            identifiers.push(owner.map(|owner| Holder {
                user: owner.user,
                account: owner.account,
            }));
        }
        let mut phone = None;
        for one in person
            .phone
            .iter()
            .flat_map(|phone| Identifier::of_phone(phone, keyring))
        {
            phone = match phone {
                None => look_up::owner(connection, &one, keyring)?,
                known => known,
            };
        }
        Ok(Row {
            person,
            brought,
            holders: Holders {
                external_id,
                identifiers,
                phone: phone.map(|owner| owner.user),
            },
        })
    }

    fn register(
        &self,
        connection: &mut SqliteConnection,
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
            Value::OptionalText(person.external_id.as_ref().map(ExternalId::as_str)),
            Value::OptionalText(person.nickname.as_deref()),
            Value::Text(&scopes),
            Value::Moment(Moment(person.created_at.unwrap_or(self.now))),
            Value::Moment(Moment(self.now)),
        ];
        Sql::new(REGISTER, values).execute(connection)?;
        Ok(())
    }

    fn complete(
        &self,
        connection: &mut SqliteConnection,
        id: UserId,
        completion: &Completion,
    ) -> Result<(), Failure> {
        const COMPLETE: &str = "UPDATE users SET
                external_id = coalesce(?, external_id), created_at = coalesce(?, created_at),
                nickname = iif(nickname_is_own, nickname, coalesce(?, nickname)),
                scopes = coalesce(?, scopes), version = version + 1, updated_at = ?
             WHERE id = ?";
        let scopes = (!completion.scopes.is_empty()).then(|| scopes(&completion.scopes));
        let values = [
            Value::OptionalText(completion.external_id.as_ref().map(ExternalId::as_str)),
            Value::OptionalMoment(completion.created_at.map(Moment)),
            Value::OptionalText(completion.nickname.as_deref()),
            Value::OptionalText(scopes.as_deref()),
            Value::Moment(Moment(self.now)),
            Value::Bytes(id.as_bytes()),
        ];
        Sql::new(COMPLETE, values).execute(connection)?;
        Ok(())
    }

    /// Links what nobody has.
    fn link(&self, connection: &mut SqliteConnection, user: UserId, row: &Row<'_>) -> Result<(), Failure> {
        let mut accounts: Vec<Option<AccountId>> = vec![None; row.brought.len().max(row.person.wechat.len())];
        let mut new = Vec::new();
        let free = row.brought.iter().zip(&row.holders.identifiers);
        for (one, _) in free.filter(|(_, holder)| holder.is_none()) {
            let account = *accounts[one.wechat_account].get_or_insert_with(|| {
                let known = row.holders.account_of(&row.brought, one);
                known.unwrap_or_else(|| self.new_account())
            });
            new.push((identifier(one), account, None));
        }
        let phone = row.person.phone.as_ref().filter(|_| row.holders.phone.is_none());
        if let Some(phone) = phone
            && let Some(one) = Identifier::of_phone(phone, &self.keyring).into_iter().next()
        {
            let sealed = write::seal(phone, &one, &self.keyring);
            // A phone is a way in of its own.
            new.push((one, self.new_account(), Some(sealed)));
        }
        let now = Moment(self.now);
        let rows = new.iter().map(|(identifier, account, sealed)| NewMethod {
            kind: identifier.kind.as_str(),
            realm: &identifier.realm,
            identifier: &identifier.text,
            id: LoginMethodId::generate(self.now, &*self.entropy).into(),
            user_id: user.into(),
            account: (*account).into(),
            sealed: sealed.clone(),
            linked_at: now,
            last_used_at: now,
        });
        let rows: Vec<_> = rows.collect();
        if !rows.is_empty() {
            insert_into(login_methods::table)
                .values(rows)
                .execute(connection)?;
        }
        Ok(())
    }

    fn new_account(&self) -> AccountId {
        AccountId::generate(self.now, &*self.entropy)
    }
}

fn identifier(brought: &ImportedIdentifier) -> Identifier {
    Identifier {
        kind: brought.kind,
        realm: brought.realm.clone(),
        text: brought.identifier.clone(),
    }
}

fn scopes(scopes: &[Scope]) -> String {
    let scopes: Vec<_> = scopes.iter().map(Scope::as_str).collect();
    scopes.join(" ")
}
