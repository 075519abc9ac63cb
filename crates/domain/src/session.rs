//! A login that lasts.

use time::{Duration, OffsetDateTime};

use crate::{App, AppName, Channel, Client, OpenId, SessionId, UserId, ports::Entropy};

/// Somebody signed in, on one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Which, for its owner.
    pub id: SessionId,
    /// Whose. A merged user's sessions keep the old id and answer as the survivor.
    pub user_id: UserId,
    /// The user's generation at the login: a higher minimum in the revocation view ends the session.
    pub generation: i32,
    /// The app it was opened through.
    pub app: AppName,
    /// The app's channel.
    pub channel: Channel,
    /// The person at that app: whose session_key decrypts this session's data.
    pub openid: OpenId,
    /// When it was opened.
    pub created_at: OffsetDateTime,
    /// When it was last seen, as exactly as renewals go.
    pub last_seen_at: OffsetDateTime,
    /// From when on it opens nothing.
    pub expires_at: OffsetDateTime,
    /// The device.
    pub client: Client,
}

impl Session {
    /// Opens a session.
    #[must_use]
    pub fn issue(
        (user_id, generation): (UserId, i32),
        app: &App,
        openid: OpenId,
        client: Client,
        lifetime: Lifetime,
        now: OffsetDateTime,
        entropy: &dyn Entropy,
    ) -> Self {
        Self {
            id: SessionId::generate(now, entropy),
            user_id,
            generation,
            app: app.name.clone(),
            channel: app.channel,
            openid,
            created_at: now,
            last_seen_at: now,
            expires_at: lifetime.end(now, now),
            client,
        }
    }

    /// Whether it is over by itself. It opens nothing at `expires_at` itself.
    #[must_use]
    pub fn has_expired(&self, now: OffsetDateTime) -> bool {
        now >= self.expires_at
    }

    /// The session as it is after being seen now; `None` where it was seen so lately that a write would be waste.
    #[must_use]
    pub fn renewed(&self, lifetime: Lifetime, now: OffsetDateTime) -> Option<Self> {
        (now - self.last_seen_at >= lifetime.renewal_step()).then(|| Self {
            last_seen_at: now,
            expires_at: lifetime.end(self.created_at, now),
            ..self.clone()
        })
    }
}

/// How long sessions of a channel last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    idle: Option<Duration>,
    absolute: Option<Duration>,
}

impl Lifetime {
    /// `idle` after it was last seen or `absolute` after its login, whichever comes first; `None` where a session would last for ever.
    #[must_use]
    pub const fn new(idle: Option<Duration>, absolute: Option<Duration>) -> Option<Self> {
        if idle.is_none() && absolute.is_none() {
            None
        } else {
            Some(Self { idle, absolute })
        }
    }

    /// How long after it was last seen a session ends.
    #[must_use]
    pub const fn idle(self) -> Option<Duration> {
        self.idle
    }

    /// How long after its login a session ends.
    #[must_use]
    pub const fn absolute(self) -> Option<Duration> {
        self.absolute
    }

    /// When a session of this login ends if it is seen now for the last time.
    #[must_use]
    pub fn end(self, created_at: OffsetDateTime, now: OffsetDateTime) -> OffsetDateTime {
        let idle_end = self.idle.map(|idle| now.saturating_add(idle));
        let absolute_end = self.absolute.map(|absolute| created_at.saturating_add(absolute));
        match (idle_end, absolute_end) {
            (Some(idle), Some(absolute)) => idle.min(absolute),
            (Some(end), None) | (None, Some(end)) => end,
            (None, None) => unreachable!("`new` refuses it"),
        }
    }

    /// How long a session goes unwritten while it is in use: a tenth of its idle time, an hour at most.
    fn renewal_step(self) -> Duration {
        self.idle
            .map_or(Duration::HOUR, |idle| (idle / 10_i32).min(Duration::HOUR))
    }
}

