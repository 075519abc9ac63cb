//! What [`Administration`] promises, over the same database as [`Users`] and [`Revocations`].

mod import;
mod merging;
mod reference;
mod standing;
mod undoing;

use std::{sync::Arc, time::Instant};

use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    ExternalId, Revocation, RevocationView, Session, User, UserAccount, UserId, UserReference,
    ports::{Administration, Merging, Revocations, Undoing, Users},
    resolve::{Identification, Refusal, Resolution},
};

pub use self::{import::*, merging::*, reference::*, standing::*, undoing::*};
use crate::sample::{self, NOW, alice, digest, shop_mini, shop_web};

/// Checks that stores over one database keep what [`Administration`] promises. See the crate's documentation.
#[macro_export]
macro_rules! administration_contract {
    ($setup:path) => {
        $crate::contract_tests!(
            administration,
            $setup,
            (users, administration, revocations),
            [
                // reference
                a_user_is_found_by_everything_that_is_known_of_them,
                nobody_is_found_by_what_nobody_has,
                letter_case_matters_to_whom_an_openid_finds,
                several_users_are_found_where_several_are_meant,
                a_user_who_is_meant_twice_is_found_once,
                // standing
                a_disabled_user_may_not_sign_in_and_has_no_session_left,
                disabling_twice_does_no_harm,
                an_enabled_user_signs_in_again_and_no_session_comes_back,
                a_user_is_disabled_by_a_former_id_with_the_sessions_of_all_their_ids,
                nobody_is_no_one_to_administer,
                ended_sessions_are_on_the_record_and_a_new_login_is_not_barred,
                one_session_may_go_on_where_the_others_end,
                scopes_are_changed_and_nothing_else,
                scopes_that_are_added_at_once_all_count,
                an_external_id_is_set_moved_and_taken_away,
                an_external_id_of_another_user_is_not_taken_from_them,
                an_external_id_of_a_former_id_comes_over_to_the_survivor,
                // merging
                a_conflict_is_listed_until_its_users_are_one,
                conflicts_are_listed_with_the_latest_first,
                an_operators_merge_leaves_the_older_user,
                who_is_merged_leaves_their_name_to_a_survivor_without_one,
                an_operators_merge_is_on_the_record_as_an_alias,
                an_operators_merge_of_a_conflict_makes_one_wechat_account_of_it,
                two_wechat_accounts_stay_two_where_users_are_merged,
                a_disabled_user_is_not_merged_by_an_operator,
                a_user_is_not_merged_with_themselves,
                a_merge_with_nobody_changes_nothing,
                // undoing
                an_undone_merge_leaves_everything_as_it_was,
                an_undone_merge_takes_the_alias_back_on_the_record,
                an_undone_merge_ends_the_sessions_of_the_survivor_alone,
                a_merge_by_a_login_is_undone_too,
                whoever_moved_along_goes_back_along,
                what_was_linked_while_merged_goes_where_its_wechat_account_or_its_session_goes,
                a_merge_is_undone_done_again_and_undone_again,
                only_a_former_id_can_be_undone,
                a_user_who_was_disabled_while_merged_stays_disabled,
                // import
                an_imported_person_is_found_at_their_first_login,
                importing_again_changes_nothing,
                a_later_row_of_a_batch_sees_what_an_earlier_one_did,
                somebody_who_came_before_the_import_is_given_what_they_lack,
                an_import_overwrites_nothing,
                what_was_changed_since_the_import_is_not_changed_back,
                an_external_id_is_the_person_whatever_they_are_known_by,
                an_import_takes_nothing_from_anybody,
                a_refused_row_keeps_no_other_from_being_imported,
                a_disabled_user_is_given_nothing_by_an_import,
                one_row_is_one_wechat_account_unless_it_says_otherwise,
                a_person_imported_by_a_unionid_alone_is_found_by_it,
                a_batch_makes_what_its_rows_make_one_by_one,
                imports_of_the_same_people_at_once_make_each_of_them_once,
                people_who_sign_in_while_they_are_imported_are_one_user_each,
            ]
        );
    };
}

