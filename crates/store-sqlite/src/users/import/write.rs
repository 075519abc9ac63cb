use diesel::{RunQueryDsl, SqliteConnection};
use wechat_login_domain::{
    ExternalId, Scope, UserId,
    import::{Completion, NewLink, NewUser, Plan},
    seal_phone,
};

use super::{Import, LISTED};
use crate::{
    failure::Failure,
    sql::{Sql, Value},
    sql_types::Moment,
};

impl Import {
    pub(super) fn write(&self, connection: &mut SqliteConnection, plan: &Plan<'_>) -> Result<(), Failure> {
        for links in plan.links.chunks(LISTED) {
            self.link(connection, links)?;
        }
        for users in plan.users.chunks(LISTED) {
            self.register(connection, users)?;
        }
        for (id, completion) in &plan.completions {
            self.complete(connection, *id, completion)?;
        }
        Ok(())
    }

    fn link(&self, connection: &mut SqliteConnection, links: &[NewLink<'_>]) -> Result<(), Failure> {
        let text = format!(
            "INSERT INTO login_methods
                (kind, realm, identifier, id, user_id, account, sealed, linked_at, last_used_at)
             VALUES {}",
            vec!["(?, ?, ?, ?, ?, ?, ?, ?, ?)"; links.len()].join(", ")
        );
        let seal = |link: &NewLink<'_>| {
            let phone = link.phone?;
            Some(seal_phone(&link.key.identifier, phone, &self.keyring))
        };
        let sealed: Vec<_> = links.iter().map(seal).collect();
        let now = Value::Moment(Moment(self.now));
        let values = links.iter().zip(&sealed).flat_map(|(link, sealed)| {
            [
                Value::Text(link.key.kind.as_str()),
                Value::Text(&link.key.realm),
                Value::Text(&link.key.identifier),
                Value::Bytes(link.id.as_bytes()),
                Value::Bytes(link.user.as_bytes()),
                Value::Bytes(link.account.as_bytes()),
                Value::OptionalBytes(sealed.as_deref()),
                now,
                now,
            ]
        });
        Sql::of_many(text, values, links.len() == LISTED).execute(connection)?;
        Ok(())
    }

    fn register(&self, connection: &mut SqliteConnection, users: &[NewUser<'_>]) -> Result<(), Failure> {
        let text = format!(
            "INSERT INTO users (id, root, external_id, nickname, scopes, created_at, updated_at) VALUES {}",
            vec!["(?, ?, ?, ?, ?, ?, ?)"; users.len()].join(", ")
        );
        let scopes: Vec<_> = users.iter().map(|user| written(user.scopes)).collect();
        let values = users.iter().zip(&scopes).flat_map(|(user, scopes)| {
            [
                Value::Bytes(user.id.as_bytes()),
                Value::Bytes(user.id.as_bytes()),
                Value::OptionalText(user.external_id.map(ExternalId::as_str)),
                Value::OptionalText(user.nickname),
                Value::Text(scopes),
                Value::Moment(Moment(user.created_at)),
                Value::Moment(Moment(self.now)),
            ]
        });
        Sql::of_many(text, values, users.len() == LISTED).execute(connection)?;
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
                nickname = iif(nickname_is_own, nickname, coalesce(?, nickname)), version = version + 1, updated_at = ?
             WHERE id = ?";
        let values = [
            Value::OptionalText(completion.external_id.as_ref().map(ExternalId::as_str)),
            Value::OptionalMoment(completion.created_at.map(Moment)),
            Value::OptionalText(completion.nickname.as_deref()),
            Value::Moment(Moment(self.now)),
            Value::Bytes(id.as_bytes()),
        ];
        Sql::new(COMPLETE, values).execute(connection)?;
        Ok(())
    }
}

fn written(scopes: &[Scope]) -> String {
    let scopes: Vec<_> = scopes.iter().map(Scope::as_str).collect();
    scopes.join(" ")
}
