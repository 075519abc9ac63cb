//! Case 5 where the policy is `keep`.

use std::sync::Arc;

use time::Duration;
use wechat_login_domain::{ports::Users, resolve::Identification};

use super::{SignedIn, account, find, sign_in};
use crate::sample::{NOW, alice, phone, shop_mini, shop_mobile, shop_web};

/// Alice became two users before her apps were bound: one of the mini-program's openid, one of the website's and the unionid.
async fn alice_twice(users: &Arc<dyn Users>) -> (SignedIn, SignedIn) {
    let of_openid = sign_in(users, &alice().at_unbound(&shop_mini()), NOW).await;
    let of_unionid = sign_in(users, &alice().at(&shop_web()), NOW + Duration::HOUR).await;
    assert_ne!(of_openid.id, of_unionid.id);
    (of_openid, of_unionid)
}

pub async fn an_openid_and_a_unionid_of_two_users_sign_the_user_of_the_openid_in(users: Arc<dyn Users>) {
    let (of_openid, of_unionid) = alice_twice(&users).await;
    let signed_in = sign_in(&users, &alice().at(&shop_mini()), NOW + Duration::DAY).await;
    assert_eq!(signed_in.id, of_openid.id);
    assert!(!signed_in.is_new);
    assert_eq!(signed_in.user.former_ids, []);
    let by_unionid = sign_in(&users, &alice().at(&shop_mobile()), NOW + Duration::DAY).await;
    assert_eq!(by_unionid.id, of_unionid.id);
}

pub async fn a_kept_conflict_links_nothing(users: Arc<dyn Users>) {
    let (of_openid, of_unionid) = alice_twice(&users).await;
    let before = (
        account(&users, of_openid.id).await.methods.len(),
        account(&users, of_unionid.id).await.methods.len(),
    );
    assert_eq!(before, (1, 2));
    sign_in(&users, &alice().at(&shop_mini()), NOW + Duration::HOUR).await;
    let after = (
        account(&users, of_openid.id).await.methods.len(),
        account(&users, of_unionid.id).await.methods.len(),
    );
    assert_eq!(after, before);
    for (id, wanted) in [(of_openid.id, of_openid.user), (of_unionid.id, of_unionid.user)] {
        assert_eq!(find(&users, id).await, Some(wanted));
    }
}

pub async fn a_kept_conflict_stays_one_at_every_login(users: Arc<dyn Users>) {
    let (of_openid, of_unionid) = alice_twice(&users).await;
    for _ in 0..3 {
        let by_openid = sign_in(&users, &alice().at(&shop_mini()), NOW + Duration::DAY).await;
        assert_eq!(by_openid.id, of_openid.id);
        let by_unionid = sign_in(&users, &alice().at(&shop_web()), NOW + Duration::DAY).await;
        assert_eq!(by_unionid.id, of_unionid.id);
    }
}

/// It is one more sign that the two are one person, and nobody is locked out over it.
pub async fn a_kept_conflict_leaves_a_phone_with_the_user_of_the_unionid(users: Arc<dyn Users>) {
    let (of_openid, of_unionid) = alice_twice(&users).await;
    let with_phone = |asked| Identification {
        phone: Some(phone(1)),
        ..asked
    };
    sign_in(&users, &with_phone(alice().at(&shop_web())), NOW).await;
    let signed_in = sign_in(&users, &with_phone(alice().at(&shop_mini())), NOW).await;
    assert_eq!(signed_in.id, of_openid.id);
    assert_eq!(signed_in.user.phone, None);
    let other = find(&users, of_unionid.id).await.expect("it is there");
    assert_eq!(other.phone, Some(phone(1)));
    assert_eq!(account(&users, of_openid.id).await.methods.len(), 1);
}
