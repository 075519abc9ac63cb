//! Many who move in at once.

use std::{collections::BTreeSet, sync::Arc};

use time::Duration;
use wechat_login_domain::{
    App, LoginMethodKind, Scope, UserAccount,
    import::{ImportOutcome, ImportRefusal, ImportedIdentity, ImportedUser},
    ports::{Administration, Entropy, Revocations, Users},
};

use super::{
    super::{LATER, World, external},
    import,
};
use crate::{
    contract::at_once,
    fake::SeededEntropy,
    sample::{NOW, openid, phone, shop_mini, shop_web, unionid},
};

/// Rows as they come from two tables that do not agree: few people, and each named again and again by some of what they are known by.
struct Rows {
    entropy: SeededEntropy,
    /// What everything in a row begins with, so that the same rows can be other people's.
    mark: char,
}

impl Rows {
    fn new(mark: char) -> Self {
        let entropy = SeededEntropy::new(7);
        Self { entropy, mark }
    }

    fn below(&self, n: u8) -> u8 {
        let mut random = [0];
        self.entropy.fill(&mut random);
        random[0] % n
    }

    fn identity(&self, person: u8) -> ImportedIdentity {
        let apps = [shop_mini(), shop_web()];
        let app: &App = &apps[usize::from(self.below(2))];
        // Hardly ever somebody else's.
        let unionid_of = if self.below(16) == 0 { person / 2 } else { person };
        ImportedIdentity {
            app_id: app.app_id.clone(),
            open_platform: app.open_platform.clone(),
            openid: Some(openid(&format!("o{}{person}", self.mark))),
            unionid: (self.below(2) == 0).then(|| unionid(&format!("u{}{unionid_of}", self.mark))),
        }
    }

    fn row(&self) -> ImportedUser {
        let person = self.below(40);
        let of_another = if self.below(16) == 0 { person / 2 } else { person };
        let mut row = ImportedUser {
            external_id: (self.below(2) == 0).then(|| external(&format!("{}{person}", self.mark))),
            created_at: (self.below(2) == 0).then(|| NOW - Duration::days(self.below(9).into())),
            nickname: (self.below(2) == 0).then(|| format!("{}", self.below(9))),
            phone: None,
            scopes: Vec::new(),
            wechat: (0..=self.below(2)).map(|_| self.identity(person)).collect(),
        };
        if self.below(3) == 0 {
            let others = if self.mark == 'a' { 0 } else { 50 };
            row.phone = Some(phone(others + of_another));
        }
        if self.below(3) == 0 {
            row.scopes = vec![Scope::parse("vip").expect("a scope")];
        }
        row
    }
}

/// What of an outcome does not depend on whose ids the rows made.
fn told(outcome: ImportOutcome) -> (Option<LoginMethodKind>, String) {
    match outcome {
        ImportOutcome::Refused(ImportRefusal::LoginMethodTaken { kind, .. }) => (Some(kind), String::new()),
        other => (None, format!("{other:?}")),
    }
}

/// What of an account does not depend on whose rows they were.
fn shape(account: &UserAccount) -> impl PartialEq + std::fmt::Debug + use<> {
    let user = &account.user;
    let of_kind = |kind| account.methods.iter().filter(|one| one.kind == kind).count();
    let accounts: BTreeSet<_> = account.methods.iter().map(|one| one.account).collect();
    (
        (user.created_at, user.nickname.clone(), user.scopes.clone()),
        of_kind(LoginMethodKind::WeChatOpenId),
        of_kind(LoginMethodKind::WeChatUnionId),
        of_kind(LoginMethodKind::Phone),
        accounts.len(),
    )
}

