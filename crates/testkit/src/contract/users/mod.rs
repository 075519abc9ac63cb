//! What [`Users`] promises: the rule of [`wechat_login_domain::resolve::decide`], done whole and at once.

mod conflict;
mod days_of_use;
mod first_login;
mod identifier;
mod linking;
mod look_up;
mod merge;
mod phone;
mod profile;
mod race;
mod way_in;

use std::sync::Arc;

use time::OffsetDateTime;
use wechat_login_domain::{
    LoginMethod, LoginMethodKind, User, UserAccount, UserId,
    ports::Users,
    resolve::{Identification, OnConflict, Policy, Refusal, Resolution},
};

pub use self::{
    conflict::*, days_of_use::*, first_login::*, identifier::*, linking::*, look_up::*, merge::*, phone::*,
    profile::*, race::*, way_in::*,
};

/// Checks that a store keeps what [`Users`] promises. See the crate's documentation.
#[macro_export]
macro_rules! users_contract {
    ($setup:path) => {
        $crate::contract_tests!(
            users,
            $setup,
            (users),
            [
                // first_login
                somebody_new_becomes_a_user_with_both_identifiers,
                somebody_new_without_a_unionid_becomes_a_user_too,
                a_known_person_is_the_same_user_and_not_new,
                somebody_new_who_may_not_become_a_user_leaves_nothing_behind,
                a_known_person_needs_no_leave_to_become_a_user,
                times_come_back_to_the_microsecond,
                // linking
                a_new_unionid_is_linked_to_the_user_of_the_openid,
                a_new_openid_is_linked_to_the_user_of_the_unionid,
                a_login_without_a_unionid_keeps_the_one_that_is_known,
                another_unionid_is_linked_beside_the_first,
                one_wechat_account_is_one_account_however_it_was_linked,
                two_accounts_of_a_user_become_one_where_wechat_says_that_they_are,
                // identifier
                letter_case_of_an_openid_makes_another_person,
                letter_case_of_a_unionid_makes_another_person,
                the_same_openid_at_two_apps_is_two_people,
                the_same_unionid_at_two_open_platform_accounts_is_two_people,
                an_openid_and_a_unionid_of_the_same_text_are_not_the_same,
                // phone
                a_phone_of_somebody_new_becomes_theirs,
                a_phone_is_never_overwritten_by_nothing,
                a_new_phone_of_a_known_person_is_linked,
                the_phone_of_a_user_is_the_one_linked_last,
                a_phone_as_a_login_method_does_not_show_the_number,
                somebody_new_with_the_phone_of_a_user_is_refused,
                somebody_new_with_the_phone_of_a_user_joins_where_the_policy_says_so,
                whoever_joins_by_phone_needs_no_leave_to_become_a_user,
                whoever_joins_by_phone_is_another_wechat_account,
                the_phone_of_a_user_who_was_away_for_too_long_joins_nobody,
                a_phone_that_its_user_replaced_joins_nobody,
                using_a_phone_keeps_it_from_going_stale,
                the_phone_of_a_user_who_comes_by_other_ways_does_not_go_stale,
                a_known_person_with_the_phone_of_another_user_is_refused_whole,
                // conflict
                an_openid_and_a_unionid_of_two_users_sign_the_user_of_the_openid_in,
                a_kept_conflict_links_nothing,
                a_kept_conflict_stays_one_at_every_login,
                a_kept_conflict_leaves_a_phone_with_the_user_of_the_unionid,
                // merge
                a_merge_leaves_the_older_user_where_the_openid_is_theirs,
                a_merge_leaves_the_older_user_where_the_unionid_is_theirs,
                a_merge_of_users_of_one_moment_leaves_the_lower_id,
                a_merged_user_is_found_as_the_survivor_everywhere,
                login_methods_of_a_merged_user_stay_theirs_and_lead_to_the_survivor,
                what_a_merged_user_links_later_is_the_survivors,
                after_a_merge_the_openid_is_of_the_wechat_account_of_its_unionid,
                a_merge_is_done_once,
                a_survivor_may_be_merged_in_turn,
                two_users_may_be_merged_into_one_survivor,
                a_merge_keeps_the_phone_that_was_linked_last,
                a_phone_of_either_user_does_not_stand_against_their_merge,
                a_phone_of_a_third_user_stands_against_a_merge,
                // race
                parallel_first_logins_of_one_person_make_one_user,
                parallel_first_logins_at_two_apps_make_one_user,
                parallel_first_logins_with_and_without_a_unionid_make_one_user,
                parallel_first_logins_with_one_phone_make_one_user_where_phones_join,
                parallel_first_logins_of_many_people_make_each_a_user,
                parallel_logins_that_merge_leave_one_user,
                parallel_merges_that_overlap_leave_one_user_and_no_chain,
                two_apps_of_which_one_tells_no_unionid_end_in_one_user_where_users_are_merged,
                // days_of_use
                a_login_on_the_same_day_is_not_written_down,
                a_login_on_a_later_day_is_written_down,
                identifiers_that_were_not_brought_were_not_used,
                // look_up
                an_unknown_id_finds_nobody,
                an_unknown_external_id_finds_nobody,
                a_user_is_found_as_they_were_when_they_signed_in,
                login_methods_are_listed_with_the_oldest_first,
                a_backend_sees_each_openid_with_the_unionid_of_the_same_account,
                // way_in
                another_wechat_account_that_is_linked_signs_the_user_in,
                linking_again_changes_nothing,
                another_openid_of_a_users_wechat_account_is_of_that_account,
                a_wechat_account_of_another_user_is_not_linked,
                a_phone_that_is_linked_is_the_users,
                a_phone_of_another_user_is_not_linked,
                an_older_phone_that_is_linked_again_is_the_users_phone_again,
                what_is_linked_to_a_former_id_is_the_survivors,
                nobody_is_no_one_to_link_to,
                one_wechat_account_is_linked_at_once_to_one_user_only,
                what_is_linked_while_its_person_signs_in_is_one_users,
                // profile
                a_new_user_has_the_profile_that_wechat_tells_or_none,
                what_wechat_tells_at_another_door_is_taken_over,
                news_do_not_take_the_place_of_the_day_of_use,
                news_are_taken_over_where_two_accounts_become_one,
                a_survivor_who_has_no_profile_inherits_one,
                a_survivor_keeps_the_profile_that_they_have,
                what_wechat_says_is_taken_over,
                what_wechat_says_later_replaces_what_it_said_before,
                what_wechat_does_not_say_stays_as_it_was,
                an_edit_changes_what_it_names_and_nothing_else,
                what_a_user_edited_is_not_overwritten_by_wechat,
                what_a_user_removed_is_not_put_back_by_wechat,
                emoji_and_chinese_come_back_exactly,
                a_profile_change_moves_updated_at_and_nothing_else,
                nobody_is_no_one_to_edit,
                profiles_do_not_disturb_each_other,
                a_profile_changed_by_a_former_id_is_the_survivors,
            ]
        );
    };
}

