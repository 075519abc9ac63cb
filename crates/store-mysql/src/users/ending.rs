//! Ending the sessions of one user.

use diesel::{
    QueryableByName,
    sql_types::{Binary, Integer},
};
use wechat_login_domain::{Keyring, Revocation, User, UserId, ports::SessionsEnding};

use super::one_user::Deed;
use crate::{
    failure::Failure,
    lease::Lease,
    revocations,
    sql::{Sql, Value},
    sql_types::Id,
};

impl Deed for SessionsEnding {
    type Outcome = Vec<Revocation>;

    fn nobody(&self) -> Vec<Revocation> {
        Vec::new()
    }

    async fn to(&self, lease: &mut Lease, user: User, _: &Keyring) -> Result<Vec<Revocation>, Failure> {
        let ending = Self {
            user_id: user.id,
            ..*self
        };
        end_sessions(lease, &ending).await
    }
}

#[derive(QueryableByName)]
struct Raised {
    #[diesel(sql_type = Binary)]
    id: Id,
    #[diesel(sql_type = Integer)]
    generation: i32,
}

/// Raises the generation of a user, who must be locked, and of everybody who was merged into them, and gives what they are then.
pub(super) async fn raise(lease: &mut Lease, root: UserId) -> Result<Vec<(UserId, i32)>, Failure> {
    const RAISE: &str = "UPDATE users SET generation = generation + 1, version = version + 1 WHERE root = ?";
    const RAISED: &str = "SELECT id, generation FROM users WHERE root = ? ORDER BY id";
    let root = || [Value::Bytes(root.as_bytes())];
    lease.execute(&Sql::new(RAISE, root())).await?;
    let raised = lease.load::<Raised>(&Sql::new(RAISED, root())).await?;
    let raised = raised.into_iter().map(|row| (row.id.user(), row.generation));
    Ok(raised.collect())
}

/// A merged user's sessions name the merged user, so each id is barred by itself. The user must be locked, and nobody's former id.
pub(super) async fn end_sessions(
    lease: &mut Lease,
    ending: &SessionsEnding,
) -> Result<Vec<Revocation>, Failure> {
    let raised = raise(lease, ending.user_id).await?;
    let rows = raised.into_iter().map(|(user_id, generation)| Revocation::User {
        user_id,
        generation,
        except: ending.except,
        because: ending.because,
        bars_until: ending.bars_until,
    });
    let rows: Vec<_> = rows.collect();
    for row in &rows {
        revocations::record(lease, row).await?;
    }
    Ok(rows)
}
