use crate::{OperatorError, UserAccount, UserReference, ports::Administration};

/// The one user that these mean, each being something that an operator's text may be.
///
/// # Errors
/// [`OperatorError::NoReference`], [`OperatorError::NotFound`] or [`OperatorError::Ambiguous`] where there is not exactly one.
pub(crate) async fn one_user(
    administration: &dyn Administration,
    references: &[UserReference],
) -> Result<UserAccount, OperatorError> {
    if references.is_empty() {
        return Err(OperatorError::NoReference);
    }
    let mut found = administration.find_accounts(references).await?;
    match found.len() {
        0 => Err(OperatorError::NotFound),
        1 => Ok(found.remove(0)),
        _ => {
            let ids = found.iter().map(|account| account.user.id);
            Err(OperatorError::Ambiguous(ids.collect()))
        }
    }
}
