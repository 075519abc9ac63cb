use time::Duration;

use crate::{
    CodeDigest, Error,
    ports::{Clock, Exchanges, WeChatError},
};

/// How long a code counts as in flight or spent: twice as long as WeChat takes it at all.
const CODE_IS_CLAIMED_FOR: Duration = Duration::minutes(10);

/// Hands a code to WeChat if nobody has, on any instance: `ask` is never polled for one that is in flight or spent.
pub(crate) async fn exchange_once<T>(
    exchanges: &dyn Exchanges,
    clock: &dyn Clock,
    code: &CodeDigest,
    ask: impl Future<Output = Result<T, WeChatError>>,
) -> Result<T, Error> {
    let leaves_code_unspent = |error: &WeChatError| error.leaves_code_unspent();
    claim_for(exchanges, clock, code, ask, leaves_code_unspent).await
}

/// The same for a call whose failures say themselves what they mean for the code.
pub(crate) async fn claim_for<T, E: Into<Error>>(
    exchanges: &dyn Exchanges,
    clock: &dyn Clock,
    code: &CodeDigest,
    ask: impl Future<Output = Result<T, E>>,
    leaves_code_unspent: impl FnOnce(&E) -> bool,
) -> Result<T, Error> {
    let now = clock.now();
    if !exchanges.claim(code, now, now + CODE_IS_CLAIMED_FOR).await? {
        return Err(Error::LoginCodeRejected);
    }
    let answer = ask.await;
    if answer.as_ref().is_err_and(leaves_code_unspent) {
        // A code that stays claimed costs its person another try; what WeChat said must not be lost over it.
        if let Err(error) = exchanges.release(code).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a code could not be released"
            );
        }
    }
    answer.map_err(Into::into)
}
