use std::{sync::Arc, time::Duration};

use tokio::time::sleep;
use wechat_login_domain::use_case::FollowRevocations;

const RELOAD_EVERY: Duration = Duration::from_mins(10);
const AGAIN_AFTER: Duration = Duration::from_mins(1);

/// Reads the whole record now and then, for as long as the program runs. It is a task of its own: a record may be long or its database
/// slow, and what is new has to be known within a second all the same.
pub(crate) async fn reload(record: Arc<FollowRevocations>) {
    loop {
        sleep(RELOAD_EVERY).await;
        while let Err(error) = record.run(None).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the whole record of revocations cannot be read; what is new is read all the same"
            );
            sleep(AGAIN_AFTER).await;
        }
    }
}
