//! What a user's ways in are, and what may become of them.

use time::Duration;
use wechat_login_domain::{
    AccountId, LoginMethod, LoginMethodId, LoginMethodKind, OwnWords, User, UserState, WayIn, WayInKind,
    link::{Decision, LinkRefusal, NewWayIn, decide},
    resolve::{NewLinks, Owner, Owners},
    unlink::{self, UnlinkRefusal, Unlinking},
};
use wechat_login_testkit::sample::{NOW, alice, new_way_in, phone, shop_mini, user_id};

use LoginMethodKind::{Phone, WeChatOpenId, WeChatUnionId};

/// A login method of this account; a higher `n` was linked later.
fn method(n: u8, kind: LoginMethodKind, account: u8) -> LoginMethod {
    LoginMethod {
        id: LoginMethodId::from_bytes([n; 16]),
        user_id: user_id(1),
        kind,
        realm: String::new(),
        identifier: format!("oGZUI0egBJY1zhBYw2KhdUfwVJ{n:02}"),
        phone: (kind == Phone).then(|| phone(n)),
        account: AccountId::from_bytes([account; 16]),
        linked_at: NOW + Duration::hours(i64::from(n)),
        last_used_at: NOW + Duration::days(10 - i64::from(n)),
    }
}

#[test]
fn a_wechat_account_is_one_way_in_and_each_phone_another() {
    // As a store may list them.
    let methods = [
        method(5, Phone, 3),
        method(4, WeChatOpenId, 1),
        method(2, WeChatUnionId, 1),
        method(3, WeChatOpenId, 2),
        method(1, WeChatOpenId, 1),
    ];
    let ways = WayIn::all(&methods);
    let kinds: Vec<_> = ways.iter().map(|way| (way.kind, way.methods.len())).collect();
    assert_eq!(
        kinds,
        [
            (WayInKind::WeChat, 3),
            (WayInKind::WeChat, 1),
            (WayInKind::Phone, 1)
        ]
    );
    let first = &ways[0];
    assert_eq!(first.id(), methods[4].id, "the oldest one's");
    assert_eq!(first.linked_at(), NOW + Duration::HOUR);
    assert_eq!(first.last_used_at(), NOW + Duration::days(9));
}

#[test]
fn a_label_shows_no_more_than_its_owner_needs() {
    let label = |method: LoginMethod| WayIn::all(&[method])[0].label();
    assert_eq!(label(method(7, WeChatOpenId, 1)), "****VJ07");
    assert_eq!(label(method(7, Phone, 1)), phone(7).masked());
    let lost = LoginMethod {
        phone: None,
        ..method(7, Phone, 1)
    };
    assert_eq!(label(lost), "****", "it was sealed with a key that is lost");
    for (short, shown) in [("", ""), ("abcd", ""), ("abcdef", "ef"), ("微信微信微信", "微信")] {
        let short = LoginMethod {
            identifier: short.to_owned(),
            ..method(1, WeChatOpenId, 1)
        };
        assert_eq!(label(short), format!("****{shown}"));
    }
}

fn unlinking(n: u8, phone_leads_in: bool) -> Unlinking {
    Unlinking {
        user_id: user_id(1),
        method: LoginMethodId::from_bytes([n; 16]),
        phone_leads_in,
        bars_until: NOW,
    }
}

#[test]
fn what_is_left_must_lead_in() {
    let wechat = || {
        vec![
            method(1, WeChatOpenId, 1),
            method(2, WeChatUnionId, 1),
            method(3, WeChatOpenId, 1),
        ]
    };
    let with = |more: LoginMethod| [wechat(), vec![more]].concat();
    let another = method(4, WeChatOpenId, 2);
    let phone = method(4, Phone, 2);
    for (methods, n, phone_leads_in, wanted) in [
        (wechat(), 2, true, Err(UnlinkRefusal::Last)),
        (with(another.clone()), 2, false, Ok(3)),
        (with(another), 4, false, Ok(1)),
        (with(phone.clone()), 2, true, Ok(3)),
        (with(phone.clone()), 2, false, Err(UnlinkRefusal::Last)),
        (with(phone.clone()), 4, false, Ok(1)),
        (vec![phone.clone()], 4, true, Err(UnlinkRefusal::Last)),
        (with(phone), 9, true, Err(UnlinkRefusal::NotFound)),
        (vec![], 1, true, Err(UnlinkRefusal::NotFound)),
    ] {
        let decided = unlink::decide(&methods, &unlinking(n, phone_leads_in));
        assert_eq!(decided.map(|way| way.methods.len()), wanted, "{methods:?}");
    }
}

fn user(state: UserState) -> User {
    User {
        id: user_id(1),
        external_id: None,
        nickname: None,
        avatar_url: None,
        scopes: Vec::new(),
        state,
        former_ids: Vec::new(),
        phone: Some(phone(1)),
        created_at: NOW,
        updated_at: NOW,
    }
}

fn owned_by(n: u8) -> Owner {
    Owner {
        linked_to: user_id(n),
        account: AccountId::from_bytes([n; 16]),
        last_used_at: NOW,
        user: User {
            id: user_id(n),
            ..user(UserState::Active)
        },
        own_words: OwnWords::default(),
        generation: 0,
    }
}

