//! Logins of one person at the same moment.

use std::{collections::HashSet, sync::Arc};

use time::Duration;
use wechat_login_domain::{
    UserId,
    ports::Users,
    resolve::{Identification, PhoneJoins, Policy},
};

use super::{SignedIn, account, find, merging, sign_in};
use crate::{
    contract::at_once,
    sample::{NOW, alice, bob, openid, phone, shop_mini, shop_mobile, shop_web, unionid},
};

const TIMES: usize = 200;

async fn sign_in_at_once(
    users: &Arc<dyn Users>,
    times: usize,
    asked: impl Fn(usize) -> Identification,
) -> Vec<SignedIn> {
    at_once(times, |n| {
        let (users, asked) = (Arc::clone(users), asked(n));
        async move { sign_in(&users, &asked, NOW).await }
    })
    .await
}

fn ids(signed_in: &[SignedIn]) -> HashSet<UserId> {
    signed_in.iter().map(|one| one.id).collect()
}

fn new_ones(signed_in: &[SignedIn]) -> usize {
    signed_in.iter().filter(|one| one.is_new).count()
}

pub async fn parallel_first_logins_of_one_person_make_one_user(users: Arc<dyn Users>) {
    let signed_in = sign_in_at_once(&users, TIMES, |_| alice().at(&shop_mini())).await;
    assert_eq!(ids(&signed_in).len(), 1);
    assert_eq!(new_ones(&signed_in), 1);
    assert_eq!(account(&users, signed_in[0].id).await.methods.len(), 2);
}

pub async fn parallel_first_logins_at_two_apps_make_one_user(users: Arc<dyn Users>) {
    let apps = [shop_mini(), shop_web()];
    let signed_in = sign_in_at_once(&users, TIMES, |n| alice().at(&apps[n % 2])).await;
    assert_eq!(ids(&signed_in).len(), 1);
    assert_eq!(new_ones(&signed_in), 1);
    let account = account(&users, signed_in[0].id).await;
    assert_eq!(account.methods.len(), 3);
    let one = account.methods[0].account;
    assert!(account.methods.iter().all(|method| method.account == one));
}

pub async fn parallel_first_logins_with_and_without_a_unionid_make_one_user(users: Arc<dyn Users>) {
    let signed_in = sign_in_at_once(&users, TIMES, |n| {
        if n % 2 == 0 {
            alice().at(&shop_mini())
        } else {
            alice().at_unbound(&shop_mini())
        }
    })
    .await;
    assert_eq!(ids(&signed_in).len(), 1);
    assert_eq!(new_ones(&signed_in), 1);
    let account = account(&users, signed_in[0].id).await;
    assert_eq!(account.methods.len(), 2);
    assert_eq!(account.methods[0].account, account.methods[1].account);
}

pub async fn parallel_first_logins_with_one_phone_make_one_user_where_phones_join(users: Arc<dyn Users>) {
    let people = [alice(), bob()];
    let signed_in = sign_in_at_once(&users, 40, |n| Identification {
        phone: Some(phone(1)),
        policy: Policy {
            phone_joins: PhoneJoins::Link,
            ..Policy::default()
        },
        ..people[n % 2].at(&shop_mini())
    })
    .await;
    assert_eq!(ids(&signed_in).len(), 1);
    assert_eq!(new_ones(&signed_in), 1);
    assert_eq!(account(&users, signed_in[0].id).await.methods.len(), 5);
}

pub async fn parallel_first_logins_of_many_people_make_each_a_user(users: Arc<dyn Users>) {
    const PEOPLE: usize = 20;
    let signed_in = sign_in_at_once(&users, TIMES, |n| Identification {
        openid: openid(&format!("o{}", n % PEOPLE)),
        unionid: Some(unionid(&format!("u{}", n % PEOPLE))),
        ..alice().at(&shop_mini())
    })
    .await;
    assert_eq!(ids(&signed_in).len(), PEOPLE);
    assert_eq!(new_ones(&signed_in), PEOPLE);
    for (n, one) in signed_in.iter().enumerate() {
        assert_eq!(one.id, signed_in[n % PEOPLE].id);
    }
}

pub async fn parallel_logins_that_merge_leave_one_user(users: Arc<dyn Users>) {
    let older = sign_in(&users, &alice().at_unbound(&shop_mini()), NOW - Duration::DAY).await;
    let younger = sign_in(&users, &alice().at(&shop_web()), NOW - Duration::HOUR).await;
    let signed_in = sign_in_at_once(&users, 40, |_| merging(alice().at(&shop_mini()))).await;
    assert_eq!(ids(&signed_in), HashSet::from([older.id]));
    let survivor = find(&users, older.id).await.expect("it is there");
    assert_eq!(survivor.former_ids, [younger.id]);
}

pub async fn parallel_merges_that_overlap_leave_one_user_and_no_chain(users: Arc<dyn Users>) {
    // Three users, of which each login merges the unionid's with another: whichever comes first, all must end in the oldest.
    let at_web = sign_in(&users, &alice().at_unbound(&shop_web()), NOW - Duration::days(3)).await;
    let of_unionid = sign_in(&users, &alice().at(&shop_mini()), NOW - Duration::days(2)).await;
    let at_mobile = sign_in(&users, &alice().at_unbound(&shop_mobile()), NOW - Duration::DAY).await;
    let apps = [shop_web(), shop_mobile()];
    sign_in_at_once(&users, 40, |n| merging(alice().at(&apps[n % 2]))).await;

    let survivor = find(&users, at_web.id).await.expect("it is there");
    assert_eq!(survivor.id, at_web.id);
    let former_ids: HashSet<_> = survivor.former_ids.iter().copied().collect();
    assert_eq!(former_ids, HashSet::from([of_unionid.id, at_mobile.id]));
    for id in former_ids {
        assert_eq!(find(&users, id).await.as_ref(), Some(&survivor));
    }
}

pub async fn two_apps_of_which_one_tells_no_unionid_end_in_one_user_where_users_are_merged(
    users: Arc<dyn Users>,
) {
    sign_in_at_once(&users, TIMES, |n| {
        merging(match n % 3 {
            0 => alice().at_unbound(&shop_mini()),
            1 => alice().at(&shop_mini()),
            _ => alice().at(&shop_web()),
        })
    })
    .await;
    let wanted = sign_in(&users, &merging(alice().at(&shop_mini())), NOW).await;
    for asked in [
        alice().at_unbound(&shop_mini()),
        alice().at(&shop_web()),
        alice().at_unbound(&shop_web()),
    ] {
        assert_eq!(sign_in(&users, &asked, NOW).await.id, wanted.id);
    }
    assert_eq!(account(&users, wanted.id).await.methods.len(), 3);
}
