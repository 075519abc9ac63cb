use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::token;
use crate::wire::Refusal;

const LIFE: Duration = Duration::from_hours(2);
/// How long the token before still works after another one was fetched.
const GRACE: Duration = Duration::from_mins(5);
/// How long before its end a stable token is replaced.
const ROLLS_EARLY: Duration = Duration::from_mins(5);
const FORCED_APART: Duration = Duration::from_secs(30);
const FORCED_A_DAY: usize = 20;
const DAY: Duration = Duration::from_hours(24);
/// Of older ones nobody can tell any more what became of them.
const MOST_OF_ONE_APP: usize = 64;

/// The access_tokens of apps, of both kinds: they know nothing of each other.
#[derive(Debug, Default)]
pub(crate) struct AppTokens {
    owners: HashMap<Arc<str>, String>,
    apps: HashMap<String, OfApp>,
}

#[derive(Debug, Default)]
struct OfApp {
    classic: VecDeque<Token>,
    stable: VecDeque<Token>,
    forced: VecDeque<Duration>,
}

#[derive(Clone, Debug)]
struct Token {
    text: Arc<str>,
    expires_at: Duration,
    /// Earlier than its end, where another one took its place.
    works_until: Duration,
}

/// A token, and how many seconds it has left.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fetched {
    pub(crate) token: Arc<str>,
    pub(crate) expires_in: u64,
}

impl AppTokens {
    /// A new token of `/cgi-bin/token`. The one before works for five minutes more.
    pub(crate) fn classic(&mut self, app_id: &str, now: Duration) -> Fetched {
        let of_app = self.apps.entry(app_id.to_owned()).or_default();
        if let Some(before) = of_app.classic.back_mut() {
            before.works_until = before.works_until.min(now + GRACE);
        }
        let token = Token::new(now);
        let fetched = token.fetched(now);
        let forgotten = remember(&mut of_app.classic, token);
        self.register(app_id, &fetched.token, forgotten);
        fetched
    }

    /// The token of `/cgi-bin/stable_token`: the same until it is about to end.
    pub(crate) fn stable(&mut self, app_id: &str, now: Duration) -> Fetched {
        let of_app = self.apps.entry(app_id.to_owned()).or_default();
        if let Some(current) = of_app.stable.back()
            && now + ROLLS_EARLY < current.works_until
        {
            return current.fetched(now);
        }
        self.next_stable(app_id, now)
    }

    /// Another stable token, and the end of the one before. Twenty times a day, half a minute apart.
    ///
    /// WeChat documents the limits and not the refusal.
    pub(crate) fn force_stable(&mut self, app_id: &str, now: Duration) -> Result<Fetched, Refusal> {
        let of_app = self.apps.entry(app_id.to_owned()).or_default();
        while of_app.forced.front().is_some_and(|at| *at + DAY <= now) {
            of_app.forced.pop_front();
        }
        if of_app.forced.back().is_some_and(|at| now < *at + FORCED_APART) {
            return Err(Refusal::MINUTE_QUOTA);
        }
        if of_app.forced.len() >= FORCED_A_DAY {
            return Err(Refusal::DAILY_QUOTA);
        }
        of_app.forced.push_back(now);
        for token in &mut of_app.stable {
            token.works_until = token.works_until.min(now);
        }
        Ok(self.next_stable(app_id, now))
    }

    /// Whether it ever was a token.
    pub(crate) fn knows(&self, token: &str) -> bool {
        self.owners.contains_key(token)
    }

    /// Whose token it is, where it still works.
    pub(crate) fn owner(&self, token: &str, now: Duration) -> Result<&str, Refusal> {
        let app_id = self.owners.get(token).ok_or(Refusal::INVALID_CREDENTIAL)?;
        let known = self.apps.get(app_id).and_then(|of_app| {
            let mut all = of_app.classic.iter().chain(&of_app.stable);
            all.find(|known| *known.text == *token)
        });
        match known {
            Some(known) if now < known.works_until => Ok(app_id),
            Some(known) if now >= known.expires_at => Err(Refusal::ACCESS_TOKEN_EXPIRED),
            _ => Err(Refusal::INVALID_CREDENTIAL),
        }
    }

    /// Ends a token before its time: the next fetch gives another one.
    pub(crate) fn revoke(&mut self, token: &str, now: Duration) {
        let Some(of_app) = self
            .owners
            .get(token)
            .and_then(|app_id| self.apps.get_mut(app_id))
        else {
            return;
        };
        let mut all = of_app.classic.iter_mut().chain(&mut of_app.stable);
        if let Some(known) = all.find(|known| *known.text == *token) {
            known.works_until = known.works_until.min(now);
        }
    }

    fn next_stable(&mut self, app_id: &str, now: Duration) -> Fetched {
        let of_app = self.apps.entry(app_id.to_owned()).or_default();
        let token = Token::new(now);
        let fetched = token.fetched(now);
        let forgotten = remember(&mut of_app.stable, token);
        self.register(app_id, &fetched.token, forgotten);
        fetched
    }

