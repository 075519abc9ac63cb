//! What makes an identifier another one: databases like to think that some are the same.

use std::sync::Arc;

use wechat_login_domain::{AppId, LoginMethodKind, OpenPlatform, ports::Users, resolve::Identification};

use super::{account, identifiers, sign_in};
use crate::sample::{NOW, alice, openid, shop_mini, shop_web, unionid};

pub async fn letter_case_of_an_openid_makes_another_person(users: Arc<dyn Users>) {
    let asked = |text: &str| Identification {
        openid: openid(text),
        ..alice().at_unbound(&shop_mini())
    };
    let upper = sign_in(&users, &asked("oABC_-9"), NOW).await;
    let lower = sign_in(&users, &asked("oAbC_-9"), NOW).await;
    assert!(lower.is_new);
    assert_ne!(lower.id, upper.id);
    assert_eq!(sign_in(&users, &asked("oABC_-9"), NOW).await.id, upper.id);
    let kept = account(&users, upper.id).await;
    assert_eq!(identifiers(&kept, LoginMethodKind::WeChatOpenId), ["oABC_-9"]);
}

pub async fn letter_case_of_a_unionid_makes_another_person(users: Arc<dyn Users>) {
    let asked = |open: &str, union: &str| Identification {
        openid: openid(open),
        unionid: Some(unionid(union)),
        ..alice().at(&shop_mini())
    };
    let upper = sign_in(&users, &asked("o1", "uABC"), NOW).await;
    let lower = sign_in(&users, &asked("o2", "uAbC"), NOW).await;
    assert!(lower.is_new);
    assert_ne!(lower.id, upper.id);
    assert_eq!(sign_in(&users, &asked("o3", "uABC"), NOW).await.id, upper.id);
}

pub async fn the_same_openid_at_two_apps_is_two_people(users: Arc<dyn Users>) {
    let asked = |app_id: AppId| Identification {
        app_id,
        openid: openid("oABC"),
        ..alice().at_unbound(&shop_mini())
    };
    let at_mini = sign_in(&users, &asked(shop_mini().app_id), NOW).await;
    let at_web = sign_in(&users, &asked(shop_web().app_id), NOW).await;
    assert!(at_web.is_new);
    assert_ne!(at_web.id, at_mini.id);
}

pub async fn the_same_unionid_at_two_open_platform_accounts_is_two_people(users: Arc<dyn Users>) {
    let asked = |open: &str, account: &str| Identification {
        openid: openid(open),
        open_platform: OpenPlatform::parse(account).expect("the sample is an account's name"),
        unionid: Some(unionid("uABC")),
        ..alice().at(&shop_mini())
    };
    let at_one = sign_in(&users, &asked("o1", "default"), NOW).await;
    let at_other = sign_in(&users, &asked("o2", "games"), NOW).await;
    assert!(at_other.is_new);
    assert_ne!(at_other.id, at_one.id);
    assert_eq!(sign_in(&users, &asked("o3", "games"), NOW).await.id, at_other.id);
}

pub async fn an_openid_and_a_unionid_of_the_same_text_are_not_the_same(users: Arc<dyn Users>) {
    // An AppID and an Open Platform account may bear the same name, too.
    let shop = AppId::parse("shop").expect("the sample is an AppID");
    let asked = |app_id: &AppId, open: &str, union: Option<&str>| Identification {
        app_id: app_id.clone(),
        openid: openid(open),
        open_platform: OpenPlatform::parse("shop").expect("the sample is an account's name"),
        unionid: union.map(unionid),
        ..alice().at(&shop_mini())
    };
    let by_openid = sign_in(&users, &asked(&shop, "same", None), NOW).await;
    let by_unionid = sign_in(&users, &asked(&shop, "other", Some("same")), NOW).await;
    assert!(by_unionid.is_new);
    assert_ne!(by_unionid.id, by_openid.id);
}
