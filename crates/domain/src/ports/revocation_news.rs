use async_trait::async_trait;

use crate::PortError;

/// Word to the other instances that something was put on the record of revocations: they read it at once then, and not with their next turn.
#[async_trait]
pub trait RevocationNews: Send + Sync {
    /// Tells every instance that can be told. To be called when the record can be read, and it MUST end within half a second.
    ///
    /// # Errors
    /// [`PortError`] where it is not known whether anybody was told. What counts is the record, which is read all the same, but later.
    async fn announce(&self) -> Result<(), PortError>;
}
