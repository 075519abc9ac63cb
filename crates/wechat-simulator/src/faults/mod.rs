//! What the pretend WeChat does wrong because it was asked to.

mod answering;
mod bend;
mod body;
mod connection;
mod effect;
mod json;
mod kind;
mod wanted;

use std::num::NonZeroU32;
use std::sync::Arc;

pub(crate) use answering::Answering;
pub(crate) use connection::remember;
pub(crate) use effect::Effect;
pub(crate) use kind::{KINDS, Kind};
pub(crate) use wanted::Wanted;

use crate::rejection::Rejection;
use crate::wechat::{self, Call};

const MOST: usize = 1_000;
const ANY_ENDPOINT: &str = "*";

/// The faults that are still to happen, in the order of arrival.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

#[derive(Debug)]
struct Fault {
    /// As it was asked for, but with as many `times` as are left.
    wanted: Wanted,
    effect: Arc<Effect>,
}

impl Faults {
    pub(crate) fn add(&mut self, mut wanted: Wanted) -> Result<Wanted, Rejection> {
        check_endpoint(&wanted.endpoint)?;
        let effect = Effect::of(&wanted)?;
        wanted.when = effect.when();
        if self.0.len() >= MOST {
            return Err(Rejection::conflict(format!(
                "There are {MOST} faults already; delete some."
            )));
        }
        self.0.push(Fault {
            wanted: wanted.clone(),
            effect: Arc::new(effect),
        });
        Ok(wanted)
    }

    pub(crate) fn active(&self) -> impl Iterator<Item = &Wanted> {
        self.0.iter().map(|fault| &fault.wanted)
    }

    /// Forgets all, or only those that were asked for with just this endpoint, and says how many.
    pub(crate) fn delete(&mut self, endpoint: Option<&str>) -> Result<usize, Rejection> {
        endpoint.map_or(Ok(()), check_endpoint)?;
        let before = self.0.len();
        self.0
            .retain(|fault| endpoint.is_some_and(|endpoint| endpoint != fault.wanted.endpoint));
        Ok(before - self.0.len())
    }

    /// What goes wrong with this call: the first fault that fits, which is used up by one time.
    pub(crate) fn next_for(&mut self, path: &str, call: &Call) -> Option<Arc<Effect>> {
        let index = self.0.iter().position(|fault| fault.fits(path, call))?;
        let fault = &mut self.0[index];
        let effect = Arc::clone(&fault.effect);
        if let Some(times) = fault.wanted.times {
            match NonZeroU32::new(times.get() - 1) {
                Some(left) => fault.wanted.times = Some(left),
                None => drop(self.0.remove(index)),
            }
        }
        Some(effect)
    }
}

impl Fault {
    fn fits(&self, path: &str, call: &Call) -> bool {
        (self.wanted.endpoint == path || self.wanted.endpoint == ANY_ENDPOINT) && self.effect.fits(call)
    }
}

fn check_endpoint(endpoint: &str) -> Result<(), Rejection> {
    if endpoint == ANY_ENDPOINT || wechat::paths().any(|path| path == endpoint) {
        return Ok(());
    }
    let known: Vec<_> = wechat::paths().collect();
    Err(Rejection::invalid(format!(
        "\"endpoint\" must be \"{ANY_ENDPOINT}\" for all of WeChat's calls, or one of {}.",
        known.join(", ")
    )))
}

#[cfg(test)]
#[path = "faults_tests.rs"]
mod tests;