/// The lifetimes of all channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// Of mini-programs.
    pub mini_program: Lifetime,
    /// Of browsers.
    pub web: Lifetime,
    /// Of mobile apps.
    pub mobile_app: Lifetime,
    /// Of pages inside WeChat.
    pub official_account: Lifetime,
}

impl Lifetimes {
    /// The lifetime of a channel's sessions.
    #[must_use]
    pub const fn of(&self, channel: Channel) -> Lifetime {
        match channel {
            Channel::MiniProgram => self.mini_program,
            Channel::Web => self.web,
            Channel::MobileApp => self.mobile_app,
            Channel::OfficialAccount => self.official_account,
        }
    }
}

impl Lifetimes {
    /// When the last session of any channel that was opened or seen until now is over, with an hour for clocks that differ.
    #[must_use]
    pub fn last_end(&self, now: OffsetDateTime) -> OffsetDateTime {
        // A session that is seen now was opened at most this moment, so no channel's end lies further ahead.
        let ends = Channel::ALL.map(|channel| self.of(channel).end(now, now));
        ends.into_iter()
            .max()
            .unwrap_or(now)
            .saturating_add(Duration::HOUR)
    }
}

impl Default for Lifetimes {
    fn default() -> Self {
        let browser = Lifetime {
            idle: Some(Duration::days(7)),
            absolute: Some(Duration::days(30)),
        };
        Self {
            mini_program: Lifetime {
                idle: Some(Duration::days(7)),
                absolute: None,
            },
            web: browser,
            mobile_app: Lifetime {
                idle: Some(Duration::days(60)),
                absolute: None,
            },
            official_account: browser,
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::AppId;

    struct Zeros;

    impl Entropy for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    const NOW: OffsetDateTime = datetime!(2026-01-01 00:00 UTC);

    fn session(lifetime: Lifetime) -> Session {
        let app = App {
            name: AppName::parse("shop").unwrap(),
            channel: Channel::Web,
            app_id: AppId::parse("wx1").unwrap(),
            open_platform: crate::OpenPlatform::parse("default").unwrap(),
            is_default: true,
        };
        let user = (UserId::generate(NOW, &Zeros), 0);
        Session::issue(
            user,
            &app,
            OpenId::parse("o").unwrap(),
            Client::default(),
            lifetime,
            NOW,
            &Zeros,
        )
    }

    #[test]
    fn a_session_is_over_at_its_end_and_not_a_microsecond_before() {
        let session = session(Lifetime::new(Some(Duration::days(7)), None).unwrap());
        let end = NOW + Duration::days(7);
        assert_eq!(session.expires_at, end);
        assert!(!session.has_expired(end - Duration::MICROSECOND));
        assert!(session.has_expired(end));
    }

    #[test]
    fn being_seen_puts_the_end_off_but_not_past_the_absolute_one() {
        let lifetime = Lifetimes::default().web;
        let session = session(lifetime);
        let later = NOW + Duration::days(6);
        assert_eq!(
            session.renewed(lifetime, later).unwrap().expires_at,
            NOW + Duration::days(13)
        );
        let much_later = NOW + Duration::days(29);
        assert_eq!(
            session.renewed(lifetime, much_later).unwrap().expires_at,
            NOW + Duration::days(30)
        );
    }

    #[test]
    fn a_session_in_use_is_written_once_an_hour_or_ten_times_in_its_idle_time() {
        let long = Lifetimes::default().mini_program;
        let session = session(long);
        assert_eq!(session.renewed(long, NOW + Duration::minutes(59)), None);
        assert!(session.renewed(long, NOW + Duration::HOUR).is_some());
        let short = Lifetime::new(Some(Duration::seconds(10)), None).unwrap();
        assert_eq!(session.renewed(short, NOW + Duration::milliseconds(999)), None);
        assert!(session.renewed(short, NOW + Duration::SECOND).is_some());
    }

    #[test]
    fn a_session_must_end_some_time() {
        assert_eq!(Lifetime::new(None, None), None);
        let lifetime = Lifetime::new(None, Some(Duration::days(1))).unwrap();
        assert_eq!(session(lifetime).expires_at, NOW + Duration::days(1));
    }
}
