use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::qr_login::QrLogin;

/// Some 50 MB when full of the longest addresses.
const MOST: usize = 10_000;

/// The QR codes that have not expired, and some that have.
#[derive(Debug)]
pub(crate) struct QrLogins {
    by_uuid: HashMap<Arc<str>, QrLogin>,
    /// All live equally long, so that the first to come is the first to go.
    in_order: VecDeque<Arc<str>>,
    most: usize,
}

impl Default for QrLogins {
    fn default() -> Self {
        Self {
            by_uuid: HashMap::new(),
            in_order: VecDeque::new(),
            most: MOST,
        }
    }
}

impl QrLogins {
    /// Takes in a new one. Where there are too many, the oldest is forgotten.
    pub(crate) fn insert(&mut self, login: QrLogin, now: Duration) {
        while let Some(oldest) = self.in_order.front() {
            let is_alive = self
                .by_uuid
                .get(oldest)
                .is_some_and(|login| now < login.expires_at);
            if is_alive && self.in_order.len() < self.most {
                break;
            }
            self.by_uuid.remove(oldest);
            self.in_order.pop_front();
        }
        self.in_order.push_back(Arc::clone(&login.uuid));
        self.by_uuid.insert(Arc::clone(&login.uuid), login);
    }

    pub(crate) fn find(&mut self, uuid: &str, now: Duration) -> Option<&mut QrLogin> {
        self.by_uuid.get_mut(uuid).filter(|login| now < login.expires_at)
    }

    /// Those that are alive, the newest first.
    pub(crate) fn alive(&self, now: Duration) -> impl Iterator<Item = &QrLogin> {
        self.in_order
            .iter()
            .rev()
            .filter_map(|uuid| self.by_uuid.get(uuid))
            .take_while(move |login| now < login.expires_at)
    }

    pub(crate) fn forget(&mut self, is_gone: impl Fn(&QrLogin) -> bool) {
        self.by_uuid.retain(|_, login| !is_gone(login));
        self.in_order.retain(|uuid| self.by_uuid.contains_key(uuid));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::demo_apps;
    use crate::redirect::Redirect;

    const FIVE_MINUTES: Duration = Duration::from_mins(5);

    fn insert(logins: &mut QrLogins, now: Duration) -> Arc<str> {
        let redirect = Redirect::parse("http://shop.test/", "", None).unwrap();
        let login = QrLogin::new(Arc::new(demo_apps().remove(1)), redirect, now);
        let uuid = Arc::clone(&login.uuid);
        assert!(uuid.len() == 16 && uuid.bytes().all(|letter| letter.is_ascii_alphanumeric()));
        logins.insert(login, now);
        uuid
    }

    #[test]
    fn a_qr_code_lives_five_minutes() {
        let mut logins = QrLogins::default();
        let uuid = insert(&mut logins, Duration::ZERO);
        assert!(logins.find(&uuid, Duration::from_secs(299)).is_some());
        assert!(logins.find(&uuid, FIVE_MINUTES).is_none());
        assert_eq!(logins.alive(FIVE_MINUTES).count(), 0);
    }

    #[test]
    fn the_expired_and_the_oldest_of_too_many_are_forgotten() {
        let mut logins = QrLogins {
            most: 3,
            ..QrLogins::default()
        };
        for _ in 0..3 {
            insert(&mut logins, Duration::ZERO);
        }
        let last = insert(&mut logins, Duration::ZERO);
        assert_eq!((logins.by_uuid.len(), logins.in_order.len()), (3, 3));
        assert_eq!(
            logins
                .alive(Duration::ZERO)
                .next()
                .map(|login| Arc::clone(&login.uuid)),
            Some(last)
        );
        insert(&mut logins, FIVE_MINUTES);
        assert_eq!((logins.by_uuid.len(), logins.in_order.len()), (1, 1));
        logins.forget(|_| true);
        assert_eq!((logins.by_uuid.len(), logins.in_order.len()), (0, 0));
    }
}
