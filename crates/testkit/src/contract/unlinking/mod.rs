//! What [`Users`] and [`Revocations`] promise each other: a way in that is given up is nobody's, and opens nothing any more.

mod phone;

use std::{sync::Arc, time::Instant};

use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    LoginMethodId, OpenId, Revocation, RevocationView, RevokedBecause, Session, User, UserAccount, UserId,
    link::{Linking, NewWayIn},
    ports::{Revocations, Users},
    resolve::{Identification, OnConflict, Policy, Resolution},
    unlink::{UnlinkRefusal, Unlinked, Unlinking},
};

pub use self::phone::*;
use super::at_once;
use crate::sample::{self, NOW, alice, bob, carol, digest, phone, shop_mini, shop_mobile, shop_web, user_id};

/// Checks that two stores over one database keep what [`Users`] and [`Revocations`] promise each other. See the crate's documentation.
#[macro_export]
macro_rules! unlinking_contract {
    ($setup:path) => {
        $crate::contract_tests!(
            unlinking,
            $setup,
            (users, revocations),
            [
                an_unlinked_wechat_account_is_somebody_new,
                a_wechat_account_is_unlinked_whole_by_any_of_its_login_methods,
                an_unlinked_phone_may_be_anybodys,
                the_last_way_in_stays,
                a_phone_that_does_not_lead_in_is_not_something_to_be_left_with,
                a_phone_that_is_left_alone_leads_in_as_long_as_its_user_came,
                a_phone_that_is_left_with_a_way_in_of_later_keeps_its_day,
                a_way_in_of_another_user_stays,
                nobody_has_nothing_to_unlink,
                sessions_that_it_opened_are_over_and_no_others,
                a_login_that_found_the_user_before_opens_nothing_after,
                what_is_linked_again_opens_sessions_again,
                a_way_in_of_a_former_id_is_unlinked_with_the_sessions_of_all_ids,
                of_two_ways_in_that_are_unlinked_at_once_one_stays,
                a_login_under_way_leaves_nothing_of_it_with_the_user,
                a_first_login_under_way_leaves_nothing_of_it_with_the_user,
            ]
        );
    };
}

const LATER: OffsetDateTime = NOW.saturating_add(Duration::HOUR);
const BARS_UNTIL: OffsetDateTime = NOW.saturating_add(Duration::days(61));

async fn sign_in(users: &Arc<dyn Users>, asked: &Identification) -> (User, i32) {
    let resolution = users.resolve(asked, NOW).await.expect("the database answers");
    match resolution {
        Resolution::User { user, generation, .. } => (*user, generation),
        Resolution::Refused(refusal) => panic!("{asked:?} was refused: {refusal:?}"),
    }
}

async fn link(users: &Arc<dyn Users>, to: UserId, new: &NewWayIn) -> UserAccount {
    match users.link(to, new, NOW).await.expect("the database answers") {
        Linking::Linked(account) => *account,
        Linking::Refused(refusal) => panic!("{new:?} was refused: {refusal:?}"),
    }
}

async fn account(users: &Arc<dyn Users>, id: UserId) -> UserAccount {
    let found = users.find_account(id).await.expect("the database answers");
    found.expect("the user is there")
}

async fn unlink(users: &Arc<dyn Users>, user_id: UserId, method: LoginMethodId) -> Unlinked {
    let asked = Unlinking {
        user_id,
        method,
        phone_leads_in: true,
        bars_until: BARS_UNTIL,
    };
    users.unlink(&asked).await.expect("the database answers")
}

async fn view(revocations: &Arc<dyn Revocations>) -> RevocationView {
    let mut view = RevocationView::default();
    let reading = revocations.all(NOW).await.expect("the database answers");
    view.refresh(reading.rows, Instant::now());
    view
}

/// The id of the login method with this identifier.
fn method(account: &UserAccount, identifier: &str) -> LoginMethodId {
    let found = account.methods.iter().find(|one| one.identifier == identifier);
    found.expect("it is one of theirs").id
}

fn openid_method(account: &UserAccount, openid: &OpenId) -> LoginMethodId {
    method(account, openid.as_str())
}

fn why_over(
    view: &RevocationView,
    user_id: UserId,
    generation: i32,
    openid: OpenId,
) -> Option<RevokedBecause> {
    let session = Session {
        user_id,
        generation,
        openid,
        ..sample::session()
    };
    view.bars_session(&digest(1), &session)
}

/// Alice, who has linked Bob's WeChat account too.
async fn with_two(users: &Arc<dyn Users>) -> (UserAccount, i32) {
    let (user, generation) = sign_in(users, &alice().at(&shop_mini())).await;
    let new = sample::new_way_in(&bob().at(&shop_mini()));
    (link(users, user.id, &new).await, generation)
}

