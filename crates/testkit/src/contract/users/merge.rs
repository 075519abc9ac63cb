//! Case 5 where the policy is `merge`.

use std::sync::Arc;

use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    LoginMethodKind::{Phone, WeChatOpenId, WeChatUnionId},
    UserId, UserState,
    ports::Users,
    resolve::{Identification, Refusal, Resolution},
};

use super::{account, find, identifiers, merging, of_kind, resolve, sign_in};
use crate::sample::{self, NOW, alice, bob, carol, game_pages, shop_mini, shop_mobile, shop_web};

const LATER: OffsetDateTime = NOW.saturating_add(Duration::DAY);

/// One user of the mini-program's openid, an hour older than another of the website's openid and the unionid.
async fn older_of_openid(users: &Arc<dyn Users>) -> (UserId, UserId) {
    let older = sign_in(users, &alice().at_unbound(&shop_mini()), NOW).await;
    let younger = sign_in(users, &alice().at(&shop_web()), NOW + Duration::HOUR).await;
    (older.id, younger.id)
}

/// The same two, made in the other order.
async fn older_of_unionid(users: &Arc<dyn Users>) -> (UserId, UserId) {
    let older = sign_in(users, &alice().at(&shop_web()), NOW).await;
    let younger = sign_in(users, &alice().at_unbound(&shop_mini()), NOW + Duration::HOUR).await;
    (older.id, younger.id)
}

async fn merge_at_mini(users: &Arc<dyn Users>) -> UserId {
    let merged = sign_in(users, &merging(alice().at(&shop_mini())), LATER).await;
    assert!(!merged.is_new);
    merged.id
}

async fn assert_is_alias(users: &Arc<dyn Users>, merged: UserId, survivor: UserId) {
    let found = find(users, merged).await.expect("a merged id finds the survivor");
    assert_eq!(found.id, survivor);
    assert!(found.former_ids.contains(&merged));
}

pub async fn a_merge_leaves_the_older_user_where_the_openid_is_theirs(users: Arc<dyn Users>) {
    let (older, younger) = older_of_openid(&users).await;
    assert_eq!(merge_at_mini(&users).await, older);
    assert_is_alias(&users, younger, older).await;
}

pub async fn a_merge_leaves_the_older_user_where_the_unionid_is_theirs(users: Arc<dyn Users>) {
    let (older, younger) = older_of_unionid(&users).await;
    assert_eq!(merge_at_mini(&users).await, older);
    assert_is_alias(&users, younger, older).await;
}

pub async fn a_merge_of_users_of_one_moment_leaves_the_lower_id(users: Arc<dyn Users>) {
    for person in [alice(), bob(), carol()] {
        let one = sign_in(&users, &person.at_unbound(&shop_mini()), NOW).await.id;
        let other = sign_in(&users, &person.at(&shop_web()), NOW).await.id;
        let left = sign_in(&users, &merging(person.at(&shop_mini())), LATER).await;
        assert_eq!(left.id, one.min(other));
        assert_is_alias(&users, one.max(other), left.id).await;
    }
}

pub async fn a_merged_user_is_found_as_the_survivor_everywhere(users: Arc<dyn Users>) {
    let (survivor, merged) = older_of_openid(&users).await;
    let signed_in = sign_in(&users, &merging(alice().at(&shop_mini())), LATER).await;
    assert_eq!(signed_in.user.former_ids, [merged]);
    assert_eq!(signed_in.user.state, UserState::Active);
    assert_eq!(
        find(&users, survivor).await.expect("it is there").former_ids,
        [merged]
    );
    assert_eq!(find(&users, merged).await, find(&users, survivor).await);
    assert_eq!(account(&users, merged).await, account(&users, survivor).await);

    for asked in [
        alice().at_unbound(&shop_mini()),
        alice().at_unbound(&shop_web()),
        alice().at(&shop_web()),
        alice().at(&shop_mobile()),
    ] {
        let again = sign_in(&users, &asked, LATER).await;
        assert_eq!(again.id, survivor);
        assert_eq!(again.user.former_ids, [merged]);
        assert_eq!(
            again.generation, signed_in.generation,
            "the survivor's is the one that counts"
        );
    }
}

