use crate::*;

#[test]
fn somebody_new_becomes_a_user_or_joins_the_one_of_their_phone() {
    let nobody = || owners(None, None, None);
    let openid_and_unionid = NewLinks {
        openid: true,
        ..UNIONID
    };
    check([
        ("4", nobody(), without_phone(), Decision::Register),
        ("4, no unionid", nobody(), only_openid(), Decision::Register),
        ("4, phone new", nobody(), with_all(), Decision::Register),
        (
            "4, create_user false",
            nobody(),
            unwanted(with_all()),
            Decision::Refuse(Refusal::NotFound),
        ),
        ("4a, reject", owners(None, None, 1), with_all(), PHONE_TAKEN),
        (
            "4a, link",
            owners(None, None, 1),
            joining(with_all()),
            joins(1, openid_and_unionid),
        ),
        (
            "4a, link, create_user false",
            owners(None, None, 1),
            unwanted(joining(with_all())),
            joins(1, openid_and_unionid),
        ),
    ]);
}

#[test]
fn a_phone_joins_until_half_a_year_after_its_user_came_last() {
    let asked = joining(with_all());
    for (away, joins) in [
        (Duration::days(180), true),
        (Duration::days(180) + Duration::MICROSECOND, false),
    ] {
        let owners = Owners {
            // The phone itself was not used for years.
            phone: Some(Owner {
                last_used_at: AT - Duration::days(1000),
                ..by_phone(1)
            }),
            phones_user_came_at: Some(AT - away),
            ..Owners::default()
        };
        let decision = decide(&owners, &asked, AT);
        assert_eq!(matches!(decision, Decision::SignIn { .. }), joins, "{away}");
        assert_eq!(decision == PHONE_TAKEN, !joins, "{away}");
    }
}

#[test]
fn a_phone_that_its_user_replaced_joins_nobody() {
    let asked = joining(with_all());
    for another in [Some(phone(2)), None] {
        let mut owner = owned_by(1);
        owner.user.phone = another;
        let owners = Owners {
            phone: Some(owner),
            phones_user_came_at: Some(AT),
            ..Owners::default()
        };
        assert_eq!(decide(&owners, &asked, AT), PHONE_TAKEN);
    }
}
