use diesel::{
    QueryableByName,
    sql_types::{Binary, Datetime, Integer, Text},
};
use wechat_login_domain::{AppId, OpenPlatform, ports::Conflict};

use crate::{
    failure::Failure,
    lease::Lease,
    sql::Sql,
    sql_types::{Id, Moment},
};

#[derive(QueryableByName)]
struct ConflictRow {
    #[diesel(sql_type = Binary)]
    openid_user: Id,
    #[diesel(sql_type = Binary)]
    unionid_user: Id,
    #[diesel(sql_type = Text)]
    app_id: String,
    #[diesel(sql_type = Text)]
    open_platform: String,
    #[diesel(sql_type = Datetime)]
    first_seen_at: Moment,
    #[diesel(sql_type = Datetime)]
    last_seen_at: Moment,
    #[diesel(sql_type = Integer)]
    days: i32,
}

/// The conflicts of users who are still two. All of them are walked through: they are the operator's list, and short.
pub(super) async fn all(lease: &mut Lease) -> Result<Vec<Conflict>, Failure> {
    const CONFLICTS: &str = "SELECT c.* FROM conflicts c
         STRAIGHT_JOIN users o ON o.id = c.openid_user
         STRAIGHT_JOIN users n ON n.id = c.unionid_user
         WHERE o.root <> n.root ORDER BY c.last_seen_at DESC, c.openid_user, c.unionid_user";
    let rows = lease.load::<ConflictRow>(&Sql::new(CONFLICTS, [])).await?;
    let rows = rows.into_iter().map(|row| {
        Ok(Conflict {
            of_openid: row.openid_user.user(),
            of_unionid: row.unionid_user.user(),
            app_id: AppId::parse(&row.app_id).map_err(Failure::bad_row("conflicts"))?,
            open_platform: OpenPlatform::parse(&row.open_platform).map_err(Failure::bad_row("conflicts"))?,
            first_seen_at: row.first_seen_at.0,
            last_seen_at: row.last_seen_at.0,
            days: u32::try_from(row.days).map_err(Failure::bad_row("conflicts"))?,
        })
    });
    rows.collect()
}