pub async fn a_batch_makes_what_its_rows_make_one_by_one(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let rows = |mark| {
        let rows = Rows::new(mark);
        (0..300).map(|_| rows.row()).collect::<Vec<_>>()
    };
    let whole = import(&world, &rows('a')).await;
    let mut one_by_one = Vec::new();
    for row in rows('b') {
        one_by_one.extend(import(&world, &[row]).await);
    }
    let all_told = |outcomes: &[ImportOutcome]| outcomes.iter().copied().map(told).collect::<Vec<_>>();
    assert_eq!(all_told(&whole), all_told(&one_by_one));
    assert!(whole.contains(&ImportOutcome::Imported) && whole.contains(&ImportOutcome::Unchanged));
    assert!(whole.contains(&ImportOutcome::Refused(ImportRefusal::SeveralUsers)));
    assert!(whole.iter().any(|outcome| told(*outcome).0.is_some()));
    for person in 0..40 {
        let mut shapes = Vec::new();
        for mark in ['a', 'b'] {
            let id = external(&format!("{mark}{person}"));
            let found = world.users.find_account_by_external_id(&id).await;
            shapes.push(found.expect("the database answers").as_ref().map(shape));
        }
        assert_eq!(shapes[0], shapes[1], "{person}");
    }
}

/// Somebody with an external id, a phone, an openid and a unionid, of which there are as many as numbers.
fn somebody(n: usize) -> ImportedUser {
    let app = shop_mini();
    ImportedUser {
        external_id: Some(external(&n.to_string())),
        phone: Some(phone(u8::try_from(n).expect("a small number"))),
        wechat: vec![ImportedIdentity {
            app_id: app.app_id,
            open_platform: app.open_platform,
            openid: Some(openid(&format!("o{n}"))),
            unionid: Some(unionid(&format!("u{n}"))),
        }],
        ..ImportedUser::default()
    }
}

pub async fn imports_of_the_same_people_at_once_make_each_of_them_once(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    const PEOPLE: usize = 90;
    let world = World::new(users, administration, revocations);
    let outcomes = at_once(4, |n| {
        let administration = Arc::clone(&world.administration);
        let mut people: Vec<_> = (0..PEOPLE).map(somebody).collect();
        // Each in an order of its own.
        people.rotate_left(n * PEOPLE / 4);
        async move { administration.import(&people, NOW).await }
    })
    .await;
    let outcomes: Vec<_> = outcomes
        .into_iter()
        .flat_map(|one| one.expect("the database answers"))
        .collect();
    let count = |outcome| outcomes.iter().filter(|one| **one == outcome).count();
    assert_eq!(count(ImportOutcome::Imported), PEOPLE);
    assert_eq!(count(ImportOutcome::Unchanged), 3 * PEOPLE);
}

pub async fn people_who_sign_in_while_they_are_imported_are_one_user_each(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    const PEOPLE: usize = 60;
    let world = World::new(users, administration, revocations);
    let people: Vec<_> = (0..PEOPLE).map(somebody).collect();
    let importing = {
        let (administration, people) = (Arc::clone(&world.administration), people.clone());
        tokio::spawn(async move { administration.import(&people, LATER).await })
    };
    let asked = |n: usize| wechat_login_domain::resolve::Identification {
        openid: openid(&format!("o{n}")),
        unionid: Some(unionid(&format!("u{n}"))),
        ..crate::sample::alice().at(&shop_mini())
    };
    // From the last to the first, so that they meet.
    let signed_in = at_once(PEOPLE, |n| {
        let (users, asked) = (Arc::clone(&world.users), asked(PEOPLE - 1 - n));
        async move { users.resolve(&asked, LATER).await }
    })
    .await;
    for one in signed_in {
        one.expect("the database answers");
    }
    let outcomes = importing
        .await
        .expect("it does not panic")
        .expect("the database answers");
    assert_eq!(outcomes, [ImportOutcome::Imported; PEOPLE]);
    for n in 0..PEOPLE {
        let (user, _) = world.sign_in(&asked(n), LATER).await;
        assert_eq!(user.external_id, Some(external(&n.to_string())));
        assert_eq!(world.account(user.id).await.methods.len(), 3, "{n}");
    }
}
