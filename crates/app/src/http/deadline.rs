use std::{future::Future, time::Duration};

use wechat_login_domain::{Dependency, Error, PortError};

use super::Problem;
use crate::runtime::MainRuntime;

/// How long a client waits at most for something that asks WeChat and then writes. The work itself goes on to its end.
const DEADLINE: Duration = Duration::from_secs(4);

/// Does the work where nothing stops it half-way, and gives its answer if that comes in time.
///
/// # Errors
/// The work's own, and [`Error::DependencyUnavailable`] where it takes too long: it may be done then.
pub(crate) async fn in_time<T: Send + 'static>(
    runtime: &MainRuntime,
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Problem> {
    let answer = tokio::time::timeout(DEADLINE, runtime.run(work)).await;
    let too_long = |_elapsed| Error::from(PortError::new(Dependency::Database, "the work took too long"));
    Ok(answer.map_err(too_long)???)
}