    fn register(&mut self, app_id: &str, token: &Arc<str>, forgotten: Option<Token>) {
        self.owners.insert(Arc::clone(token), app_id.to_owned());
        if let Some(forgotten) = forgotten {
            self.owners.remove(&forgotten.text);
        }
    }
}

impl Token {
    fn new(now: Duration) -> Self {
        Self {
            text: token::of_app().into(),
            expires_at: now + LIFE,
            works_until: now + LIFE,
        }
    }

    fn fetched(&self, now: Duration) -> Fetched {
        Fetched {
            token: Arc::clone(&self.text),
            expires_in: self.expires_at.saturating_sub(now).as_secs(),
        }
    }
}

fn remember(tokens: &mut VecDeque<Token>, token: Token) -> Option<Token> {
    tokens.push_back(token);
    (tokens.len() > MOST_OF_ONE_APP).then(|| tokens.pop_front())?
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Duration = Duration::from_hours(24);

    fn after(seconds: u64) -> Duration {
        START + Duration::from_secs(seconds)
    }

    #[test]
    fn the_next_classic_token_leaves_the_one_before_five_minutes() {
        let mut tokens = AppTokens::default();
        let first = tokens.classic("wx1", START).token;
        let second = tokens.classic("wx1", after(1_000));
        assert_eq!(second.expires_in, 7_200);
        assert_eq!(tokens.owner(&first, after(1_299)), Ok("wx1"));
        assert_eq!(
            tokens.owner(&first, after(1_300)),
            Err(Refusal::INVALID_CREDENTIAL)
        );
        assert_eq!(
            tokens.owner(&first, after(7_200)),
            Err(Refusal::ACCESS_TOKEN_EXPIRED)
        );
        assert_eq!(tokens.owner(&second.token, after(8_199)), Ok("wx1"));
        assert_eq!(tokens.owner("garbage", START), Err(Refusal::INVALID_CREDENTIAL));
    }

    #[test]
    fn a_stable_token_stays_the_same_until_five_minutes_before_its_end() {
        let mut tokens = AppTokens::default();
        let first = tokens.stable("wx1", START);
        let again = tokens.stable("wx1", after(6_855));
        assert_eq!((&again.token, again.expires_in), (&first.token, 345));
        let next = tokens.stable("wx1", after(6_901));
        assert_eq!(next.expires_in, 7_200);
        assert_ne!(next.token, first.token);
        assert_eq!(
            tokens.owner(&first.token, after(7_199)),
            Ok("wx1"),
            "to its own end"
        );
        assert_ne!(tokens.stable("wx2", START).token, first.token);
    }

    #[test]
    fn forcing_ends_the_token_before_and_is_rationed() {
        let mut tokens = AppTokens::default();
        let first = tokens.stable("wx1", START).token;
        let forced = tokens.force_stable("wx1", START).unwrap().token;
        assert_eq!(tokens.owner(&first, START), Err(Refusal::INVALID_CREDENTIAL));
        assert_eq!(tokens.stable("wx1", START).token, forced);
        assert_eq!(tokens.force_stable("wx1", after(29)), Err(Refusal::MINUTE_QUOTA));
        for n in 1..20 {
            assert!(tokens.force_stable("wx1", after(30 * n)).is_ok(), "{n}");
        }
        assert_eq!(
            tokens.force_stable("wx1", after(1_000)),
            Err(Refusal::DAILY_QUOTA)
        );
        assert!(tokens.force_stable("wx1", after(86_400)).is_ok());
    }

    #[test]
    fn the_two_kinds_know_nothing_of_each_other() {
        let mut tokens = AppTokens::default();
        let stable = tokens.stable("wx1", START).token;
        let classic = tokens.classic("wx1", START).token;
        tokens.classic("wx1", START);
        assert_eq!(tokens.owner(&stable, after(400)), Ok("wx1"));
        tokens.force_stable("wx1", START).unwrap();
        assert_eq!(tokens.owner(&classic, after(299)), Ok("wx1"));
    }

    #[test]
    fn a_token_that_is_revoked_is_replaced_by_the_next_fetch() {
        let mut tokens = AppTokens::default();
        let first = tokens.stable("wx1", START).token;
        tokens.revoke(&first, after(1));
        assert_eq!(tokens.owner(&first, after(1)), Err(Refusal::INVALID_CREDENTIAL));
        assert_ne!(tokens.stable("wx1", after(1)).token, first);
    }

    #[test]
    fn old_tokens_are_forgotten() {
        let mut tokens = AppTokens::default();
        for _ in 0..1_000 {
            tokens.classic("wx1", START);
        }
        assert_eq!(tokens.owners.len(), MOST_OF_ONE_APP);
    }
}
