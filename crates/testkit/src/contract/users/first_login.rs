//! Case 4: somebody nobody knows.

use std::sync::Arc;

use time::Duration;
use wechat_login_domain::{
    LoginMethodKind, UserState,
    ports::Users,
    resolve::{Identification, Refusal, Resolution},
};

use super::{account, find, identifiers, is_known, of_kind, resolve, sign_in};
use crate::sample::{NOW, alice, shop_mini, shop_web};

pub async fn somebody_new_becomes_a_user_with_both_identifiers(users: Arc<dyn Users>) {
    let asked = alice().at(&shop_mini());
    let alice = sign_in(&users, &asked, NOW).await;
    assert!(alice.is_new);
    assert_eq!(alice.user.state, UserState::Active);
    assert_eq!(alice.user.former_ids, []);
    assert_eq!(alice.user.external_id, None);
    assert_eq!(alice.user.phone, None);
    assert!(alice.user.scopes.is_empty());

    let account = account(&users, alice.id).await;
    assert_eq!(account.user, alice.user);
    let [openid] = of_kind(&account, LoginMethodKind::WeChatOpenId)[..] else {
        panic!("one openid was linked, not {:?}", account.methods)
    };
    assert_eq!(
        (openid.realm.as_str(), openid.identifier.as_str()),
        (asked.app_id.as_str(), asked.openid.as_str())
    );
    let [unionid] = of_kind(&account, LoginMethodKind::WeChatUnionId)[..] else {
        panic!("one unionid was linked, not {:?}", account.methods)
    };
    let wanted = asked.unionid.expect("the sample brings one");
    assert_eq!(
        (unionid.realm.as_str(), unionid.identifier.as_str()),
        (asked.open_platform.as_str(), wanted.as_str())
    );
    assert_eq!(account.methods.len(), 2);
    assert!(account.methods.iter().all(|method| method.user_id == alice.id));
}

pub async fn somebody_new_without_a_unionid_becomes_a_user_too(users: Arc<dyn Users>) {
    let asked = alice().at_unbound(&shop_mini());
    let alice = sign_in(&users, &asked, NOW).await;
    assert!(alice.is_new);
    let account = account(&users, alice.id).await;
    assert_eq!(account.methods.len(), 1);
    assert_eq!(
        identifiers(&account, LoginMethodKind::WeChatOpenId),
        [asked.openid.as_str()]
    );
}

pub async fn a_known_person_is_the_same_user_and_not_new(users: Arc<dyn Users>) {
    let asked = alice().at(&shop_mini());
    let first = sign_in(&users, &asked, NOW).await;
    let again = sign_in(&users, &asked, NOW + Duration::days(40)).await;
    assert!(!again.is_new);
    assert_eq!(again.id, first.id);
    assert_eq!(again.generation, first.generation);
    assert_eq!(again.user.created_at, first.user.created_at);
    assert_eq!(account(&users, first.id).await.methods.len(), 2);
}

pub async fn somebody_new_who_may_not_become_a_user_leaves_nothing_behind(users: Arc<dyn Users>) {
    let asked = Identification {
        create_user: false,
        ..alice().at(&shop_mini())
    };
    for _ in 0..2 {
        let refused = resolve(&users, &asked, NOW).await;
        assert_eq!(refused, Resolution::Refused(Refusal::NotFound));
    }
    let only_openid = alice().at_unbound(&shop_mini());
    assert!(!is_known(&users, &only_openid, NOW).await);
    let only_unionid = alice().at(&shop_web());
    assert!(!is_known(&users, &only_unionid, NOW).await);
    assert!(sign_in(&users, &alice().at(&shop_mini()), NOW).await.is_new);
}

pub async fn a_known_person_needs_no_leave_to_become_a_user(users: Arc<dyn Users>) {
    let first = sign_in(&users, &alice().at_unbound(&shop_mini()), NOW).await;
    // Case 1, 2, 3, each of a person who is known by then.
    for asked in [
        alice().at_unbound(&shop_mini()),
        alice().at(&shop_mini()),
        alice().at(&shop_web()),
    ] {
        let asked = Identification {
            create_user: false,
            ..asked
        };
        assert_eq!(sign_in(&users, &asked, NOW).await.id, first.id);
    }
}

pub async fn times_come_back_to_the_microsecond(users: Arc<dyn Users>) {
    let now = NOW + Duration::microseconds(1);
    assert_ne!(now.microsecond() % 1000, 0, "a store that rounds would pass");
    let alice = sign_in(&users, &alice().at(&shop_mini()), now).await;
    assert_eq!(alice.user.created_at, now);
    assert_eq!(alice.user.updated_at, now);
    let found = find(&users, alice.id).await.expect("she was made a user");
    assert_eq!(found.created_at, now);
    assert_eq!(found.updated_at, now);
    for method in account(&users, alice.id).await.methods {
        assert_eq!(method.linked_at, now);
    }
}
