//! Ways in that somebody who is signed in adds.

use std::sync::Arc;

use time::Duration;
use wechat_login_domain::{
    App, LoginMethod, LoginMethodKind, User, UserAccount, UserId,
    link::{LinkRefusal, Linking, NewWayIn},
    ports::Users,
};

use super::{account, find, is_known, merging, of_kind, resolve, sign_in};
use crate::{
    contract::at_once,
    sample::{self, NOW, Person, alice, bob, shop_mini, shop_mobile, shop_web, user_id},
};

const LATER: time::OffsetDateTime = NOW.saturating_add(Duration::HOUR);

async fn link(users: &Arc<dyn Users>, to: UserId, new: &NewWayIn) -> Linking {
    users.link(to, new, LATER).await.expect("the database answers")
}

async fn linked(users: &Arc<dyn Users>, to: UserId, new: &NewWayIn) -> UserAccount {
    match link(users, to, new).await {
        Linking::Linked(account) => *account,
        Linking::Refused(refusal) => panic!("{new:?} was refused: {refusal:?}"),
    }
}

fn wechat_of(person: Person, app: &App) -> NewWayIn {
    sample::new_way_in(&person.at(app))
}

fn phone(n: u8) -> NewWayIn {
    NewWayIn::Phone(sample::phone(n))
}

const TAKEN: Linking = Linking::Refused(LinkRefusal::Taken);

pub async fn another_wechat_account_that_is_linked_signs_the_user_in(users: Arc<dyn Users>) {
    let alice = sign_in(&users, &alice().at(&shop_mini()), NOW).await;
    let with_bobs = linked(&users, alice.id, &wechat_of(bob(), &shop_mini())).await;
    assert_eq!(with_bobs.user.id, alice.id);
    assert_eq!(with_bobs, account(&users, alice.id).await);
    assert_eq!(with_bobs.methods.len(), 4);
    let [old, new] = of_kind(&with_bobs, LoginMethodKind::WeChatOpenId)[..] else {
        panic!("there are two openids in {:?}", with_bobs.methods)
    };
    assert_ne!(old.account, new.account, "they are two WeChat accounts");
    assert_eq!((new.linked_at, new.last_used_at), (LATER, LATER));
    for asked in [
        bob().at_unbound(&shop_mini()),
        bob().at(&shop_mini()),
        bob().at(&shop_web()),
    ] {
        let again = sign_in(&users, &asked, LATER).await;
        assert_eq!((again.id, again.is_new), (alice.id, false));
    }
}

pub async fn linking_again_changes_nothing(users: Arc<dyn Users>) {
    let alices = sign_in(&users, &alice().at(&shop_mini()), NOW).await.id;
    for new in [
        wechat_of(alice(), &shop_mini()),
        wechat_of(bob(), &shop_web()),
        phone(1),
    ] {
        let first = linked(&users, alices, &new).await;
        let again = users.link(alices, &new, LATER + Duration::DAY).await;
        let Linking::Linked(again) = again.expect("the database answers") else {
            panic!("it is hers already")
        };
        assert_eq!(*again, first);
    }
}

pub async fn another_openid_of_a_users_wechat_account_is_of_that_account(users: Arc<dyn Users>) {
    let alices = sign_in(&users, &alice().at(&shop_mini()), NOW).await.id;
    let account = linked(&users, alices, &wechat_of(alice(), &shop_mobile())).await;
    assert_eq!(account.methods.len(), 3);
    let of_wechat = account.methods[0].account;
    assert!(account.methods.iter().all(|method| method.account == of_wechat));
}

pub async fn a_wechat_account_of_another_user_is_not_linked(users: Arc<dyn Users>) {
    let alices = sign_in(&users, &alice().at(&shop_mini()), NOW).await.id;
    let bobs = sign_in(&users, &bob().at(&shop_mini()), NOW).await.id;
    let before = (account(&users, alices).await, account(&users, bobs).await);
    // By the openid, and by the unionid of an openid that nobody has yet.
    for app in [shop_mini(), shop_web()] {
        assert_eq!(link(&users, alices, &wechat_of(bob(), &app)).await, TAKEN);
    }
    // Her own openid, with a unionid that is his.
    let mixed = NewWayIn::WeChat {
        app_id: shop_mini().app_id,
        openid: alice().openid(&shop_mini()),
        open_platform: shop_mini().open_platform,
        unionid: Some(bob().unionid(&shop_mini().open_platform)),
    };
    assert_eq!(link(&users, alices, &mixed).await, TAKEN);
    let after = (account(&users, alices).await, account(&users, bobs).await);
    assert_eq!(after, before);
    assert!(!is_known(&users, &bob().at_unbound(&shop_web()), NOW).await);
}

pub async fn a_phone_that_is_linked_is_the_users(users: Arc<dyn Users>) {
    let alice = sign_in(&users, &alice().at(&shop_mini()), NOW).await;
    let User { phone: none, .. } = alice.user;
    assert_eq!(none, None);
    let account = linked(&users, alice.id, &phone(1)).await;
    assert_eq!(account.user.phone, Some(sample::phone(1)));
    let [method] = of_kind(&account, LoginMethodKind::Phone)[..] else {
        panic!("one phone was linked, not {:?}", account.methods)
    };
    assert_eq!(method.phone, Some(sample::phone(1)));
    assert_eq!((method.linked_at, method.last_used_at), (LATER, LATER));
}