pub async fn login_methods_of_a_merged_user_stay_theirs_and_lead_to_the_survivor(users: Arc<dyn Users>) {
    let (survivor, merged) = older_of_openid(&users).await;
    merge_at_mini(&users).await;
    let account = account(&users, survivor).await;
    assert_eq!(account.methods.len(), 3);
    for method in &account.methods {
        let is_survivors = method.identifier == alice().openid(&shop_mini()).as_str();
        let wanted = if is_survivors { survivor } else { merged };
        assert_eq!(method.user_id, wanted, "{method:?}");
    }
}

pub async fn what_a_merged_user_links_later_is_the_survivors(users: Arc<dyn Users>) {
    let (survivor, merged) = older_of_openid(&users).await;
    merge_at_mini(&users).await;
    // The unionid was the merged user's, so what it links hangs on an alias.
    sign_in(&users, &alice().at(&shop_mobile()), LATER).await;
    for id in [survivor, merged] {
        let account = account(&users, id).await;
        assert_eq!(identifiers(&account, WeChatOpenId).len(), 3);
    }
    let by_openid = sign_in(&users, &alice().at_unbound(&shop_mobile()), LATER).await;
    assert_eq!(by_openid.id, survivor);
}

/// They are one way in, and a backend asks for the unionid of an openid.
pub async fn after_a_merge_the_openid_is_of_the_wechat_account_of_its_unionid(users: Arc<dyn Users>) {
    let (survivor, _) = older_of_openid(&users).await;
    merge_at_mini(&users).await;
    let account = account(&users, survivor).await;
    let unionid = of_kind(&account, WeChatUnionId)[0].account;
    assert!(account.methods.iter().all(|method| method.account == unionid));
    for identity in account.wechat_identities(&sample::apps()) {
        let wanted = alice().unionid(&shop_mini().open_platform);
        assert_eq!(identity.unionid, Some(wanted), "{}", identity.app_id);
    }
}

pub async fn a_merge_is_done_once(users: Arc<dyn Users>) {
    let (survivor, merged) = older_of_openid(&users).await;
    for _ in 0..3 {
        assert_eq!(merge_at_mini(&users).await, survivor);
    }
    let found = find(&users, survivor).await.expect("it is there");
    assert_eq!(found.former_ids, [merged]);
    assert_eq!(account(&users, survivor).await.methods.len(), 3);
}

pub async fn a_survivor_may_be_merged_in_turn(users: Arc<dyn Users>) {
    // Three users, the oldest of the game's openid alone.
    let oldest = sign_in(&users, &alice().at_unbound(&game_pages()), NOW - Duration::DAY).await;
    let (middle, youngest) = older_of_openid(&users).await;
    merge_at_mini(&users).await;
    let at_game = Identification {
        open_platform: shop_mini().open_platform,
        unionid: Some(alice().unionid(&shop_mini().open_platform)),
        ..alice().at(&game_pages())
    };
    let signed_in = sign_in(&users, &merging(at_game), LATER).await;
    assert_eq!(signed_in.id, oldest.id);

    let mut former_ids = signed_in.user.former_ids;
    former_ids.sort_unstable();
    let mut wanted = [middle, youngest];
    wanted.sort_unstable();
    assert_eq!(former_ids, wanted);
    for id in wanted {
        assert_is_alias(&users, id, oldest.id).await;
    }
    assert_eq!(account(&users, youngest).await.methods.len(), 4);
    for asked in [
        alice().at_unbound(&shop_mini()),
        alice().at_unbound(&shop_web()),
        alice().at(&shop_mobile()),
    ] {
        assert_eq!(sign_in(&users, &asked, LATER).await.id, oldest.id);
    }
}

