//! Phones that WeChat verified in the same request, and case 4a.

use std::sync::Arc;

use time::Duration;
use wechat_login_domain::{
    LoginMethodKind, Phone,
    ports::Users,
    resolve::{Identification, PhoneJoins, Policy, Refusal, Resolution},
};

use super::{account, find, is_known, of_kind, resolve, sign_in};
use crate::sample::{NOW, alice, bob, phone, shop_mini, shop_mobile, shop_web};

const HALF_A_YEAR: Duration = Duration::days(180);

fn with_phone(asked: Identification, phone: Phone) -> Identification {
    Identification {
        phone: Some(phone),
        ..asked
    }
}

fn joining(asked: Identification) -> Identification {
    Identification {
        policy: Policy {
            phone_joins: PhoneJoins::Link,
            ..asked.policy
        },
        ..asked
    }
}

pub async fn a_phone_of_somebody_new_becomes_theirs(users: Arc<dyn Users>) {
    let alice = sign_in(&users, &with_phone(alice().at(&shop_mini()), phone(1)), NOW).await;
    assert_eq!(alice.user.phone, Some(phone(1)));
    assert_eq!(
        find(&users, alice.id).await.expect("she is a user").phone,
        Some(phone(1))
    );
    assert_eq!(account(&users, alice.id).await.methods.len(), 3);
}

pub async fn a_phone_is_never_overwritten_by_nothing(users: Arc<dyn Users>) {
    let asked = alice().at(&shop_mini());
    sign_in(&users, &with_phone(asked.clone(), phone(1)), NOW).await;
    let again = sign_in(&users, &asked, NOW + Duration::days(2)).await;
    assert_eq!(again.user.phone, Some(phone(1)));
    let at_web = sign_in(&users, &alice().at(&shop_web()), NOW).await;
    assert_eq!(at_web.user.phone, Some(phone(1)));
}

pub async fn a_new_phone_of_a_known_person_is_linked(users: Arc<dyn Users>) {
    let asked = alice().at(&shop_mini());
    let first = sign_in(&users, &asked, NOW).await;
    let again = sign_in(&users, &with_phone(asked, phone(1)), NOW).await;
    assert_eq!(again.id, first.id);
    assert!(!again.is_new);
    assert_eq!(again.user.phone, Some(phone(1)));

    // Together with a new openid, case 3.
    let at_web = with_phone(alice().at(&shop_web()), phone(2));
    let at_web = sign_in(&users, &at_web, NOW + Duration::MINUTE).await;
    assert_eq!(at_web.id, first.id);
    assert_eq!(at_web.user.phone, Some(phone(2)));
}

pub async fn the_phone_of_a_user_is_the_one_linked_last(users: Arc<dyn Users>) {
    let asked = alice().at(&shop_mini());
    let in_turn = [(phone(2), 0), (phone(1), 1), (phone(2), 2)];
    for (phone, hours) in in_turn {
        let at = NOW + Duration::hours(hours);
        sign_in(&users, &with_phone(asked.clone(), phone), at).await;
    }
    let alice = sign_in(&users, &asked, NOW + Duration::hours(3)).await;
    assert_eq!(
        alice.user.phone,
        Some(phone(1)),
        "a number that is used again is not linked again"
    );
    let account = account(&users, alice.id).await;
    assert_eq!(of_kind(&account, LoginMethodKind::Phone).len(), 2);
}

pub async fn a_phone_as_a_login_method_does_not_show_the_number(users: Arc<dyn Users>) {
    let number = phone(1);
    let alice = sign_in(&users, &with_phone(alice().at(&shop_mini()), number.clone()), NOW).await;
    let account = account(&users, alice.id).await;
    let [method] = of_kind(&account, LoginMethodKind::Phone)[..] else {
        panic!("one phone was linked, not {:?}", account.methods)
    };
    assert_eq!(method.realm, "");
    assert!(!method.identifier.is_empty());
    let digits = &number.expose()[3..];
    assert!(!method.identifier.contains(digits), "{}", method.identifier);
}

pub async fn somebody_new_with_the_phone_of_a_user_is_refused(users: Arc<dyn Users>) {
    let alices = sign_in(&users, &with_phone(alice().at(&shop_mini()), phone(1)), NOW).await;
    let bobs = with_phone(bob().at(&shop_mini()), phone(1));
    assert_eq!(
        resolve(&users, &bobs, NOW).await,
        Resolution::Refused(Refusal::PhoneTaken)
    );
    assert!(!is_known(&users, &bob().at_unbound(&shop_mini()), NOW).await);
    assert!(!is_known(&users, &bob().at(&shop_web()), NOW).await);
    assert_eq!(account(&users, alices.id).await.methods.len(), 3);
}

pub async fn somebody_new_with_the_phone_of_a_user_joins_where_the_policy_says_so(users: Arc<dyn Users>) {
    let alices = sign_in(&users, &with_phone(alice().at(&shop_mini()), phone(1)), NOW).await;
    let other_account = joining(with_phone(bob().at(&shop_mini()), phone(1)));
    let joined = sign_in(&users, &other_account, NOW + HALF_A_YEAR).await;
    assert_eq!(joined.id, alices.id);
    assert!(!joined.is_new);
    for linked in [bob().at_unbound(&shop_mini()), bob().at(&shop_web())] {
        assert_eq!(sign_in(&users, &linked, NOW).await.id, alices.id);
    }
}