pub async fn a_phone_of_another_user_is_not_linked(users: Arc<dyn Users>) {
    let alices = sign_in(&users, &alice().at(&shop_mini()), NOW).await.id;
    let bobs = sign_in(&users, &bob().at(&shop_mini()), NOW).await.id;
    linked(&users, bobs, &phone(1)).await;
    let before = account(&users, alices).await;
    assert_eq!(link(&users, alices, &phone(1)).await, TAKEN);
    assert_eq!(account(&users, alices).await, before);
    let bob = find(&users, bobs).await.expect("he is a user");
    assert_eq!(bob.phone, Some(sample::phone(1)));
}

pub async fn an_older_phone_that_is_linked_again_is_the_users_phone_again(users: Arc<dyn Users>) {
    let alices = sign_in(&users, &alice().at(&shop_mini()), NOW).await.id;
    for (hours, n) in [(0, 1), (1, 2), (2, 1)] {
        let linking = users
            .link(alices, &phone(n), LATER + Duration::hours(hours))
            .await;
        let Linking::Linked(account) = linking.expect("the database answers") else {
            panic!("nobody else has it")
        };
        assert_eq!(account.user.phone, Some(sample::phone(n)));
    }
    let account = account(&users, alices).await;
    assert_eq!(of_kind(&account, LoginMethodKind::Phone).len(), 2);
}

pub async fn what_is_linked_to_a_former_id_is_the_survivors(users: Arc<dyn Users>) {
    let survivor = sign_in(&users, &alice().at_unbound(&shop_mini()), NOW).await.id;
    let merged = sign_in(&users, &alice().at(&shop_web()), NOW + Duration::MINUTE)
        .await
        .id;
    sign_in(&users, &merging(alice().at(&shop_mini())), LATER).await;
    let account = linked(&users, merged, &wechat_of(bob(), &shop_mini())).await;
    assert_eq!(account.user.id, survivor);
    // Until the merge is undone: what is new is under the id that asked, and what has a part there already under the same.
    let account = linked(&users, survivor, &wechat_of(bob(), &shop_mobile())).await;
    for openid in [bob().openid(&shop_mini()), bob().openid(&shop_mobile())] {
        let is_it = |method: &&LoginMethod| method.identifier == openid.as_str();
        let method = account.methods.iter().find(is_it).expect("it was linked");
        assert_eq!(method.user_id, merged);
    }
    assert_eq!(sign_in(&users, &bob().at(&shop_mini()), LATER).await.id, survivor);
    // What a former id brought is theirs already.
    let again = linked(&users, survivor, &wechat_of(alice(), &shop_web())).await;
    assert_eq!(again.methods, account.methods);
}

pub async fn nobody_is_no_one_to_link_to(users: Arc<dyn Users>) {
    let new = wechat_of(bob(), &shop_mini());
    let refused = Linking::Refused(LinkRefusal::NotFound);
    assert_eq!(link(&users, user_id(1), &new).await, refused);
    assert!(!is_known(&users, &bob().at(&shop_mini()), NOW).await);
}

pub async fn one_wechat_account_is_linked_at_once_to_one_user_only(users: Arc<dyn Users>) {
    let mut ids = Vec::new();
    for app in [shop_mini(), shop_web(), shop_mobile()] {
        ids.push(sign_in(&users, &alice().at_unbound(&app), NOW).await.id);
    }
    let outcomes = at_once(12, |n| {
        let (users, to) = (Arc::clone(&users), ids[n % ids.len()]);
        let app = [shop_mini(), shop_web()][n % 2].clone();
        async move {
            match link(&users, to, &wechat_of(bob(), &app)).await {
                Linking::Linked(_) => Some(to),
                Linking::Refused(LinkRefusal::Taken) => None,
                Linking::Refused(refusal) => panic!("{refusal:?}"),
            }
        }
    })
    .await;
    let winner = sign_in(&users, &bob().at(&shop_mini()), LATER).await.id;
    assert!(outcomes.contains(&Some(winner)));
    assert!(outcomes.iter().flatten().all(|id| *id == winner), "{outcomes:?}");
}

pub async fn what_is_linked_while_its_person_signs_in_is_one_users(users: Arc<dyn Users>) {
    let alices = sign_in(&users, &alice().at_unbound(&shop_mini()), NOW).await.id;
    let outcomes = at_once(8, |n| {
        let users = Arc::clone(&users);
        async move {
            if n % 2 == 0 {
                sign_in(&users, &bob().at(&shop_web()), LATER).await.id
            } else {
                match link(&users, alices, &wechat_of(bob(), &shop_web())).await {
                    Linking::Linked(account) => account.user.id,
                    Linking::Refused(_) => sign_in(&users, &bob().at(&shop_web()), LATER).await.id,
                }
            }
        }
    })
    .await;
    assert!(outcomes.iter().all(|id| *id == outcomes[0]), "{outcomes:?}");
    let again = resolve(&users, &bob().at_unbound(&shop_web()), LATER).await;
    assert!(
        matches!(again, wechat_login_domain::resolve::Resolution::User { user, .. } if user.id == outcomes[0])
    );
}