const LATER: OffsetDateTime = NOW.saturating_add(Duration::DAY);
const BARS_UNTIL: OffsetDateTime = NOW.saturating_add(Duration::days(61));

/// A store's three faces.
struct World {
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
}

impl World {
    fn new(
        users: Arc<dyn Users>,
        administration: Arc<dyn Administration>,
        revocations: Arc<dyn Revocations>,
    ) -> Self {
        Self {
            users,
            administration,
            revocations,
        }
    }

    async fn resolve(&self, asked: &Identification, now: OffsetDateTime) -> Resolution {
        self.users
            .resolve(asked, now)
            .await
            .expect("the database answers")
    }

    async fn sign_in(&self, asked: &Identification, now: OffsetDateTime) -> (User, i32) {
        match self.resolve(asked, now).await {
            Resolution::User { user, generation, .. } => (*user, generation),
            Resolution::Refused(refusal) => panic!("{asked:?} was refused: {refusal:?}"),
        }
    }

    async fn is_refused(&self, asked: &Identification, refusal: Refusal) -> bool {
        self.resolve(asked, LATER).await == Resolution::Refused(refusal)
    }

    async fn user(&self, id: UserId) -> User {
        let found = self.users.find(id).await.expect("the database answers");
        found.expect("the user is there")
    }

    async fn account(&self, id: UserId) -> UserAccount {
        let found = self.users.find_account(id).await.expect("the database answers");
        found.expect("the user is there")
    }

    async fn found(&self, references: &[UserReference]) -> Vec<UserId> {
        let found = self.administration.find_accounts(references).await;
        let found = found.expect("the database answers");
        found.into_iter().map(|account| account.user.id).collect()
    }

    async fn disable(&self, id: UserId) -> Option<User> {
        let done = self.administration.disable(id, BARS_UNTIL, LATER).await;
        done.expect("the database answers")
    }

    async fn enable(&self, id: UserId) -> Option<User> {
        let done = self.administration.enable(id, LATER).await;
        done.expect("the database answers")
    }

    async fn merge(&self, one: UserId, other: UserId) -> Merging {
        let done = self.administration.merge(one, other, LATER).await;
        done.expect("the database answers")
    }

    async fn undo_merge(&self, merged: UserId) -> Undoing {
        let done = self.administration.undo_merge(merged, BARS_UNTIL, LATER).await;
        done.expect("the database answers")
    }

    async fn rows(&self) -> Vec<Revocation> {
        let reading = self.revocations.all(NOW).await;
        reading.expect("the database answers").rows
    }

    /// What an instance knows that has just started.
    async fn view(&self) -> RevocationView {
        let mut view = RevocationView::default();
        view.refresh(self.rows().await, Instant::now());
        view
    }

    /// One user of the mini-program's openid, an hour older than another of the website's openid and the unionid.
    async fn two_users(&self) -> (UserId, UserId) {
        let (older, _) = self.sign_in(&alice().at_unbound(&shop_mini()), NOW).await;
        let (younger, _) = self.sign_in(&alice().at(&shop_web()), NOW + Duration::HOUR).await;
        (older.id, younger.id)
    }

    /// The same two, whose conflict an operator was told of.
    async fn two_users_in_conflict(&self) -> (UserId, UserId) {
        let both = self.two_users().await;
        self.sign_in(&alice().at(&shop_mini()), NOW + Duration::hours(2))
            .await;
        both
    }
}

/// A session of this user and generation; its digest is `digest(1)`.
fn session_of(user_id: UserId, generation: i32) -> Session {
    Session {
        user_id,
        generation,
        ..sample::session()
    }
}

/// Whether a session is over.
fn is_barred(view: &RevocationView, user_id: UserId, generation: i32) -> bool {
    view.bars_session(&digest(1), &session_of(user_id, generation))
        .is_some()
}

fn external(text: &str) -> ExternalId {
    ExternalId::parse(text).expect("the sample is an external id")
}
