//! What the ports promise: one function per promise, one suite per port.
//!
//! A suite's macro makes each of its functions a named test of the crate that calls it.
#![expect(missing_docs, reason = "a promise is its name")]

use std::sync::Arc;

use tokio::sync::Barrier;

pub mod administration;
pub mod app_tokens;
pub mod exchanges;
pub mod merges;
pub mod pending_logins;
pub mod revocations;
pub mod session_keys;
pub mod session_lists;
pub mod sessions;
pub mod unlinking;
pub mod users;

/// Makes promises of a suite into tests, each with a fresh store.
#[doc(hidden)]
#[macro_export]
macro_rules! contract_tests {
    ($suite:ident, $setup:path, $ports:tt, [$($promise:ident),+ $(,)?]) => {
        $( $crate::contract_tests!(@one $suite, $setup, $ports, $promise); )+
    };
    (@one $suite:ident, $setup:path, ($($port:ident),+), $promise:ident) => {
        #[tokio::test(flavor = "multi_thread")]
        async fn $promise() {
            let (_guard, $($port),+) = $setup().await;
            $crate::contract::$suite::$promise($($port),+).await;
        }
    };
}

/// Runs the same thing many times in tasks of their own that all begin at the same moment.
async fn at_once<T, F>(times: usize, mut task: impl FnMut(usize) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let barrier = Arc::new(Barrier::new(times));
    let handles: Vec<_> = (0..times)
        .map(|n| {
            let (barrier, task) = (Arc::clone(&barrier), task(n));
            tokio::spawn(async move {
                barrier.wait().await;
                task.await
            })
        })
        .collect();
    let mut results = Vec::with_capacity(times);
    for handle in handles {
        results.push(handle.await.expect("a task that panics fails its test"));
    }
    results
}

/// How often a value is among them.
fn count<T: PartialEq>(values: &[T], wanted: &T) -> usize {
    values.iter().filter(|value| *value == wanted).count()
}
