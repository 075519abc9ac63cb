//! How many round trips a call costs, BEGIN and COMMIT counted, as they go over the wire of a warm connection.
#![expect(clippy::unwrap_used, reason = "in the helpers too, what fails is the test")]

#[expect(dead_code, reason = "not every test needs all of it")]
mod common;

use std::fmt::Debug;

use time::Duration;
use wechat_login_domain::{
    LoginMethodKind, Profile, Revocation, RevokedBecause,
    link::NewWayIn,
    ports::{Revocations, Users},
    resolve::{Identification, OnConflict, PhoneJoins, Policy, Resolution},
    unlink::Unlinking,
};
use wechat_login_store_mysql::{MysqlStore, Settings};
use wechat_login_testkit::sample::{
    NOW, Person, alice, bob, digest, nth_person, phone, shop_mini, shop_mobile, shop_web,
};

use self::common::{TestDatabase, proxy::Proxy};

struct Meter(Proxy);

impl Meter {
    /// Counts what one call costs.
    async fn cost<T, E: Debug>(&self, call: impl Future<Output = Result<T, E>>) -> usize {
        let before = self.0.trips();
        call.await.expect("it is answered");
        self.0.trips() - before
    }
}

fn merging(asked: Identification) -> Identification {
    Identification {
        policy: Policy {
            on_conflict: OnConflict::Merge,
            ..Policy::default()
        },
        ..asked
    }
}

fn with_phone(asked: Identification, n: u8) -> Identification {
    Identification {
        phone: Some(phone(n)),
        ..asked
    }
}

fn called(asked: Identification, nickname: &str) -> Identification {
    Identification {
        profile: Profile {
            nickname: Some(nickname.to_owned()),
            avatar_url: None,
        },
        ..asked
    }
}

/// Everything that is counted, each with what it cost and what it may cost. Once with each person: the first warms the connection up.
async fn costs(
    person: &Person,
    n: u8,
    store: &MysqlStore,
    meter: &Meter,
) -> Vec<(&'static str, usize, usize)> {
    let (users, app, web) = (store.users(), shop_mini(), shop_web());
    let stranger = Identification {
        create_user: false,
        ..person.at(&app)
    };
    let [two_days, five_days, a_week] = [2, 5, 7].map(Duration::days);
    let mut costs = vec![("ping", meter.cost(store.ping()).await, 1)];
    for (call, asked, after, budget) in [
        ("refused", stranger, Duration::ZERO, 1),
        ("first login", person.at_unbound(&app), Duration::ZERO, 6),
        (
            "first login with all",
            with_phone(person.at(&web), n),
            Duration::ZERO,
            6,
        ),
        ("known", person.at(&web), Duration::ZERO, 1),
        (
            "known, with a phone",
            with_phone(person.at(&web), n),
            Duration::ZERO,
            1,
        ),
        ("known, first today", person.at(&web), two_days, 2),
        ("known, with news", called(person.at(&web), "Alice"), five_days, 2),
        ("known, no news", called(person.at(&web), "Alice"), five_days, 1),
        (
            "known, with news, first today",
            called(person.at(&web), "Alicia"),
            a_week,
            2,
        ),
        ("conflict, first today", person.at(&app), Duration::ZERO, 3),
        ("conflict", person.at(&app), Duration::ZERO, 2),
        ("merge, first use today", merging(person.at(&app)), five_days, 10),
        ("known after a merge", person.at(&app), five_days, 1),
        ("new openid", person.at(&shop_mobile()), Duration::ZERO, 2),
    ] {
        costs.push((call, meter.cost(users.resolve(&asked, NOW + after)).await, budget));
    }

    // Two WeChat accounts that a phone brought together, and that are one.
    let person = &nth_person(n);
    for asked in [person.at_unbound(&app), person.at(&web)] {
        let joining = Identification {
            policy: Policy {
                phone_joins: PhoneJoins::Link,
                ..Policy::default()
            },
            ..with_phone(asked, n + 50)
        };
        users.resolve(&joining, NOW).await.expect("it is answered");
    }
    let at_app = person.at(&app);
    let is_one = users.resolve(&at_app, NOW + five_days);
    costs.push(("known, and one account from now on", meter.cost(is_one).await, 2));

    let Ok(Resolution::User { user, .. }) = users.resolve(&person.at(&app), NOW).await else {
        panic!("the person is a user")
    };
    let ended = Revocation::Session {
        digest: digest(n),
        because: RevokedBecause::LoggedOut,
        bars_until: NOW + five_days,
    };
    let revocations = store.revocations();
    let another_phone = NewWayIn::Phone(phone(n + 60));
    let linking = users.link(user.id, &another_phone, NOW);
    let account = users.find_account(user.id).await.expect("it is answered");
    let mut methods = account.expect("they are there").methods.into_iter();
    let method = methods.find(|method| method.kind == LoginMethodKind::WeChatOpenId);
    let method = method.expect("they came by WeChat").id;
    let unlinking = Unlinking {
        user_id: user.id,
        method,
        phone_leads_in: true,
        bars_until: NOW,
    };
    costs.extend([
        ("link", meter.cost(linking).await, 9),
        // Two of them for what bars the sessions of two openids.
        ("unlink", meter.cost(users.unlink(&unlinking)).await, 11),
        ("find", meter.cost(users.find(user.id)).await, 1),
        ("find account", meter.cost(users.find_account(user.id)).await, 4),
        ("record", meter.cost(revocations.record(&ended)).await, 1),
        ("since", meter.cost(revocations.since(NOW)).await, 2),
    ]);
    costs
}

#[tokio::test(flavor = "multi_thread")]
async fn each_call_keeps_its_budget() {
    let database = TestDatabase::empty().await;
    database.migrate().await;
    let meter = Meter(Proxy::start().await);
    let settings = Settings {
        url: meter.0.url(&database).into(),
        pool_size: 1,
        ..database.patient_settings()
    };
    let store = common::open(&settings).await;
    let [warming_up, counted] = [alice(), bob()];
    costs(&warming_up, 1, &store, &meter).await;
    for (call, cost, budget) in costs(&counted, 2, &store, &meter).await {
        assert_eq!(cost, budget, "{call}");
    }
}
