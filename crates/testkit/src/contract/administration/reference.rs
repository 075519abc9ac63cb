//! Whom an operator means.

use std::sync::Arc;

use time::Duration;
use wechat_login_domain::{
    UserReference,
    ports::{Administration, Revocations, Users},
    resolve::Identification,
};

use super::{World, external};
use crate::sample::{NOW, alice, bob, game_pages, openid, phone, shop_mini, shop_web, unionid, user_id};

pub async fn a_user_is_found_by_everything_that_is_known_of_them(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (older, younger) = world.two_users().await;
    let with_phone = Identification {
        phone: Some(phone(1)),
        ..alice().at(&shop_web())
    };
    world.sign_in(&with_phone, NOW + Duration::HOUR).await;
    let id = external("42");
    let set = world.administration.set_external_id(younger, Some(&id), NOW);
    set.await.expect("the database answers");
    world.sign_in(&bob().at(&game_pages()), NOW).await;
    world.merge(older, younger).await;

    for reference in [
        UserReference::Id(older),
        UserReference::Id(younger),
        UserReference::External(external("42")),
        UserReference::OpenId(alice().openid(&shop_mini())),
        UserReference::OpenId(alice().openid(&shop_web())),
        UserReference::UnionId(alice().unionid(&shop_web().open_platform)),
        UserReference::Phone(phone(1)),
    ] {
        let found = world
            .administration
            .find_accounts(std::slice::from_ref(&reference))
            .await;
        assert_eq!(
            found.expect("the database answers"),
            [world.account(older).await],
            "{reference:?}"
        );
    }
}

pub async fn nobody_is_found_by_what_nobody_has(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let unknown = [
        UserReference::Id(user_id(9)),
        UserReference::External(external("42")),
        UserReference::OpenId(openid("oNobody")),
        // Somebody's openid is nobody's unionid.
        UserReference::UnionId(unionid(alice().openid(&shop_mini()).as_str())),
        UserReference::Phone(phone(1)),
    ];
    assert_eq!(world.found(&unknown).await, []);
    world.sign_in(&alice().at(&shop_mini()), NOW).await;
    assert_eq!(world.found(&unknown).await, []);
    assert_eq!(world.found(&[]).await, []);
}

pub async fn letter_case_matters_to_whom_an_openid_finds(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    for text in ["oABC", "oabc"] {
        let asked = Identification {
            openid: openid(text),
            ..alice().at_unbound(&shop_mini())
        };
        let (user, _) = world.sign_in(&asked, NOW).await;
        assert_eq!(
            world.found(&[UserReference::OpenId(asked.openid)]).await,
            [user.id]
        );
    }
    assert_eq!(world.found(&[UserReference::OpenId(openid("oAbC"))]).await, []);
}

pub async fn several_users_are_found_where_several_are_meant(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let same = |asked| Identification {
        openid: openid("oTheSame"),
        ..asked
    };
    let (one, _) = world.sign_in(&same(alice().at_unbound(&shop_mini())), NOW).await;
    let (other, _) = world.sign_in(&same(bob().at_unbound(&game_pages())), NOW).await;
    let mut found = world.found(&[UserReference::OpenId(openid("oTheSame"))]).await;
    found.sort_unstable();
    let mut wanted = [one.id, other.id];
    wanted.sort_unstable();
    assert_eq!(found, wanted);
}

pub async fn a_user_who_is_meant_twice_is_found_once(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (user, _) = world.sign_in(&alice().at(&shop_mini()), NOW).await;
    let twice = [
        UserReference::Id(user.id),
        UserReference::OpenId(alice().openid(&shop_mini())),
        UserReference::UnionId(alice().unionid(&shop_mini().open_platform)),
    ];
    assert_eq!(world.found(&twice).await, [user.id]);
}
