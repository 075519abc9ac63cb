//! What a user is called and looks like: their own word stands above WeChat's.

use std::sync::Arc;

use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    Profile, ProfileEdit, User, UserId,
    ports::Users,
    resolve::{Identification, PhoneJoins, Policy},
};

use super::{account, find, merging, sign_in};
use crate::sample::{NOW, alice, bob, phone, shop_mini, shop_web, user_id};

const LATER: OffsetDateTime = NOW.saturating_add(Duration::microseconds(86_400_000_001));

fn said(nickname: Option<&str>, avatar_url: Option<&str>) -> Profile {
    Profile {
        nickname: nickname.map(Into::into),
        avatar_url: avatar_url.map(Into::into),
    }
}

fn rename(nickname: Option<&str>) -> ProfileEdit {
    ProfileEdit {
        nickname: Some(nickname.map(Into::into)),
        ..ProfileEdit::default()
    }
}

fn picture(avatar_url: Option<&str>) -> ProfileEdit {
    ProfileEdit {
        avatar_url: Some(avatar_url.map(Into::into)),
        ..ProfileEdit::default()
    }
}

async fn alices_id(users: &Arc<dyn Users>) -> UserId {
    sign_in(users, &alice().at(&shop_mini()), NOW).await.id
}

/// A login at which WeChat tells this.
async fn told(users: &Arc<dyn Users>, asked: Identification, profile: Profile) -> User {
    let signed_in = sign_in(users, &Identification { profile, ..asked }, LATER).await;
    assert_eq!(find(users, signed_in.id).await.as_ref(), Some(&signed_in.user));
    signed_in.user
}

async fn alice_is_told(users: &Arc<dyn Users>, nickname: Option<&str>, avatar_url: Option<&str>) -> User {
    told(users, alice().at(&shop_mini()), said(nickname, avatar_url)).await
}

async fn edit_profile(users: &Arc<dyn Users>, id: UserId, edit: &ProfileEdit) -> User {
    let edited = users.edit_profile(id, edit, LATER).await;
    let edited = edited.expect("the database answers").expect("the user is there");
    assert_eq!(find(users, id).await.as_ref(), Some(&edited));
    edited
}

fn profile(user: &User) -> (Option<&str>, Option<&str>) {
    (user.nickname.as_deref(), user.avatar_url.as_deref())
}

pub async fn a_new_user_has_the_profile_that_wechat_tells_or_none(users: Arc<dyn Users>) {
    let alice = sign_in(&users, &alice().at(&shop_mini()), NOW).await;
    assert_eq!(profile(&alice.user), (None, None));
    let bob = told(
        &users,
        bob().at(&shop_web()),
        said(Some("Bob"), Some("https://example.com/b")),
    )
    .await;
    assert_eq!(profile(&bob), (Some("Bob"), Some("https://example.com/b")));
    assert_eq!(bob.created_at, LATER);
}

pub async fn what_wechat_tells_at_another_door_is_taken_over(users: Arc<dyn Users>) {
    let id = alices_id(&users).await;
    let at_web = told(&users, alice().at(&shop_web()), said(Some("Alice"), None)).await;
    assert_eq!((at_web.id, at_web.nickname.as_deref()), (id, Some("Alice")));
}

pub async fn news_do_not_take_the_place_of_the_day_of_use(users: Arc<dyn Users>) {
    let id = alices_id(&users).await;
    alice_is_told(&users, Some("Alice"), None).await;
    for method in account(&users, id).await.methods {
        assert_eq!(method.last_used_at, LATER, "{method:?}");
    }
}

pub async fn news_are_taken_over_where_two_accounts_become_one(users: Arc<dyn Users>) {
    let by_phone = |asked: Identification| Identification {
        phone: Some(phone(1)),
        policy: Policy {
            phone_joins: PhoneJoins::Link,
            ..asked.policy
        },
        ..asked
    };
    let id = sign_in(&users, &by_phone(alice().at_unbound(&shop_mini())), NOW)
        .await
        .id;
    assert_eq!(
        sign_in(&users, &by_phone(alice().at(&shop_web())), NOW).await.id,
        id
    );
    let both = alice_is_told(&users, Some("Alice"), None).await;
    assert_eq!((both.id, both.nickname.as_deref()), (id, Some("Alice")));
}

