use crate::*;

#[test]
fn a_user_who_may_not_sign_in_is_refused_in_every_case() {
    let states = [
        (UserState::Disabled, Refusal::Disabled),
        (UserState::Merged { into: user_id(9) }, Refusal::Disabled),
        (UserState::Closing { at: AT }, Refusal::Closing),
        (UserState::Closed, Refusal::Closing),
    ];
    for (state, refusal) in states {
        let barred = || Some(in_state(1, state));
        let cases = [
            (
                Owners {
                    openid: barred(),
                    ..owners(None, None, None)
                },
                only_openid(),
            ),
            (
                Owners {
                    openid: barred(),
                    ..owners(None, None, None)
                },
                with_all(),
            ),
            (
                Owners {
                    openid: barred(),
                    ..owners(None, 2, None)
                },
                without_phone(),
            ),
            (
                Owners {
                    unionid: barred(),
                    ..owners(None, None, None)
                },
                without_phone(),
            ),
            (
                Owners {
                    phone: Some(Owner {
                        user: User {
                            phone: Some(phone(1)),
                            ..in_state(1, state).user
                        },
                        ..owned_by(1)
                    }),
                    ..owners(None, None, None)
                },
                joining(with_all()),
            ),
            // Being refused says nothing of whose the phone is.
            (
                Owners {
                    openid: barred(),
                    ..owners(None, None, 2)
                },
                with_all(),
            ),
        ];
        for (owners, asked) in cases {
            let decision = decide(&owners, &asked, AT);
            assert_eq!(decision, Decision::Refuse(refusal), "{owners:?}");
        }
    }
}

#[test]
fn a_user_who_may_not_sign_in_is_never_merged() {
    for state in [
        UserState::Disabled,
        UserState::Closing { at: AT },
        UserState::Closed,
    ] {
        for (openid, unionid) in [
            (in_state(1, state), owned_by(2)),
            (owned_by(1), in_state(2, state)),
            (in_state(2, state), owned_by(1)),
        ] {
            let owners = Owners {
                openid: Some(openid),
                unionid: Some(unionid),
                phone: None,
                phones_user_came_at: None,
            };
            let decision = decide(&owners, &merging(without_phone()), AT);
            assert_eq!(decision, Decision::Refuse(Refusal::Disabled), "{state:?}");
        }
    }
}

#[test]
fn a_conflict_with_a_user_who_may_not_sign_in_keeps_nobody_else_out() {
    let owners = Owners {
        unionid: Some(in_state(2, UserState::Disabled)),
        ..owners(1, None, None)
    };
    let wanted = Decision::SignIn {
        owner: Box::new(owned_by(1)),
        link: NOTHING,
        join: None,
        conflict_with: Some(user_id(2)),
    };
    assert_eq!(decide(&owners, &without_phone(), AT), wanted);
}
