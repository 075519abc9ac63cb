use crate::*;

#[test]
fn whoever_is_known_is_signed_in_and_what_is_new_is_linked() {
    let unionid_and_phone = NewLinks {
        unionid: true,
        ..PHONE
    };
    check([
        (
            "1, no unionid",
            owners(1, None, None),
            only_openid(),
            signs_in(1, NOTHING),
        ),
        (
            "1, unionid known",
            owners(1, 1, None),
            without_phone(),
            signs_in(1, NOTHING),
        ),
        ("1, all known", owners(1, 1, 1), with_all(), signs_in(1, NOTHING)),
        ("1, phone new", owners(1, 1, None), with_all(), signs_in(1, PHONE)),
        (
            "2 and 6",
            owners(1, None, None),
            without_phone(),
            signs_in(1, UNIONID),
        ),
        (
            "2, phone new",
            owners(1, None, None),
            with_all(),
            signs_in(1, unionid_and_phone),
        ),
        ("2, phone another's", owners(1, None, 2), with_all(), PHONE_TAKEN),
        ("3", owners(None, 1, None), without_phone(), signs_in(1, OPENID)),
        (
            "3, phone theirs",
            owners(None, 1, 1),
            with_all(),
            signs_in(1, OPENID),
        ),
        (
            "3, phone another's",
            owners(None, 1, 2),
            joining(with_all()),
            PHONE_TAKEN,
        ),
        (
            "3, create_user false",
            owners(None, 1, None),
            unwanted(without_phone()),
            signs_in(1, OPENID),
        ),
    ]);
}

#[test]
fn identifiers_of_a_merged_user_and_its_survivor_are_one_users() {
    // The openid was linked to user 7, who was merged into user 1.
    let alias = Owner {
        linked_to: user_id(7),
        ..owned_by(1)
    };
    let owners = Owners {
        openid: Some(alias.clone()),
        unionid: Some(owned_by(1)),
        phone: Some(owned_by(1)),
        phones_user_came_at: None,
    };
    for asked in [with_all(), merging(with_all())] {
        let wanted = Decision::SignIn {
            owner: Box::new(alias.clone()),
            link: NOTHING,
            join: None,
            conflict_with: None,
        };
        assert_eq!(decide(&owners, &asked, AT), wanted);
    }
}

#[test]
fn new_identifiers_join_the_wechat_account_that_is_known() {
    let account = |n| Some(AccountId::from_bytes([n; 16]));
    assert_eq!(owners(1, None, 3).wechat_account(), account(1));
    assert_eq!(owners(None, 2, 3).wechat_account(), account(2));
    assert_eq!(owners(1, 2, 3).wechat_account(), account(1));
    assert_eq!(
        owners(None, None, 3).wechat_account(),
        None,
        "a phone is no WeChat account"
    );
}

#[test]
fn an_openid_and_a_unionid_of_one_user_are_one_wechat_account_from_then_on() {
    let mut of_unionid = owned_by(1);
    of_unionid.account = AccountId::from_bytes([9; 16]);
    let owners = Owners {
        openid: Some(owned_by(1)),
        unionid: Some(of_unionid),
        ..Owners::default()
    };
    let wanted = Decision::SignIn {
        owner: Box::new(owned_by(1)),
        link: NOTHING,
        join: Some(Joining {
            from: AccountId::from_bytes([1; 16]),
            to: AccountId::from_bytes([9; 16]),
        }),
        conflict_with: None,
    };
    assert_eq!(decide(&owners, &without_phone(), AT), wanted);
}