pub async fn two_users_may_be_merged_into_one_survivor(users: Arc<dyn Users>) {
    let oldest = sign_in(&users, &alice().at(&shop_mini()), NOW).await;
    let mut wanted = Vec::new();
    for (app, hours) in [(shop_web(), 1), (shop_mobile(), 2)] {
        let other = sign_in(&users, &alice().at_unbound(&app), NOW + Duration::hours(hours)).await;
        wanted.push(other.id);
        assert_eq!(
            sign_in(&users, &merging(alice().at(&app)), LATER).await.id,
            oldest.id
        );
    }
    let mut former_ids = find(&users, oldest.id).await.expect("it is there").former_ids;
    former_ids.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(former_ids, wanted);
    assert_eq!(account(&users, oldest.id).await.methods.len(), 4);
}

fn with_phone(asked: Identification, n: u8) -> Identification {
    Identification {
        phone: Some(sample::phone(n)),
        ..asked
    }
}

pub async fn a_merge_keeps_the_phone_that_was_linked_last(users: Arc<dyn Users>) {
    // Alice's survivor has none, Bob's has an older one, Carol's a newer one than the merged user's.
    for (person, survivors, mergeds, wanted) in [
        (alice(), None, Some((1, 2)), 1),
        (bob(), Some((2, 0)), Some((3, 2)), 3),
        (carol(), Some((4, 5)), Some((5, 2)), 4),
    ] {
        let (openid, unionid) = (person.at_unbound(&shop_mini()), person.at(&shop_web()));
        let survivor = sign_in(&users, &openid, NOW).await.id;
        sign_in(&users, &unionid, NOW + Duration::HOUR).await;
        for (asked, phone) in [(openid, survivors), (unionid, mergeds)] {
            if let Some((n, hours)) = phone {
                sign_in(&users, &with_phone(asked, n), NOW + Duration::hours(hours)).await;
            }
        }
        let merged = sign_in(&users, &merging(person.at(&shop_mini())), LATER).await;
        assert_eq!(merged.id, survivor);
        assert_eq!(merged.user.phone, Some(sample::phone(wanted)), "{person:?}");
        let found = find(&users, survivor).await.expect("it is there");
        assert_eq!(found.phone, merged.user.phone);
    }
}

pub async fn a_phone_of_either_user_does_not_stand_against_their_merge(users: Arc<dyn Users>) {
    let (survivor, merged) = older_of_openid(&users).await;
    sign_in(&users, &with_phone(alice().at(&shop_web()), 1), NOW).await;
    let asked = merging(with_phone(alice().at(&shop_mini()), 1));
    let signed_in = sign_in(&users, &asked, LATER).await;
    assert_eq!(signed_in.id, survivor);
    assert_eq!(signed_in.user.phone, Some(sample::phone(1)));
    assert_is_alias(&users, merged, survivor).await;
    assert_eq!(of_kind(&account(&users, survivor).await, Phone).len(), 1);

    // A new one is linked by the merge itself.
    let (older, younger) = (bob().at_unbound(&shop_mini()), bob().at(&shop_web()));
    let older = sign_in(&users, &older, NOW).await;
    sign_in(&users, &younger, NOW + Duration::HOUR).await;
    let asked = merging(with_phone(bob().at(&shop_mini()), 2));
    let signed_in = sign_in(&users, &asked, LATER).await;
    assert_eq!(signed_in.id, older.id);
    assert_eq!(signed_in.user.phone, Some(sample::phone(2)));
}

pub async fn a_phone_of_a_third_user_stands_against_a_merge(users: Arc<dyn Users>) {
    let (older, younger) = older_of_openid(&users).await;
    sign_in(&users, &with_phone(bob().at(&shop_mini()), 1), NOW).await;
    let asked = merging(with_phone(alice().at(&shop_mini()), 1));
    assert_eq!(
        resolve(&users, &asked, LATER).await,
        Resolution::Refused(Refusal::PhoneTaken)
    );
    for id in [older, younger] {
        let found = find(&users, id).await.expect("it is there");
        assert_eq!((found.id, found.former_ids), (id, vec![]));
    }
}
