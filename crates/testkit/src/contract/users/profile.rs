//! What a user is called and looks like: their own word stands above WeChat's.

use std::sync::Arc;

use time::{Duration, OffsetDateTime};
use wechat_login_domain::{Profile, ProfileEdit, User, UserId, ports::Users};

use super::{find, merging, sign_in};
use crate::sample::{NOW, alice, bob, shop_mini, shop_web, user_id};

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

async fn fill_profile(users: &Arc<dyn Users>, id: UserId, profile: &Profile) -> User {
    let filled = users.fill_profile(id, profile, LATER).await;
    let filled = filled.expect("the database answers").expect("the user is there");
    assert_eq!(find(users, id).await.as_ref(), Some(&filled));
    filled
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

pub async fn a_new_user_has_no_profile(users: Arc<dyn Users>) {
    let alice = sign_in(&users, &alice().at(&shop_mini()), NOW).await;
    assert_eq!(profile(&alice.user), (None, None));
}

pub async fn what_wechat_says_is_taken_over(users: Arc<dyn Users>) {
    let id = alices_id(&users).await;
    let filled = fill_profile(&users, id, &said(Some("Alice"), Some("https://example.com/a"))).await;
    assert_eq!(profile(&filled), (Some("Alice"), Some("https://example.com/a")));
    let again = sign_in(&users, &alice().at(&shop_mini()), LATER).await;
    assert_eq!(again.user, filled);
}

pub async fn what_wechat_says_later_replaces_what_it_said_before(users: Arc<dyn Users>) {
    let id = alices_id(&users).await;
    fill_profile(&users, id, &said(Some("Alice"), Some("https://example.com/a"))).await;
    let filled = fill_profile(&users, id, &said(Some("Alicia"), Some("https://example.com/b"))).await;
    assert_eq!(profile(&filled), (Some("Alicia"), Some("https://example.com/b")));
}

pub async fn what_wechat_does_not_say_stays_as_it_was(users: Arc<dyn Users>) {
    let id = alices_id(&users).await;
    fill_profile(&users, id, &said(Some("Alice"), Some("https://example.com/a"))).await;
    let filled = fill_profile(&users, id, &said(Some("Alicia"), None)).await;
    assert_eq!(profile(&filled), (Some("Alicia"), Some("https://example.com/a")));
    let filled = fill_profile(&users, id, &said(None, None)).await;
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
    fill_profile(&users, id, &said(Some("Alice"), Some("https://example.com/a"))).await;
    edit_profile(&users, id, &rename(Some("Ally"))).await;
    let filled = fill_profile(&users, id, &said(Some("Alicia"), Some("https://example.com/b"))).await;
    assert_eq!(profile(&filled), (Some("Ally"), Some("https://example.com/b")));
    edit_profile(&users, id, &picture(Some("https://example.com/me"))).await;
    let filled = fill_profile(&users, id, &said(Some("Alicia"), Some("https://example.com/c"))).await;
    assert_eq!(profile(&filled), (Some("Ally"), Some("https://example.com/me")));
}

pub async fn what_a_user_removed_is_not_put_back_by_wechat(users: Arc<dyn Users>) {
    let id = alices_id(&users).await;
    fill_profile(&users, id, &said(Some("Alice"), Some("https://example.com/a"))).await;
    let nothing = ProfileEdit {
        avatar_url: Some(None),
        ..rename(None)
    };
    let edited = edit_profile(&users, id, &nothing).await;
    assert_eq!(profile(&edited), (None, None));
    let filled = fill_profile(&users, id, &said(Some("Alice"), Some("https://example.com/a"))).await;
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
        let filled = fill_profile(&users, id, &said(Some(nickname), None)).await;
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
    let filled = fill_profile(&users, before.id, &said(Some("Bob"), None)).await;
    assert_eq!(filled, wanted);
}

pub async fn nobody_is_no_one_to_edit(users: Arc<dyn Users>) {
    let edited = users.edit_profile(user_id(9), &rename(Some("Nobody")), NOW).await;
    assert_eq!(edited.expect("the database answers"), None);
    let filled = users
        .fill_profile(user_id(9), &said(Some("Nobody"), None), NOW)
        .await;
    assert_eq!(filled.expect("the database answers"), None);
    assert_eq!(find(&users, user_id(9)).await, None);
}

pub async fn profiles_do_not_disturb_each_other(users: Arc<dyn Users>) {
    let alices = alices_id(&users).await;
    let bobs = sign_in(&users, &bob().at(&shop_mini()), NOW).await;
    edit_profile(&users, alices, &rename(Some("Ally"))).await;
    assert_eq!(find(&users, bobs.id).await, Some(bobs.user));
    let filled = fill_profile(&users, bobs.id, &said(Some("Bob"), None)).await;
    assert_eq!(filled.nickname.as_deref(), Some("Bob"));
}

pub async fn a_profile_changed_by_a_former_id_is_the_survivors(users: Arc<dyn Users>) {
    let survivor = sign_in(&users, &alice().at_unbound(&shop_mini()), NOW).await.id;
    let merged = sign_in(&users, &alice().at(&shop_web()), NOW + Duration::HOUR)
        .await
        .id;
    sign_in(&users, &merging(alice().at(&shop_mini())), LATER).await;
    let edited = edit_profile(&users, merged, &rename(Some("Ally"))).await;
    assert_eq!((edited.id, edited.nickname.as_deref()), (survivor, Some("Ally")));
    let filled = fill_profile(
        &users,
        merged,
        &said(Some("Alice"), Some("https://example.com/a")),
    )
    .await;
    assert_eq!(filled.id, survivor);
    assert_eq!(profile(&filled), (Some("Ally"), Some("https://example.com/a")));
}