pub async fn whoever_joins_by_phone_needs_no_leave_to_become_a_user(users: Arc<dyn Users>) {
    let alices = sign_in(&users, &with_phone(alice().at(&shop_mini()), phone(1)), NOW).await;
    let other_account = Identification {
        create_user: false,
        ..joining(with_phone(bob().at_unbound(&shop_mini()), phone(1)))
    };
    assert_eq!(sign_in(&users, &other_account, NOW).await.id, alices.id);
}

pub async fn whoever_joins_by_phone_is_another_wechat_account(users: Arc<dyn Users>) {
    let alices = sign_in(&users, &with_phone(alice().at(&shop_mini()), phone(1)), NOW).await;
    sign_in(
        &users,
        &joining(with_phone(bob().at(&shop_mini()), phone(1))),
        NOW,
    )
    .await;
    let account = account(&users, alices.id).await;
    let account_of = |identifier: &str| {
        let mut methods = account.methods.iter();
        methods
            .find(|method| method.identifier == identifier)
            .expect("it is linked")
            .account
    };
    let (app, platform) = (shop_mini(), shop_mini().open_platform);
    let bobs = account_of(bob().openid(&app).as_str());
    assert_eq!(bobs, account_of(bob().unionid(&platform).as_str()));
    assert_ne!(bobs, account_of(alice().openid(&app).as_str()));
    assert_ne!(bobs, of_kind(&account, LoginMethodKind::Phone)[0].account);
}

pub async fn the_phone_of_a_user_who_was_away_for_too_long_joins_nobody(users: Arc<dyn Users>) {
    let alices = sign_in(&users, &with_phone(alice().at(&shop_mini()), phone(1)), NOW).await;
    let other_account = joining(with_phone(bob().at(&shop_mini()), phone(1)));
    let too_late = NOW + HALF_A_YEAR + Duration::DAY;
    assert_eq!(
        resolve(&users, &other_account, too_late).await,
        Resolution::Refused(Refusal::PhoneTaken)
    );
    assert!(!is_known(&users, &bob().at_unbound(&shop_mini()), too_late).await);
    assert_eq!(account(&users, alices.id).await.methods.len(), 3);
}

/// Whoever got the number after the user gave it up is not the user, however often the user comes.
pub async fn a_phone_that_its_user_replaced_joins_nobody(users: Arc<dyn Users>) {
    let alices = sign_in(&users, &with_phone(alice().at(&shop_mini()), phone(1)), NOW).await;
    let later = NOW + Duration::HOUR;
    sign_in(&users, &with_phone(alice().at(&shop_mini()), phone(2)), later).await;
    let with_old = joining(with_phone(bob().at(&shop_mini()), phone(1)));
    assert_eq!(
        resolve(&users, &with_old, later).await,
        Resolution::Refused(Refusal::PhoneTaken)
    );
    assert!(!is_known(&users, &bob().at(&shop_mini()), later).await);
    let with_new = joining(with_phone(bob().at(&shop_mini()), phone(2)));
    assert_eq!(sign_in(&users, &with_new, later).await.id, alices.id);
}

pub async fn using_a_phone_keeps_it_from_going_stale(users: Arc<dyn Users>) {
    let alices = with_phone(alice().at(&shop_mini()), phone(1));
    let first = sign_in(&users, &alices, NOW).await;
    sign_in(&users, &alices, NOW + Duration::days(100)).await;
    let other_account = joining(with_phone(bob().at(&shop_mini()), phone(1)));
    let joined = sign_in(&users, &other_account, NOW + Duration::days(200)).await;
    assert_eq!(joined.id, first.id);
}

pub async fn the_phone_of_a_user_who_comes_by_other_ways_does_not_go_stale(users: Arc<dyn Users>) {
    let first = sign_in(&users, &with_phone(alice().at(&shop_mini()), phone(1)), NOW).await;
    // Without the phone, and at another app.
    sign_in(&users, &alice().at(&shop_web()), NOW + Duration::days(100)).await;
    let other_account = joining(with_phone(bob().at(&shop_mini()), phone(1)));
    let joined = sign_in(&users, &other_account, NOW + Duration::days(280)).await;
    assert_eq!(joined.id, first.id);
}

pub async fn a_known_person_with_the_phone_of_another_user_is_refused_whole(users: Arc<dyn Users>) {
    let alices = sign_in(&users, &with_phone(alice().at(&shop_mini()), phone(1)), NOW).await;
    let bobs = sign_in(&users, &bob().at_unbound(&shop_mini()), NOW).await;
    // A new unionid (case 2), and a new openid (case 3) of a user known by the unionid.
    let with_new_unionid = joining(with_phone(bob().at(&shop_mini()), phone(1)));
    let refused = Resolution::Refused(Refusal::PhoneTaken);
    assert_eq!(resolve(&users, &with_new_unionid, NOW).await, refused);
    assert_eq!(account(&users, bobs.id).await.methods.len(), 1);
    assert!(!is_known(&users, &bob().at(&shop_web()), NOW).await);

    sign_in(&users, &bob().at(&shop_mini()), NOW).await;
    let with_new_openid = joining(with_phone(bob().at(&shop_mobile()), phone(1)));
    assert_eq!(resolve(&users, &with_new_openid, NOW).await, refused);
    assert!(!is_known(&users, &bob().at_unbound(&shop_mobile()), NOW).await);

    let bob = find(&users, bobs.id).await.expect("he is a user");
    assert_eq!(bob.phone, None);
    let alice = find(&users, alices.id).await.expect("she is a user");
    assert_eq!(alice.phone, Some(phone(1)));
}
