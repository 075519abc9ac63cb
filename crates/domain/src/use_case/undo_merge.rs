use std::sync::Arc;

use crate::{
    Lifetimes, OperatorError, User, UserReference,
    ending::announce,
    ports::{Administration, Clock, RevocationNews, Undoing},
};

/// Makes two users of one again.
pub struct UndoMerge {
    administration: Arc<dyn Administration>,
    news: Arc<dyn RevocationNews>,
    clock: Arc<dyn Clock>,
    lifetimes: Lifetimes,
}

/// Who is who again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoneMerge {
    /// Who went back.
    pub restored: User,
    /// Who is left, without sessions.
    pub survivor: User,
}

impl UndoMerge {
    /// With these ports.
    #[must_use]
    pub fn new(
        administration: Arc<dyn Administration>,
        news: Arc<dyn RevocationNews>,
        clock: Arc<dyn Clock>,
        lifetimes: Lifetimes,
    ) -> Self {
        Self {
            administration,
            news,
            clock,
            lifetimes,
        }
    }

    /// Undoes the last merge of a former id. Everything else by which a user is known means the survivor, and does not say which merge.
    ///
    /// # Errors
    /// [`OperatorError::NoFormerId`] where it is no id of ours, [`OperatorError::NotMerged`] where it is nobody's former one, and
    /// [`OperatorError::Closing`] where the survivor is.
    pub async fn run(&self, merged: &[UserReference]) -> Result<UndoneMerge, OperatorError> {
        // Of all that the text may be: nothing else says which merge.
        let id = merged.iter().find_map(|reference| match reference {
            UserReference::Id(id) => Some(*id),
            _ => None,
        });
        let merged = id.ok_or(OperatorError::NoFormerId)?;
        let now = self.clock.now();
        let bars_until = self.lifetimes.last_end(now);
        match self.administration.undo_merge(merged, bars_until, now).await? {
            Undoing::Undone { restored, survivor } => {
                announce(&*self.news).await;
                Ok(UndoneMerge {
                    restored: *restored,
                    survivor: *survivor,
                })
            }
            Undoing::NotMerged => Err(OperatorError::NotMerged(merged)),
            Undoing::Closing => Err(OperatorError::Closing(merged)),
            Undoing::NotFound => Err(OperatorError::NotFound),
        }
    }
}