pub async fn a_survivor_who_has_no_profile_inherits_one(users: Arc<dyn Users>) {
    let survivor = sign_in(&users, &alice().at_unbound(&shop_mini()), NOW).await.id;
    edit_profile(&users, survivor, &picture(None)).await;
    let web = Identification {
        profile: said(Some("Alice"), Some("https://example.com/a")),
        ..alice().at(&shop_web())
    };
    sign_in(&users, &web, NOW + Duration::HOUR).await;
    let met = told(&users, merging(alice().at(&shop_mini())), Profile::default()).await;
    // That there is no picture is their own word.
    assert_eq!((met.id, profile(&met)), (survivor, (Some("Alice"), None)));
}

pub async fn a_survivor_keeps_the_profile_that_they_have(users: Arc<dyn Users>) {
    for (asked, nickname, came_at) in [
        (alice().at_unbound(&shop_mini()), "Ally", NOW),
        (alice().at(&shop_web()), "Alice", NOW + Duration::HOUR),
    ] {
        let profile = said(Some(nickname), None);
        sign_in(&users, &Identification { profile, ..asked }, came_at).await;
    }
    let met = told(&users, merging(alice().at(&shop_mini())), Profile::default()).await;
    assert_eq!(met.nickname.as_deref(), Some("Ally"));
}

pub async fn what_wechat_says_is_taken_over(users: Arc<dyn Users>) {
    alices_id(&users).await;
    let filled = alice_is_told(&users, Some("Alice"), Some("https://example.com/a")).await;
    assert_eq!(profile(&filled), (Some("Alice"), Some("https://example.com/a")));
    let again = sign_in(&users, &alice().at(&shop_mini()), LATER).await;
    assert_eq!(again.user, filled);
}

pub async fn what_wechat_says_later_replaces_what_it_said_before(users: Arc<dyn Users>) {
    alices_id(&users).await;
    alice_is_told(&users, Some("Alice"), Some("https://example.com/a")).await;
    let filled = alice_is_told(&users, Some("Alicia"), Some("https://example.com/b")).await;
    assert_eq!(profile(&filled), (Some("Alicia"), Some("https://example.com/b")));
}

pub async fn what_wechat_does_not_say_stays_as_it_was(users: Arc<dyn Users>) {
    alices_id(&users).await;
    alice_is_told(&users, Some("Alice"), Some("https://example.com/a")).await;
    let filled = alice_is_told(&users, Some("Alicia"), None).await;
    assert_eq!(profile(&filled), (Some("Alicia"), Some("https://example.com/a")));
    let filled = alice_is_told(&users, None, None).await;
    assert_eq!(profile(&filled), (Some("Alicia"), Some("https://example.com/a")));
}

pub async fn an_edit_changes_what_it_names_and_nothing_else(users: Arc<dyn Users>) {
    let id = alices_id(&users).await;
    let edited = edit_profile(&users, id, &rename(Some("Ally"))).await;
    assert_eq!(profile(&edited), (Some("Ally"), None));
    let edited = edit_profile(&users, id, &picture(Some("https://example.com/me"))).await;
    assert_eq!(profile(&edited), (Some("Ally"), Some("https://example.com/me")));
    let edited = edit_profile(&users, id, &rename(None)).await;
    assert_eq!(profile(&edited), (None, Some("https://example.com/me")));
}

pub async fn what_a_user_edited_is_not_overwritten_by_wechat(users: Arc<dyn Users>) {
    let id = alices_id(&users).await;
    alice_is_told(&users, Some("Alice"), Some("https://example.com/a")).await;
    edit_profile(&users, id, &rename(Some("Ally"))).await;
    let filled = alice_is_told(&users, Some("Alicia"), Some("https://example.com/b")).await;
    assert_eq!(profile(&filled), (Some("Ally"), Some("https://example.com/b")));
    edit_profile(&users, id, &picture(Some("https://example.com/me"))).await;
    let filled = alice_is_told(&users, Some("Alicia"), Some("https://example.com/c")).await;
    assert_eq!(profile(&filled), (Some("Ally"), Some("https://example.com/me")));
}

