use std::time::Duration;

use crate::{
    ports::{Clock, WeChatError},
    time_left::TimeLeft,
};

/// How long WeChat is left alone after it said that it is busy.
const PAUSE: Duration = Duration::from_millis(200);

/// Asks, and asks once more where that can do good and nothing can be spent: the retry is decided here and nowhere below.
/// `ask` is told how much of the time is left for it.
pub(crate) async fn ask_wechat<T, F>(
    clock: &dyn Clock,
    within: Duration,
    ask: impl Fn(Duration) -> F,
) -> Result<T, WeChatError>
where
    F: Future<Output = Result<T, WeChatError>>,
{
    let time_left = TimeLeft::new(clock, within);
    let answer = ask(within).await;
    let is_final = !answer.as_ref().is_err_and(|error| error.may_be_retried());
    if is_final || time_left.now() <= PAUSE {
        return answer;
    }
    clock.sleep(PAUSE).await;
    match time_left.now() {
        // The pause took longer than it should.
        Duration::ZERO => answer,
        left => ask(left).await,
    }
}
