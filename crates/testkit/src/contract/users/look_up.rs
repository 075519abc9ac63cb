//! Users that are asked for by an id.

use std::sync::Arc;

use time::Duration;
use wechat_login_domain::{
    ExternalId,
    ports::Users,
    resolve::{Identification, PhoneJoins, Policy},
};

use super::{account, find, sign_in};
use crate::sample::{self, NOW, alice, bob, game_pages, phone, shop_mini, shop_web, unionid, user_id};

pub async fn an_unknown_id_finds_nobody(users: Arc<dyn Users>) {
    sign_in(&users, &alice().at(&shop_mini()), NOW).await;
    assert_eq!(find(&users, user_id(9)).await, None);
    let account = users
        .find_account(user_id(9))
        .await
        .expect("the database answers");
    assert_eq!(account, None);
}

pub async fn an_unknown_external_id_finds_nobody(users: Arc<dyn Users>) {
    sign_in(&users, &alice().at(&shop_mini()), NOW).await;
    let unknown = ExternalId::parse("customer-17").expect("the sample is an external id");
    let account = users
        .find_account_by_external_id(&unknown)
        .await
        .expect("the database answers");
    assert_eq!(account, None);
}

pub async fn a_user_is_found_as_they_were_when_they_signed_in(users: Arc<dyn Users>) {
    let asked = Identification {
        phone: Some(phone(1)),
        ..alice().at(&shop_mini())
    };
    let alice = sign_in(&users, &asked, NOW).await;
    let bob = sign_in(&users, &bob().at(&shop_mini()), NOW).await;
    for signed_in in [alice, bob] {
        assert_eq!(find(&users, signed_in.id).await.as_ref(), Some(&signed_in.user));
        assert_eq!(account(&users, signed_in.id).await.user, signed_in.user);
    }
}

pub async fn login_methods_are_listed_with_the_oldest_first(users: Arc<dyn Users>) {
    let id = sign_in(&users, &alice().at_unbound(&shop_mini()), NOW).await.id;
    sign_in(&users, &alice().at(&shop_mini()), NOW + Duration::HOUR).await;
    sign_in(&users, &alice().at(&shop_web()), NOW + Duration::hours(2)).await;
    let listed: Vec<_> = account(&users, id)
        .await
        .methods
        .into_iter()
        .map(|method| method.linked_at)
        .collect();
    assert_eq!(listed, [NOW, NOW + Duration::HOUR, NOW + Duration::hours(2)]);
}

pub async fn a_backend_sees_each_openid_with_the_unionid_of_the_same_account(users: Arc<dyn Users>) {
    // Alice has two WeChat accounts, which her phone made one user, and the first was in two Open Platform accounts in turn.
    let with_phone = |asked: Identification| Identification {
        phone: Some(phone(1)),
        policy: Policy {
            phone_joins: PhoneJoins::Link,
            ..Policy::default()
        },
        ..asked
    };
    let id = sign_in(&users, &with_phone(alice().at(&shop_mini())), NOW)
        .await
        .id;
    sign_in(&users, &with_phone(bob().at(&shop_web())), NOW).await;
    sign_in(&users, &with_phone(alice().at_unbound(&game_pages())), NOW).await;
    let moved = Identification {
        unionid: Some(unionid("uAlice-after-the-move")),
        ..alice().at(&shop_mini())
    };
    sign_in(&users, &moved, NOW + Duration::DAY).await;

    let mut seen: Vec<_> = account(&users, id)
        .await
        .wechat_identities(&sample::apps())
        .into_iter()
        .map(|identity| (identity.app_id, identity.openid, identity.unionid))
        .collect();
    seen.sort_unstable();
    let (mini, web, game) = (shop_mini(), shop_web(), game_pages());
    let wanted = [
        (mini.app_id.clone(), alice().openid(&mini), moved.unionid),
        (
            web.app_id.clone(),
            bob().openid(&web),
            Some(bob().unionid(&web.open_platform)),
        ),
        (game.app_id.clone(), alice().openid(&game), None),
    ];
    assert_eq!(seen, wanted);
}