#[test]
fn what_is_nobodys_or_theirs_is_linked_and_nothing_else() {
    let (wechat, number) = (new_way_in(&alice().at(&shop_mini())), NewWayIn::Phone(phone(2)));
    let owners = |openid, unionid, phone| Owners {
        openid,
        unionid,
        phone,
        phones_user_came_at: None,
    };
    let taken = Decision::Refuse(LinkRefusal::Taken);
    for (openid, unionid) in [
        (Some(owned_by(2)), None),
        (None, Some(owned_by(2))),
        (Some(owned_by(1)), Some(owned_by(2))),
        (Some(owned_by(2)), Some(owned_by(1))),
    ] {
        let decided = decide(
            (&user(UserState::Active), user_id(1)),
            &owners(openid, unionid, None),
            &wechat,
        );
        assert_eq!(decided, taken);
    }
    let decided = decide(
        (&user(UserState::Active), user_id(1)),
        &owners(None, None, Some(owned_by(2))),
        &number,
    );
    assert_eq!(decided, taken);
    let account = Some(AccountId::from_bytes([1; 16]));
    for (openid, unionid, is_new, known) in [
        (None, None, (true, true), None),
        (Some(owned_by(1)), None, (false, true), account),
        (None, Some(owned_by(1)), (true, false), account),
        (Some(owned_by(1)), Some(owned_by(1)), (false, false), account),
    ] {
        let decided = decide(
            (&user(UserState::Active), user_id(1)),
            &owners(openid, unionid, None),
            &wechat,
        );
        let wanted = Decision::Link {
            link: NewLinks {
                openid: is_new.0,
                unionid: is_new.1,
                phone: false,
            },
            to: user_id(1),
            account: known,
            join: None,
            renew_phone: false,
        };
        assert_eq!(decided, wanted);
    }
}

/// User 1, whom user 2 was merged into.
#[test]
fn what_is_linked_is_kept_under_the_id_that_has_a_part_of_it_or_asks() {
    let (wechat, number) = (new_way_in(&alice().at(&shop_mini())), NewWayIn::Phone(phone(2)));
    let part_of = |n| {
        Some(Owner {
            linked_to: user_id(n),
            ..owned_by(1)
        })
    };
    for (asking, openid, unionid, new, wanted) in [
        (1, None, part_of(2), &wechat, 2),
        (2, None, part_of(1), &wechat, 1),
        (1, part_of(2), None, &wechat, 2),
        (2, None, None, &wechat, 2),
        (1, None, None, &wechat, 1),
        (2, None, None, &number, 2),
        (1, None, None, &number, 1),
    ] {
        let owners = Owners {
            openid,
            unionid,
            ..Owners::default()
        };
        let decided = decide((&user(UserState::Active), user_id(asking)), &owners, new);
        assert!(
            matches!(decided, Decision::Link { to, .. } if to == user_id(wanted)),
            "{decided:?}"
        );
    }
}

#[test]
fn phones_that_stay_take_over_the_day_of_use_that_goes() {
    let methods = [
        method(1, WeChatOpenId, 1),
        method(2, WeChatUnionId, 1),
        method(3, Phone, 2),
        method(4, Phone, 3),
    ];
    let way = |n| unlink::decide(&methods, &unlinking(n, true)).unwrap();
    let bequest = unlink::bequeath(&methods, &way(2)).unwrap();
    assert_eq!(bequest.last_used_at, methods[0].last_used_at);
    assert_eq!(bequest.phones, [methods[2].id, methods[3].id]);
    // The user came later by what stays.
    assert_eq!(unlink::bequeath(&methods, &way(3)), None);
    // Nothing but WeChat stays.
    let methods = [method(1, WeChatOpenId, 1), method(3, WeChatOpenId, 2)];
    let way = unlink::decide(&methods, &unlinking(1, true)).unwrap();
    assert_eq!(unlink::bequeath(&methods, &way), None);
}

#[test]
fn an_older_phone_becomes_the_one_they_are_called_by() {
    for (n, is_renewed) in [(1, false), (2, true)] {
        let owners = Owners {
            phone: Some(owned_by(1)),
            ..Owners::default()
        };
        let decided = decide(
            (&user(UserState::Active), user_id(1)),
            &owners,
            &NewWayIn::Phone(phone(n)),
        );
        assert!(
            matches!(decided, Decision::Link { link, renew_phone, .. } if !link.any() && renew_phone == is_renewed)
        );
    }
}

#[test]
fn who_may_not_sign_in_links_nothing() {
    for (state, refusal) in [
        (UserState::Disabled, LinkRefusal::Disabled),
        (UserState::Closing { at: NOW }, LinkRefusal::Closing),
        (UserState::Closed, LinkRefusal::Closing),
    ] {
        let decided = decide(
            (&user(state), user_id(1)),
            &Owners::default(),
            &NewWayIn::Phone(phone(2)),
        );
        assert_eq!(decided, Decision::Refuse(refusal));
    }
}
