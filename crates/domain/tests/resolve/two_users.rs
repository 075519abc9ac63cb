use crate::*;

#[test]
fn two_users_are_kept_or_merged_as_the_policy_says() {
    let keeps = |link| Decision::SignIn {
        owner: Box::new(owned_by(1)),
        link,
        join: None,
        conflict_with: Some(user_id(2)),
    };
    check([
        ("5, keep", owners(1, 2, None), without_phone(), keeps(NOTHING)),
        ("5, keep, phone new", owners(1, 2, None), with_all(), keeps(PHONE)),
        (
            "5, keep, phone of the openid's",
            owners(1, 2, 1),
            with_all(),
            keeps(NOTHING),
        ),
        (
            "5, keep, phone of the unionid's",
            owners(1, 2, 2),
            with_all(),
            keeps(NOTHING),
        ),
        (
            "5, keep, phone of a third",
            owners(1, 2, 3),
            with_all(),
            PHONE_TAKEN,
        ),
        (
            "5, merge, openid older",
            owners(1, 2, None),
            merging(without_phone()),
            merges(1, 2, NOTHING),
        ),
        (
            "5, merge, unionid older",
            owners(2, 1, None),
            merging(without_phone()),
            merges(1, 2, NOTHING),
        ),
        (
            "5, merge, phone new",
            owners(1, 2, None),
            merging(with_all()),
            merges(1, 2, PHONE),
        ),
        (
            "5, merge, phone of the one",
            owners(1, 2, 1),
            merging(with_all()),
            merges(1, 2, NOTHING),
        ),
        (
            "5, merge, phone of the other",
            owners(1, 2, 2),
            merging(with_all()),
            merges(1, 2, NOTHING),
        ),
        (
            "5, merge, phone of a third",
            owners(1, 2, 3),
            merging(with_all()),
            PHONE_TAKEN,
        ),
    ]);
}

#[test]
fn of_two_users_of_one_moment_the_lower_id_survives() {
    let (lower, mut higher) = (owned_by(1), owned_by(2));
    higher.user.created_at = lower.user.created_at;
    for (openid, unionid) in [(&lower, &higher), (&higher, &lower)] {
        let owners = Owners {
            openid: Some(openid.clone()),
            unionid: Some(unionid.clone()),
            phone: None,
            phones_user_came_at: None,
        };
        let wanted = Decision::Merge {
            survivor: Box::new(lower.clone()),
            merged: Box::new(higher.clone()),
            link: NOTHING,
        };
        assert_eq!(decide(&owners, &merging(without_phone()), AT), wanted);
    }
}

#[test]
fn the_older_user_survives_whatever_the_ids_say() {
    let (mut young, old) = (owned_by(1), owned_by(2));
    young.user.created_at = old.user.created_at + Duration::MICROSECOND;
    let owners = Owners {
        openid: Some(young.clone()),
        unionid: Some(old.clone()),
        phone: None,
        phones_user_came_at: None,
    };
    let wanted = Decision::Merge {
        survivor: Box::new(old),
        merged: Box::new(young),
        link: NOTHING,
    };
    assert_eq!(decide(&owners, &merging(without_phone()), AT), wanted);
}
