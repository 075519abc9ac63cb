//! Cases 1, 2, 3 and 6: one user, who may bring something new.

use std::sync::Arc;

use time::Duration;
use wechat_login_domain::{
    LoginMethodKind::{Phone, WeChatOpenId, WeChatUnionId},
    ports::Users,
    resolve::{Identification, PhoneJoins, Policy},
};

use super::{account, identifiers, sign_in};
use crate::sample::{NOW, alice, phone, shop_mini, shop_mobile, shop_web, unionid};

pub async fn a_new_unionid_is_linked_to_the_user_of_the_openid(users: Arc<dyn Users>) {
    let first = sign_in(&users, &alice().at_unbound(&shop_mini()), NOW).await;
    let bound = sign_in(&users, &alice().at(&shop_mini()), NOW).await;
    assert!(!bound.is_new);
    assert_eq!(bound.id, first.id);
    let by_unionid = sign_in(&users, &alice().at(&shop_web()), NOW).await;
    assert!(!by_unionid.is_new);
    assert_eq!(by_unionid.id, first.id);
}

pub async fn a_new_openid_is_linked_to_the_user_of_the_unionid(users: Arc<dyn Users>) {
    let first = sign_in(&users, &alice().at(&shop_mini()), NOW).await;
    let at_web = sign_in(&users, &alice().at(&shop_web()), NOW + Duration::HOUR).await;
    assert!(!at_web.is_new);
    assert_eq!(at_web.id, first.id);
    let by_openid = sign_in(&users, &alice().at_unbound(&shop_web()), NOW).await;
    assert!(!by_openid.is_new);
    assert_eq!(by_openid.id, first.id);

    let account = account(&users, first.id).await;
    assert_eq!(identifiers(&account, WeChatOpenId).len(), 2);
    assert_eq!(identifiers(&account, WeChatUnionId).len(), 1);
    let at_web = alice().openid(&shop_web());
    let method = account
        .methods
        .iter()
        .find(|method| method.identifier == at_web.as_str());
    assert_eq!(method.expect("it was linked").linked_at, NOW + Duration::HOUR);
}

pub async fn a_login_without_a_unionid_keeps_the_one_that_is_known(users: Arc<dyn Users>) {
    let first = sign_in(&users, &alice().at(&shop_mini()), NOW).await;
    let again = sign_in(&users, &alice().at_unbound(&shop_mini()), NOW).await;
    assert_eq!(again.id, first.id);
    let account = account(&users, first.id).await;
    assert_eq!(identifiers(&account, WeChatUnionId).len(), 1);
}

pub async fn another_unionid_is_linked_beside_the_first(users: Arc<dyn Users>) {
    let first = sign_in(&users, &alice().at(&shop_mini()), NOW).await;
    let moved = Identification {
        unionid: Some(unionid("uAlice-after-the-move")),
        ..alice().at(&shop_mini())
    };
    let later = NOW + Duration::days(1);
    assert_eq!(sign_in(&users, &moved, later).await.id, first.id);

    let by_old = sign_in(&users, &alice().at(&shop_web()), later).await;
    assert_eq!(by_old.id, first.id);
    let at_mobile = Identification {
        unionid: moved.unionid,
        ..alice().at(&shop_mobile())
    };
    assert_eq!(sign_in(&users, &at_mobile, later).await.id, first.id);
    let account = account(&users, first.id).await;
    assert_eq!(identifiers(&account, WeChatUnionId).len(), 2);
}

pub async fn one_wechat_account_is_one_account_however_it_was_linked(users: Arc<dyn Users>) {
    let moved = Identification {
        unionid: Some(unionid("uAlice-after-the-move")),
        ..alice().at(&shop_mini())
    };
    let first = sign_in(&users, &alice().at_unbound(&shop_mini()), NOW).await;
    for asked in [alice().at(&shop_mini()), alice().at(&shop_web()), moved] {
        sign_in(&users, &asked, NOW).await;
    }
    let account = account(&users, first.id).await;
    assert_eq!(account.methods.len(), 4);
    let one = account.methods[0].account;
    assert!(account.methods.iter().all(|method| method.account == one));
}

/// A phone may bring together what nobody knows to be one WeChat account, until it is bound to the Open Platform account.
pub async fn two_accounts_of_a_user_become_one_where_wechat_says_that_they_are(users: Arc<dyn Users>) {
    let with_phone = |asked: Identification| Identification {
        phone: Some(phone(1)),
        policy: Policy {
            phone_joins: PhoneJoins::Link,
            ..asked.policy
        },
        ..asked
    };
    let first = sign_in(&users, &with_phone(alice().at_unbound(&shop_mini())), NOW)
        .await
        .id;
    let web = with_phone(alice().at(&shop_web()));
    assert_eq!(sign_in(&users, &web, NOW).await.id, first);
    let accounts = async || {
        let account = account(&users, first).await;
        let wechat = account.methods.iter().filter(|method| method.kind != Phone);
        wechat
            .map(|method| method.account)
            .collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(accounts().await.len(), 2);
    let later = NOW + Duration::days(2);
    assert_eq!(sign_in(&users, &alice().at(&shop_mini()), later).await.id, first);
    assert_eq!(accounts().await.len(), 1);
}
