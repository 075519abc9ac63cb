//! Phones that are given up, or are what a user is left with.

use std::{sync::Arc, time::Instant};

use time::Duration;
use wechat_login_domain::{
    LoginMethodKind,
    link::NewWayIn,
    ports::{Revocations, Users},
    resolve::{Identification, PhoneJoins, Policy, Refusal, Resolution},
    unlink::{UnlinkRefusal, Unlinked, Unlinking},
};

use super::{BARS_UNTIL, account, link, openid_method, sign_in, unlink, view, with_two};
use crate::{
    contract::at_once,
    sample::{self, NOW, alice, bob, phone, shop_mini},
};

pub async fn an_unlinked_phone_may_be_anybodys(users: Arc<dyn Users>, revocations: Arc<dyn Revocations>) {
    let (alice, _) = sign_in(&users, &alice().at(&shop_mini())).await;
    let account = link(&users, alice.id, &NewWayIn::Phone(phone(1))).await;
    let is_phone = |kind| kind == LoginMethodKind::Phone;
    let method = account.methods.iter().find(|one| is_phone(one.kind));
    let method = method.expect("it was linked").id;
    let Unlinked::Done { removed, recorded } = unlink(&users, alice.id, method).await else {
        panic!("her WeChat account is left")
    };
    assert_eq!(removed.len(), 1);
    assert_eq!(recorded, [], "a phone opens no session");
    assert!(view(&revocations).await.is_trusted(Instant::now()));
    let found = users.find(alice.id).await.expect("the database answers");
    assert_eq!(found.expect("she is a user").phone, None);
    let (bob, _) = sign_in(&users, &bob().at(&shop_mini())).await;
    let bobs = link(&users, bob.id, &NewWayIn::Phone(phone(1))).await;
    assert_eq!(bobs.user.phone, Some(phone(1)));
}

pub async fn a_phone_that_does_not_lead_in_is_not_something_to_be_left_with(
    users: Arc<dyn Users>,
    _: Arc<dyn Revocations>,
) {
    let (user, _) = sign_in(&users, &alice().at(&shop_mini())).await;
    let account = link(&users, user.id, &NewWayIn::Phone(phone(1))).await;
    let mut asked = Unlinking {
        user_id: user.id,
        method: openid_method(&account, &alice().openid(&shop_mini())),
        phone_leads_in: false,
        bars_until: BARS_UNTIL,
    };
    let refused = users.unlink(&asked).await.expect("the database answers");
    assert_eq!(refused, Unlinked::Refused(UnlinkRefusal::Last));
    asked.phone_leads_in = true;
    let done = users.unlink(&asked).await.expect("the database answers");
    assert!(matches!(done, Unlinked::Done { .. }));
}

/// The user came every day, but never with the phone.
pub async fn a_phone_that_is_left_alone_leads_in_as_long_as_its_user_came(
    users: Arc<dyn Users>,
    _: Arc<dyn Revocations>,
) {
    let (user, _) = sign_in(&users, &alice().at(&shop_mini())).await;
    for n in [1, 2] {
        link(&users, user.id, &NewWayIn::Phone(phone(n))).await;
    }
    let came_last = NOW + Duration::days(200);
    let again = users.resolve(&alice().at(&shop_mini()), came_last).await;
    again.expect("the database answers");
    let before = account(&users, user.id).await;
    let wechat = openid_method(&before, &alice().openid(&shop_mini()));
    let done = unlink(&users, user.id, wechat).await;
    assert!(matches!(done, Unlinked::Done { .. }), "{done:?}");
    let left = account(&users, user.id).await;
    assert_eq!(left.methods.len(), 2);
    assert!(left.methods.iter().all(|phone| phone.last_used_at == came_last));

    let joining = |days| {
        let asked = Identification {
            phone: left.user.phone.clone(),
            create_user: false,
            policy: Policy {
                phone_joins: PhoneJoins::Link,
                ..Policy::default()
            },
            ..bob().at(&shop_mini())
        };
        let users = Arc::clone(&users);
        async move { users.resolve(&asked, came_last + Duration::days(days)).await }
    };
    let too_late = joining(181).await.expect("the database answers");
    assert_eq!(too_late, Resolution::Refused(Refusal::PhoneTaken));
    let Ok(Resolution::User { user: joined, .. }) = joining(180).await else {
        panic!("it is the way in that is left")
    };
    assert_eq!(joined.id, user.id);
}

/// What is in use anyway has nothing to take over.
pub async fn a_phone_that_is_left_with_a_way_in_of_later_keeps_its_day(
    users: Arc<dyn Users>,
    _: Arc<dyn Revocations>,
) {
    let (before, _) = with_two(&users).await;
    let before = link(&users, before.user.id, &NewWayIn::Phone(phone(1))).await;
    for (person, days) in [(bob(), 2), (alice(), 3)] {
        let again = person.at(&shop_mini());
        let again = users.resolve(&again, NOW + Duration::days(days)).await;
        again.expect("the database answers");
    }
    let bobs = openid_method(&before, &bob().openid(&shop_mini()));
    unlink(&users, before.user.id, bobs).await;
    let left = account(&users, before.user.id).await;
    let phone = left.methods.iter().find(|one| one.kind == LoginMethodKind::Phone);
    assert_eq!(phone.expect("it stays").last_used_at, NOW);
}

/// The same where the login brings a phone of the user's and joins them.
pub async fn a_first_login_under_way_leaves_nothing_of_it_with_the_user(
    users: Arc<dyn Users>,
    _: Arc<dyn Revocations>,
) {
    for n in 0..8 {
        let (user, _) = sign_in(&users, &sample::nth_person(n).at(&shop_mini())).await;
        let id = user.id;
        let with_phone = link(&users, id, &NewWayIn::Phone(phone(n))).await;
        let is_phone = |kind| kind == LoginMethodKind::Phone;
        let method = with_phone.methods.iter().find(|one| is_phone(one.kind));
        let method = method.expect("it was linked").id;
        let person = sample::nth_person(n + 100);
        let joining = Identification {
            phone: Some(phone(n)),
            policy: Policy {
                phone_joins: PhoneJoins::Link,
                ..Policy::default()
            },
            ..person.at(&shop_mini())
        };
        let outcomes = at_once(2, |n| {
            let (users, joining) = (Arc::clone(&users), joining.clone());
            async move {
                if n == 0 {
                    let done = unlink(&users, id, method).await;
                    assert!(matches!(done, Unlinked::Done { .. }), "{done:?}");
                    None
                } else {
                    Some(sign_in(&users, &joining).await.0)
                }
            }
        })
        .await;
        let joined = outcomes.into_iter().flatten().next().expect("one signed in");
        let whose = account(&users, joined.id).await;
        let has_phone = whose.methods.iter().any(|one| one.kind == LoginMethodKind::Phone);
        // Whoever came first had the phone from the user and joined them; whoever came later has it for themselves.
        assert_eq!(has_phone, joined.id != id, "round {n}");
    }
}
