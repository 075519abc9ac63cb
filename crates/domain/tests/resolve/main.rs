//! The rule of who is who, case by case. Cases are numbered as in the design.

mod barred;
mod one_user;
mod somebody_new;
mod two_users;

use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    AccountId, OwnWords, User, UserState,
    resolve::{
        Decision, Identification, Joining, NewLinks, OnConflict, Owner, Owners, PhoneJoins, Policy, Refusal,
        decide,
    },
};
use wechat_login_testkit::sample::{NOW, alice, phone, shop_mini, user_id};

const AT: OffsetDateTime = NOW;
const NOTHING: NewLinks = NewLinks {
    openid: false,
    unionid: false,
    phone: false,
};

/// An identifier of user `n`; a higher one is younger.
fn owned_by(n: u8) -> Owner {
    Owner {
        linked_to: user_id(n),
        account: AccountId::from_bytes([n; 16]),
        last_used_at: NOW - Duration::DAY,
        user: User {
            id: user_id(n),
            external_id: None,
            nickname: None,
            avatar_url: None,
            scopes: Vec::new(),
            state: UserState::Active,
            former_ids: Vec::new(),
            phone: None,
            created_at: NOW - Duration::days(300 - i64::from(n)),
            updated_at: NOW - Duration::days(100),
        },
        own_words: OwnWords::default(),
        generation: 0,
    }
}

fn in_state(n: u8, state: UserState) -> Owner {
    let mut owner = owned_by(n);
    owner.user.state = state;
    owner
}

/// The phone that everybody here brings, which is the one that user `n` is called by.
fn by_phone(n: u8) -> Owner {
    let mut owner = owned_by(n);
    owner.user.phone = Some(phone(1));
    owner
}

/// The owners of openid, unionid and phone, by number.
fn owners(
    openid: impl Into<Option<u8>>,
    unionid: impl Into<Option<u8>>,
    phone: impl Into<Option<u8>>,
) -> Owners {
    Owners {
        openid: openid.into().map(owned_by),
        unionid: unionid.into().map(owned_by),
        phone: phone.into().map(by_phone),
        phones_user_came_at: None,
    }
}

fn with_all() -> Identification {
    Identification {
        phone: Some(phone(1)),
        ..alice().at(&shop_mini())
    }
}

fn without_phone() -> Identification {
    alice().at(&shop_mini())
}

fn only_openid() -> Identification {
    alice().at_unbound(&shop_mini())
}

fn under(on_conflict: OnConflict, phone_joins: PhoneJoins, asked: Identification) -> Identification {
    Identification {
        policy: Policy {
            on_conflict,
            phone_joins,
        },
        ..asked
    }
}

fn merging(asked: Identification) -> Identification {
    under(OnConflict::Merge, PhoneJoins::Reject, asked)
}

fn joining(asked: Identification) -> Identification {
    under(OnConflict::Keep, PhoneJoins::Link, asked)
}

fn signs_in(n: u8, link: NewLinks) -> Decision {
    Decision::SignIn {
        owner: Box::new(owned_by(n)),
        link,
        join: None,
        conflict_with: None,
    }
}

fn joins(n: u8, link: NewLinks) -> Decision {
    Decision::SignIn {
        owner: Box::new(by_phone(n)),
        link,
        join: None,
        conflict_with: None,
    }
}

fn merges(survivor: u8, merged: u8, link: NewLinks) -> Decision {
    Decision::Merge {
        survivor: Box::new(owned_by(survivor)),
        merged: Box::new(owned_by(merged)),
        link,
    }
}

const OPENID: NewLinks = NewLinks {
    openid: true,
    ..NOTHING
};
const UNIONID: NewLinks = NewLinks {
    unionid: true,
    ..NOTHING
};
const PHONE: NewLinks = NewLinks {
    phone: true,
    ..NOTHING
};
const PHONE_TAKEN: Decision = Decision::Refuse(Refusal::PhoneTaken);

/// A case, who owns what was brought, what was brought, and what becomes of it.
type Case = (&'static str, Owners, Identification, Decision);

fn check(cases: impl IntoIterator<Item = Case>) {
    for (case, owners, asked, wanted) in cases {
        assert_eq!(decide(&owners, &asked, AT), wanted, "{case}");
    }
}

fn unwanted(asked: Identification) -> Identification {
    Identification {
        create_user: false,
        ..asked
    }
}
