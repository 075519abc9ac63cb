use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use wechat_login_domain::{Dependency, PortError, ports::RevocationNews};

use super::Outage;

/// News that nobody hears, counted.
#[derive(Debug, Default)]
pub struct MemoryNews {
    announced: AtomicU32,
    /// Makes it fail.
    pub outage: Outage,
}

impl MemoryNews {
    /// How many times something was announced since this was asked last.
    pub fn announced(&self) -> u32 {
        self.announced.swap(0, Ordering::SeqCst)
    }
}

#[async_trait]
impl RevocationNews for MemoryNews {
    async fn announce(&self) -> Result<(), PortError> {
        self.outage.check(Dependency::Redis)?;
        self.announced.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}