pub async fn an_unlinked_wechat_account_is_somebody_new(users: Arc<dyn Users>, _: Arc<dyn Revocations>) {
    let (before, _) = with_two(&users).await;
    let bobs = openid_method(&before, &bob().openid(&shop_mini()));
    let Unlinked::Done { removed, .. } = unlink(&users, before.user.id, bobs).await else {
        panic!("another is left")
    };
    assert_eq!(removed.len(), 2);
    let asked = bob().at(&shop_mini());
    let resolution = users.resolve(&asked, LATER).await.expect("the database answers");
    let Resolution::User { user, is_new, .. } = resolution else {
        panic!("anybody may come")
    };
    assert!(is_new);
    assert_ne!(user.id, before.user.id);
    let (alice, _) = sign_in(&users, &alice().at(&shop_mini())).await;
    assert_eq!(alice.id, before.user.id);
}

pub async fn a_wechat_account_is_unlinked_whole_by_any_of_its_login_methods(
    users: Arc<dyn Users>,
    _: Arc<dyn Revocations>,
) {
    let (before, _) = with_two(&users).await;
    let id = before.user.id;
    let apps = [shop_mini(), shop_web(), shop_mobile()];
    let unionid = bob().unionid(&shop_mini().open_platform);
    for means_it in [
        bob().openid(&shop_mini()).as_str(),
        bob().openid(&shop_mobile()).as_str(),
        unionid.as_str(),
    ] {
        for app in &apps {
            link(&users, id, &sample::new_way_in(&bob().at(app))).await;
        }
        let whole = account(&users, id).await;
        assert_eq!(whole.methods.len(), 6);
        let Unlinked::Done { removed, .. } = unlink(&users, id, method(&whole, means_it)).await else {
            panic!("another is left")
        };
        assert_eq!(removed.len(), 4, "{means_it}");
        let left = account(&users, id).await.methods;
        assert_eq!(left.len(), 2);
        for one in left {
            assert!(before.methods.contains(&one), "{one:?}");
        }
    }
}

pub async fn the_last_way_in_stays(users: Arc<dyn Users>, revocations: Arc<dyn Revocations>) {
    let (alice, generation) = sign_in(&users, &alice().at(&shop_mini())).await;
    let before = account(&users, alice.id).await;
    assert_eq!(before.methods.len(), 2, "of one WeChat account");
    for method in &before.methods {
        let refused = unlink(&users, alice.id, method.id).await;
        assert_eq!(refused, Unlinked::Refused(UnlinkRefusal::Last));
    }
    assert_eq!(account(&users, alice.id).await, before);
    assert_eq!(revocations.all(NOW).await.expect("the database answers").rows, []);
    let (_, now) = sign_in(&users, &crate::sample::alice().at(&shop_mini())).await;
    assert_eq!(now, generation);
}

pub async fn a_way_in_of_another_user_stays(users: Arc<dyn Users>, _: Arc<dyn Revocations>) {
    let (before, _) = with_two(&users).await;
    let (carol, _) = sign_in(&users, &carol().at(&shop_mini())).await;
    for method in &before.methods {
        let refused = unlink(&users, carol.id, method.id).await;
        assert_eq!(refused, Unlinked::Refused(UnlinkRefusal::NotFound));
    }
    assert_eq!(account(&users, before.user.id).await, before);
}

pub async fn nobody_has_nothing_to_unlink(users: Arc<dyn Users>, _: Arc<dyn Revocations>) {
    let (before, _) = with_two(&users).await;
    let refused = unlink(&users, user_id(1), before.methods[0].id).await;
    assert_eq!(refused, Unlinked::Refused(UnlinkRefusal::NotFound));
    let unknown = LoginMethodId::from_bytes([9; 16]);
    let refused = unlink(&users, before.user.id, unknown).await;
    assert_eq!(refused, Unlinked::Refused(UnlinkRefusal::NotFound));
}

pub async fn sessions_that_it_opened_are_over_and_no_others(
    users: Arc<dyn Users>,
    revocations: Arc<dyn Revocations>,
) {
    let (before, generation) = with_two(&users).await;
    let id = before.user.id;
    let at_web = link(&users, id, &sample::new_way_in(&bob().at(&shop_web()))).await;
    let method = openid_method(&at_web, &bob().openid(&shop_mini()));
    let Unlinked::Done { recorded, .. } = unlink(&users, id, method).await else {
        panic!("another is left")
    };
    let view = view(&revocations).await;
    let mut told = RevocationView::default();
    told.refresh(recorded, Instant::now());
    for view in [&view, &told] {
        for app in [shop_mini(), shop_web()] {
            let over = why_over(view, id, generation, bob().openid(&app));
            assert_eq!(over, Some(RevokedBecause::Unlinked), "{}", app.name);
        }
        assert_eq!(why_over(view, id, generation, alice().openid(&shop_mini())), None);
        let of_another = why_over(view, user_id(1), generation, bob().openid(&shop_mini()));
        assert_eq!(of_another, None);
    }
}

