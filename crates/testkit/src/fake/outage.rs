use std::sync::atomic::{AtomicBool, Ordering};

use wechat_login_domain::{Dependency, PortError};

/// A switch that makes every method of a port fail without having done anything, until it is switched back.
#[derive(Debug, Default)]
pub struct Outage(AtomicBool);

impl Outage {
    /// From now on the port fails.
    pub fn begin(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// From now on it works again.
    pub fn end(&self) {
        self.0.store(false, Ordering::SeqCst);
    }

    pub(super) fn check(&self, dependency: Dependency) -> Result<(), PortError> {
        if self.0.load(Ordering::SeqCst) {
            Err(PortError::new(dependency, "switched off by a test"))
        } else {
            Ok(())
        }
    }
}