/// Somebody who was signed in.
struct SignedIn {
    id: UserId,
    user: User,
    generation: i32,
    is_new: bool,
}

async fn resolve(users: &Arc<dyn Users>, asked: &Identification, now: OffsetDateTime) -> Resolution {
    users.resolve(asked, now).await.expect("the database answers")
}

async fn sign_in(users: &Arc<dyn Users>, asked: &Identification, now: OffsetDateTime) -> SignedIn {
    match resolve(users, asked, now).await {
        Resolution::User {
            user,
            generation,
            is_new,
        } => SignedIn {
            id: user.id,
            user: *user,
            generation,
            is_new,
        },
        Resolution::Refused(refusal) => panic!("{asked:?} was refused: {refusal:?}"),
    }
}

async fn find(users: &Arc<dyn Users>, id: UserId) -> Option<User> {
    users.find(id).await.expect("the database answers")
}

async fn account(users: &Arc<dyn Users>, id: UserId) -> UserAccount {
    let found = users.find_account(id).await.expect("the database answers");
    found.expect("the user is there")
}

/// The login methods of one kind.
fn of_kind(account: &UserAccount, kind: LoginMethodKind) -> Vec<&LoginMethod> {
    account
        .methods
        .iter()
        .filter(|method| method.kind == kind)
        .collect()
}

/// The identifiers of one kind, in alphabetical order.
fn identifiers(account: &UserAccount, kind: LoginMethodKind) -> Vec<&str> {
    let mut identifiers: Vec<_> = of_kind(account, kind)
        .iter()
        .map(|method| method.identifier.as_str())
        .collect();
    identifiers.sort_unstable();
    identifiers
}

/// Whether somebody like this is a user, without making them one. Where the store knows them, this is a login like any other.
async fn is_known(users: &Arc<dyn Users>, asked: &Identification, now: OffsetDateTime) -> bool {
    let asked = Identification {
        create_user: false,
        ..asked.clone()
    };
    resolve(users, &asked, now).await != Resolution::Refused(Refusal::NotFound)
}

fn merging(asked: Identification) -> Identification {
    Identification {
        policy: Policy {
            on_conflict: OnConflict::Merge,
            ..asked.policy
        },
        ..asked
    }
}