pub async fn what_a_user_removed_is_not_put_back_by_wechat(users: Arc<dyn Users>) {
    let id = alices_id(&users).await;
    alice_is_told(&users, Some("Alice"), Some("https://example.com/a")).await;
    let nothing = ProfileEdit {
        avatar_url: Some(None),
        ..rename(None)
    };
    let edited = edit_profile(&users, id, &nothing).await;
    assert_eq!(profile(&edited), (None, None));
    let filled = alice_is_told(&users, Some("Alice"), Some("https://example.com/a")).await;
    assert_eq!(profile(&filled), (None, None));
}

pub async fn emoji_and_chinese_come_back_exactly(users: Arc<dyn Users>) {
    let id = alices_id(&users).await;
    // Beyond the basic plane, joined and flagged, and a rare character of a name: what a three-byte UTF-8 column breaks on.
    for nickname in [
        "爱丽丝",
        "🐼",
        "👩‍👩‍👧‍👦 一家",
        "🇨🇳",
        "𠮷野家",
        "e\u{301}",
        "O'Hara \\ \"%_",
    ] {
        let filled = alice_is_told(&users, Some(nickname), None).await;
        assert_eq!(filled.nickname.as_deref(), Some(nickname));
    }
    let longest = "🐼".repeat(64);
    let edited = edit_profile(&users, id, &rename(Some(&longest))).await;
    assert_eq!(edited.nickname, Some(longest));
}

pub async fn a_profile_change_moves_updated_at_and_nothing_else(users: Arc<dyn Users>) {
    let before = sign_in(&users, &alice().at(&shop_mini()), NOW).await.user;
    let wanted = User {
        nickname: Some("Ally".into()),
        updated_at: LATER,
        ..before.clone()
    };
    let edited = edit_profile(&users, before.id, &rename(Some("Ally"))).await;
    assert_eq!(edited, wanted);

    let before = sign_in(&users, &bob().at(&shop_mini()), NOW).await.user;
    let wanted = User {
        nickname: Some("Bob".into()),
        updated_at: LATER,
        ..before.clone()
    };
    let filled = told(&users, bob().at(&shop_mini()), said(Some("Bob"), None)).await;
    assert_eq!(filled, wanted);
    let much_later = LATER + Duration::DAY;
    let again = Identification {
        profile: said(Some("Bob"), None),
        ..bob().at(&shop_mini())
    };
    assert_eq!(
        sign_in(&users, &again, much_later).await.user,
        wanted,
        "that is no news"
    );
}

pub async fn nobody_is_no_one_to_edit(users: Arc<dyn Users>) {
    let edited = users.edit_profile(user_id(9), &rename(Some("Nobody")), NOW).await;
    assert_eq!(edited.expect("the database answers"), None);
    assert_eq!(find(&users, user_id(9)).await, None);
}

pub async fn profiles_do_not_disturb_each_other(users: Arc<dyn Users>) {
    let alices = alices_id(&users).await;
    let bobs = sign_in(&users, &bob().at(&shop_mini()), NOW).await;
    edit_profile(&users, alices, &rename(Some("Ally"))).await;
    assert_eq!(find(&users, bobs.id).await, Some(bobs.user));
    let filled = told(&users, bob().at(&shop_mini()), said(Some("Bob"), None)).await;
    assert_eq!(filled.nickname.as_deref(), Some("Bob"));
}

pub async fn a_profile_changed_by_a_former_id_is_the_survivors(users: Arc<dyn Users>) {
    let survivor = sign_in(&users, &alice().at_unbound(&shop_mini()), NOW).await.id;
    let merged = sign_in(&users, &alice().at(&shop_web()), NOW + Duration::HOUR)
        .await
        .id;
    let merging = merging(alice().at(&shop_mini()));
    let met = told(&users, merging, said(Some("Alicia"), None)).await;
    assert_eq!((met.id, met.nickname.as_deref()), (survivor, Some("Alicia")));
    let edited = edit_profile(&users, merged, &rename(Some("Ally"))).await;
    assert_eq!((edited.id, edited.nickname.as_deref()), (survivor, Some("Ally")));
    let at_web = alice().at(&shop_web());
    let filled = told(&users, at_web, said(Some("Alice"), Some("https://example.com/a"))).await;
    assert_eq!(filled.id, survivor);
    assert_eq!(profile(&filled), (Some("Ally"), Some("https://example.com/a")));
}