pub async fn a_login_that_found_the_user_before_opens_nothing_after(
    users: Arc<dyn Users>,
    revocations: Arc<dyn Revocations>,
) {
    let (before, _) = with_two(&users).await;
    // Found, and the session is not kept yet.
    let (user, generation) = sign_in(&users, &bob().at(&shop_mini())).await;
    unlink(
        &users,
        before.user.id,
        openid_method(&before, &bob().openid(&shop_mini())),
    )
    .await;
    let over = why_over(
        &view(&revocations).await,
        user.id,
        generation,
        bob().openid(&shop_mini()),
    );
    assert_eq!(over, Some(RevokedBecause::Unlinked));
}

pub async fn what_is_linked_again_opens_sessions_again(
    users: Arc<dyn Users>,
    revocations: Arc<dyn Revocations>,
) {
    let (before, old_generation) = with_two(&users).await;
    let (id, openid) = (before.user.id, bob().openid(&shop_mini()));
    unlink(&users, id, openid_method(&before, &openid)).await;
    link(&users, id, &sample::new_way_in(&bob().at(&shop_mini()))).await;
    let (user, generation) = sign_in(&users, &bob().at(&shop_mini())).await;
    assert_eq!(user.id, id);
    let view = view(&revocations).await;
    assert_eq!(why_over(&view, id, generation, openid.clone()), None);
    let old = why_over(&view, id, old_generation, openid);
    assert_eq!(old, Some(RevokedBecause::Unlinked));
}

pub async fn a_way_in_of_a_former_id_is_unlinked_with_the_sessions_of_all_ids(
    users: Arc<dyn Users>,
    revocations: Arc<dyn Revocations>,
) {
    let (survivor, _) = sign_in(&users, &alice().at_unbound(&shop_mini())).await;
    let (merged, old_generation) = sign_in(&users, &alice().at(&shop_web())).await;
    let merging = Identification {
        policy: Policy {
            on_conflict: OnConflict::Merge,
            ..Policy::default()
        },
        ..alice().at(&shop_mini())
    };
    let (user, generation) = sign_in(&users, &merging).await;
    let other = if user.id == survivor.id {
        merged.id
    } else {
        survivor.id
    };
    let account = link(&users, user.id, &NewWayIn::Phone(phone(1))).await;
    let at_web = alice().openid(&shop_web());
    let Unlinked::Done { removed, recorded } = unlink(&users, other, openid_method(&account, &at_web)).await
    else {
        panic!("the phone is left")
    };
    assert_eq!(removed.len(), 3, "the openids of both, and the unionid");
    assert_eq!(recorded.len(), 4, "two openids for each of two ids");
    let view = view(&revocations).await;
    for (id, generation) in [(user.id, generation), (other, old_generation)] {
        for app in [shop_mini(), shop_web()] {
            let over = why_over(&view, id, generation, alice().openid(&app));
            assert_eq!(over, Some(RevokedBecause::Unlinked));
        }
    }
    let aliases = revocations.all(NOW).await.expect("the database answers").rows;
    let is_alias = |row: &&Revocation| matches!(row, Revocation::Alias { .. });
    assert_eq!(aliases.iter().filter(is_alias).count(), 1);
}

pub async fn of_two_ways_in_that_are_unlinked_at_once_one_stays(
    users: Arc<dyn Users>,
    _: Arc<dyn Revocations>,
) {
    let (before, _) = with_two(&users).await;
    let id = before.user.id;
    let methods = [alice(), bob()].map(|person| openid_method(&before, &person.openid(&shop_mini())));
    let outcomes = at_once(8, |n| {
        let (users, method) = (Arc::clone(&users), methods[n % 2]);
        async move { unlink(&users, id, method).await }
    })
    .await;
    let done = outcomes.iter().filter(|one| matches!(one, Unlinked::Done { .. }));
    assert_eq!(done.count(), 1, "{outcomes:?}");
    assert_eq!(account(&users, id).await.methods.len(), 2);
}

/// Each time somebody signs in with an openid that is known and a unionid that is new, or the other way round, while it is unlinked: that
/// came before, and all of it is gone, or after, and it is somebody new.
pub async fn a_login_under_way_leaves_nothing_of_it_with_the_user(
    users: Arc<dyn Users>,
    _: Arc<dyn Revocations>,
) {
    for n in 0..12 {
        let person = sample::nth_person(n);
        let known = if n % 2 == 0 {
            person.at_unbound(&shop_mini())
        } else {
            person.at(&shop_web())
        };
        let (user, _) = sign_in(&users, &sample::nth_person(n + 100).at(&shop_mini())).await;
        let id = user.id;
        let before = account(&users, id).await;
        let with_it = link(&users, id, &sample::new_way_in(&known)).await;
        let method = openid_method(&with_it, &known.openid);
        let outcomes = at_once(3, |n| {
            let users = Arc::clone(&users);
            async move {
                if n == 0 {
                    let done = unlink(&users, id, method).await;
                    assert!(matches!(done, Unlinked::Done { .. }), "{done:?}");
                } else {
                    sign_in(&users, &person.at(&shop_mini())).await;
                }
            }
        })
        .await;
        assert_eq!(outcomes.len(), 3);
        assert_eq!(account(&users, id).await.methods, before.methods, "round {n}");
    }
}
