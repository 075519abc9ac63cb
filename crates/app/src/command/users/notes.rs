//! What an operator would otherwise find out later: lines below a table, each with the break before it.

use wechat_login_domain::{resolve::OnConflict, use_case::MergedUsers};

/// Where an external id went that no table shows from now on.
pub(super) fn former_external_id(merged: &MergedUsers) -> String {
    let survivor = &merged.survivor;
    match (&merged.former_external_id, &survivor.external_id) {
        (None, _) => String::new(),
        (Some(former), Some(own)) => format!("\nexternal id {former} now means {own}'s user"),
        (Some(former), None) => format!(
            "\nexternal id {former} now means user {}, who has none of their own: `users external-id` can make it theirs",
            survivor.id
        ),
    }
}

/// How long two users who were one stay two.
pub(super) const fn one_again(on_conflict: OnConflict) -> &'static str {
    match on_conflict {
        OnConflict::Keep => "",
        OnConflict::Merge => {
            "\nidentity.on_conflict is \"merge\": the next login that brings an openid of one and a unionid of the other makes \
             them one again; \"keep\" leaves them two"
        }
    }
}
