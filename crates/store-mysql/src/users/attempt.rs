//! What a person or an operator wants done, until nobody else is in the way.

use std::time::Duration;

use wechat_login_domain::ports::Entropy;

use crate::{failure::Failure, lease::Lease};

/// How often others may be quicker: each time they brought the person's own affairs forward.
const TRIES: u32 = 16;
/// How often a deadlock, or a lock that was waited for in vain, is tried again.
const RETRIES: u32 = 3;

/// Something that is looked up and then done, and may meet others who do the same.
pub(super) trait Attempt: Sync {
    type Outcome: Send;

    /// Looks and does what is to be done. `None` where somebody else was quicker and it must look again. No transaction is open before, and
    /// none after, unless it fails.
    fn once(&self, lease: &mut Lease) -> impl Future<Output = Result<Option<Self::Outcome>, Failure>> + Send;
}

pub(super) async fn run<A: Attempt>(
    lease: &mut Lease,
    attempt: &A,
    entropy: &dyn Entropy,
) -> Result<A::Outcome, Failure> {
    let mut retries = 0;
    for _ in 0..TRIES {
        match attempt.once(lease).await {
            Ok(Some(outcome)) => return Ok(outcome),
            Ok(None) => {}
            Err(failure) if failure.is_contention() && retries < RETRIES => {
                retries += 1;
                // After a lock wait the transaction still is open.
                lease.batch("ROLLBACK").await?;
                lease.pause(jitter(entropy, retries)).await;
            }
            Err(failure) => return Err(failure),
        }
    }
    Err(Failure::Overtaken)
}

/// Those who met are to come back one after the other: 5 to 70 ms, then twice and three times that.
fn jitter(entropy: &dyn Entropy, retries: u32) -> Duration {
    let mut random = [0];
    entropy.fill(&mut random);
    Duration::from_micros(250) * (20 + u32::from(random[0])) * retries
}
