//! Every scenario by itself, and all of them under the eyes of somebody who reads the log.

use crate::{log::Log, world::World};

scenarios! {
    mini_program: [
        a_good_code_says_who_it_is,
        a_code_is_good_once_for_its_app_and_five_minutes,
        a_wrong_app_is_the_operators_to_mend_and_costs_no_code,
        what_was_encrypted_for_a_person_opens_with_their_key,
        a_session_key_is_valid_until_wechat_has_another,
    ]
    oauth: [
        one_person_is_one_unionid_behind_every_door,
        a_nickname_arrives_as_it_is,
        an_oauth_code_is_good_once_for_its_app_and_ten_minutes,
        a_person_whom_wechat_blocks_is_told_so,
        a_token_that_ended_early_needs_a_new_code,
        a_person_whom_wechat_made_up_is_marked,
    ]
    phone: [
        a_number_comes_with_its_country,
        a_phone_code_is_good_once_for_its_person,
        a_login_code_is_no_phone_code,
        an_app_that_may_not_ask_for_numbers_is_misconfigured,
    ]
    app_token: [
        the_token_is_shared_by_all_who_ask,
        a_token_that_wechat_dropped_is_replaced_and_the_call_made_again,
        a_server_that_is_not_allowed_is_told_so_and_asks_once,
        a_token_is_renewed_before_it_ends,
    ]
    faults: [
        what_nicknames_bring_along_costs_nobody_the_login,
        numbers_as_text_and_text_as_numbers_are_understood,
        what_means_nothing_is_unavailable,
        a_lost_answer_has_spent_the_code_and_a_lost_question_has_not,
        a_silent_or_slow_wechat_costs_no_more_than_the_time_given,
        busy_limited_and_blocked_are_told_apart,
        an_account_that_moved_is_another_unionid,
    ]
}

/// On one thread, so that everything which the client and its libraries say is heard, and nothing that the simulator
/// says on its own threads.
#[tokio::test]
async fn no_scenario_logs_a_secret() {
    let log = Log::default();
    let listening = log.capture();
    let world = World::start();
    let count = all(&world).await;
    drop(listening);

    let text = log.text();
    let secrets = world.secrets();
    assert!(count > 20 && secrets.len() > 100, "{count} {}", secrets.len());
    for secret in &secrets {
        let found = text
            .find(secret)
            .map(|at| text[..at + secret.len()].lines().last().unwrap_or_default());
        assert!(found.is_none(), "{}", found.unwrap_or_default());
    }
    for said in [
        " hyper_util::",
        " reqwest::",
        "wechat.jscode2session",
        "wechat.oauth2_access_token",
        "wechat.userinfo",
        "wechat.getuserphonenumber",
        "wechat.checksession",
        "wechat.stable_token",
        "wechat.errcode=40125",
        "wechat.rid=",
    ] {
        assert!(text.contains(said), "{said}");
    }
}
