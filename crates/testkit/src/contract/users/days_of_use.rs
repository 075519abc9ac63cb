//! When a login method was last used, to the day.

use std::{collections::BTreeMap, sync::Arc};

use time::{Duration, OffsetDateTime};
use wechat_login_domain::{UserId, ports::Users};

use super::{account, sign_in};
use crate::sample::{NOW, alice, shop_mini, shop_web};

async fn last_used(users: &Arc<dyn Users>, id: UserId) -> BTreeMap<String, OffsetDateTime> {
    account(users, id)
        .await
        .methods
        .into_iter()
        .map(|method| (method.identifier, method.last_used_at))
        .collect()
}

pub async fn a_login_on_the_same_day_is_not_written_down(users: Arc<dyn Users>) {
    let asked = alice().at(&shop_mini());
    let id = sign_in(&users, &asked, NOW).await.id;
    let first = last_used(&users, id).await;
    assert!(
        first
            .values()
            .all(|used_at| (NOW - Duration::DAY..=NOW).contains(used_at))
    );
    sign_in(&users, &asked, NOW + Duration::HOUR).await;
    assert_eq!(last_used(&users, id).await, first);
}

pub async fn a_login_on_a_later_day_is_written_down(users: Arc<dyn Users>) {
    let asked = alice().at(&shop_mini());
    let id = sign_in(&users, &asked, NOW).await.id;
    for days in [2, 3, 300] {
        let later = NOW + Duration::days(days);
        sign_in(&users, &asked, later).await;
        for (identifier, used_at) in last_used(&users, id).await {
            let on_that_day = later - Duration::DAY..=later;
            assert!(on_that_day.contains(&used_at), "{identifier}: {used_at}");
        }
    }
}

pub async fn identifiers_that_were_not_brought_were_not_used(users: Arc<dyn Users>) {
    let id = sign_in(&users, &alice().at(&shop_mini()), NOW).await.id;
    sign_in(&users, &alice().at(&shop_web()), NOW).await;
    let (mini, web) = (alice().openid(&shop_mini()), alice().openid(&shop_web()));
    let before = last_used(&users, id).await;
    sign_in(&users, &alice().at(&shop_web()), NOW + Duration::days(2)).await;
    let after = last_used(&users, id).await;
    assert_eq!(after[mini.as_str()], before[mini.as_str()]);
    assert!(after[web.as_str()] > before[web.as_str()]);
}
