use crate::{PortError, UserId};

/// Why something was not done for an operator. It never says what it was asked for by: that may be a phone number.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// The text can be no id, external id, openid, unionid or phone number.
    #[error("this is no user id, external:…, openid, unionid or phone number")]
    NoReference,
    /// Nobody is known by it.
    #[error("there is no such user")]
    NotFound,
    /// Several users are.
    #[error("this may mean several users: {}", several(.0))]
    Ambiguous(Vec<UserId>),
    /// The user is closing the account, or has.
    #[error("user {0} is closing the account, or has closed it")]
    Closing(UserId),
    /// A merge of a user with themselves.
    #[error("both are user {0} already")]
    SameUser(UserId),
    /// A merge of somebody who may not sign in.
    #[error("user {0} is disabled, or is closing the account: neither is ever merged")]
    Barred(UserId),
    /// There is no merge to undo.
    #[error("user {0} was not merged into another: give one of a user's former ids")]
    NotMerged(UserId),
    /// Only the id itself says which merge is meant.
    #[error("give the former id of the merged user itself")]
    NoFormerId,
    /// The company's id is another user's.
    #[error("this external id is another user's")]
    ExternalIdTaken,
    /// More scopes than a user may have.
    #[error("a user has at most {} scopes", crate::Scope::MOST)]
    TooManyScopes,
    /// A database or Redis did not answer.
    #[error(transparent)]
    DependencyUnavailable(#[from] PortError),
}

fn several(ids: &[UserId]) -> String {
    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    ids.join(", ")
}
