use std::{collections::HashMap, sync::Mutex};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};

use super::fetch::Failed;
use crate::{AppId, ports::KeptAppToken};

type Outcome = Result<KeptAppToken, Failed>;
type Fetching = BoxFuture<'static, Outcome>;

/// A fetch that any number of callers wait for. Whoever of them is left drives it, so that one who goes away takes
/// nothing from the others.
pub(super) type Flight = Shared<Fetching>;

/// The fetches of this process, at most one for an app.
#[derive(Default)]
pub(super) struct Flights(Mutex<HashMap<AppId, WeakShared<Fetching>>>);

impl Flights {
    /// The fetch that is under way, or this one.
    pub(super) fn join<F>(&self, app_id: &AppId, fetch: impl FnOnce() -> F) -> Flight
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        self.join_or_start(app_id, fetch).0
    }

    /// This fetch, unless one is under way.
    pub(super) fn start<F>(&self, app_id: &AppId, fetch: impl FnOnce() -> F) -> Option<Flight>
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let (flight, is_new) = self.join_or_start(app_id, fetch);
        is_new.then_some(flight)
    }

    fn join_or_start<F>(&self, app_id: &AppId, fetch: impl FnOnce() -> F) -> (Flight, bool)
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let mut flights = self.0.lock().expect("no holder panics");
        let under_way = flights
            .get(app_id)
            .and_then(WeakShared::upgrade)
            .filter(|flight| flight.peek().is_none());
        if let Some(flight) = under_way {
            return (flight, false);
        }
        let flight = fetch().boxed().shared();
        if let Some(weak) = flight.downgrade() {
            flights.insert(app_id.clone(), weak);
        }
        (flight, true)
    }
}
