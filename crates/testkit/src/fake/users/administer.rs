use async_trait::async_trait;
use time::OffsetDateTime;
use wechat_login_domain::{
    ExternalId, PortError, Revocation, RevokedBecause, ScopeChange, User, UserAccount, UserId, UserReference,
    UserState,
    import::{ImportOutcome, ImportedUser},
    ports::{Administration, Conflict, ExternalIdChange, Merging, SessionsEnding, SignOuts, Undoing},
};

use super::MemoryUsers;

impl MemoryUsers {
    fn record(&self, rows: &[Revocation]) {
        for row in rows {
            self.revocations.push(row.clone());
        }
    }
}

#[async_trait]
impl SignOuts for MemoryUsers {
    async fn end_sessions(&self, ending: &SessionsEnding) -> Result<Vec<Revocation>, PortError> {
        self.with(|table| {
            let rows = table.end_sessions(ending);
            self.record(&rows);
            rows
        })
    }
}

#[async_trait]
impl Administration for MemoryUsers {
    async fn find_accounts(&self, references: &[UserReference]) -> Result<Vec<UserAccount>, PortError> {
        self.with(|table| {
            let mut ids: Vec<_> = references.iter().flat_map(|one| table.meant(one)).collect();
            ids.sort_unstable();
            ids.dedup();
            ids.into_iter().filter_map(|id| table.account(id)).collect()
        })
    }

    async fn disable(
        &self,
        id: UserId,
        bars_until: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Option<User>, PortError> {
        self.with(|table| {
            let either = [UserState::Active, UserState::Disabled];
            if table.set_state(id, (&either, UserState::Disabled), now) {
                self.record(&table.end_sessions(&SessionsEnding {
                    user_id: id,
                    except: None,
                    because: RevokedBecause::UserDisabled,
                    bars_until,
                }));
            }
            table.user(id)
        })
    }

    async fn enable(&self, id: UserId, now: OffsetDateTime) -> Result<Option<User>, PortError> {
        self.with(|table| {
            table.set_state(id, (&[UserState::Disabled], UserState::Active), now);
            table.user(id)
        })
    }

    async fn change_scopes(
        &self,
        id: UserId,
        change: &ScopeChange,
        now: OffsetDateTime,
    ) -> Result<Option<User>, PortError> {
        self.with(|table| table.change_scopes(id, change, now))
    }

    async fn set_external_id(
        &self,
        id: UserId,
        external_id: Option<&ExternalId>,
        now: OffsetDateTime,
    ) -> Result<ExternalIdChange, PortError> {
        self.with(|table| table.set_external_id(id, external_id, now))
    }

    async fn conflicts(&self) -> Result<Vec<Conflict>, PortError> {
        self.with(|table| table.conflicts())
    }

    async fn merge(&self, one: UserId, other: UserId, now: OffsetDateTime) -> Result<Merging, PortError> {
        self.with(|table| {
            let (merging, aliases) = table.merge_users(one, other, now);
            self.record(&aliases);
            merging
        })
    }

    async fn undo_merge(
        &self,
        merged: UserId,
        bars_until: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Undoing, PortError> {
        let ending = SessionsEnding {
            user_id: merged,
            except: None,
            because: RevokedBecause::Kicked,
            bars_until,
        };
        self.with(|table| {
            let (undoing, rows) = table.undo_merge(merged, &ending, now);
            self.record(&rows);
            undoing
        })
    }

    async fn import(
        &self,
        people: &[ImportedUser],
        now: OffsetDateTime,
    ) -> Result<Vec<ImportOutcome>, PortError> {
        self.with(|table| people.iter().map(|person| table.import(person, now)).collect())
    }
}
