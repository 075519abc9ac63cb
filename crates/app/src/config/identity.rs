use wechat_login_domain::resolve::{OnConflict, PhoneJoins, Policy};

use super::keys::Keys;

/// `[identity]`: the operator's choices in the resolve rule.
pub(super) fn read(keys: &mut Keys) -> Option<Policy> {
    let on_conflict = keys.require("identity.on_conflict", |text| match text {
        "keep" => Ok(OnConflict::Keep),
        "merge" => Ok(OnConflict::Merge),
        _ => Err("must be \"keep\" or \"merge\""),
    });
    let phone_joins = keys.require("identity.phone_joins", |text| match text {
        "reject" => Ok(PhoneJoins::Reject),
        "link" => Ok(PhoneJoins::Link),
        _ => Err("must be \"reject\" or \"link\""),
    });
    Some(Policy {
        on_conflict: on_conflict?,
        phone_joins: phone_joins?,
    })
}
