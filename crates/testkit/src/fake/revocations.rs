use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    Dependency, PortError, Revocation,
    ports::{Reading, Revocations},
};

use super::Outage;
use crate::sample;

/// The record of revocations in memory. Its clock ticks once per row: what matters is which row came before which reading.
#[derive(Debug, Default)]
pub struct MemoryRevocations {
    /// Makes it fail.
    pub outage: Outage,
    rows: Mutex<Vec<Revocation>>,
}

impl MemoryRevocations {
    /// Every row that was recorded, in order.
    #[must_use]
    pub fn rows(&self) -> Vec<Revocation> {
        self.lock().clone()
    }

    pub(super) fn push(&self, row: Revocation) {
        self.lock().push(row);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Revocation>> {
        self.rows.lock().expect("no holder panics")
    }
}

/// The time when there were so many rows.
fn time_at(rows: usize) -> OffsetDateTime {
    sample::NOW + Duration::seconds(i64::try_from(rows).expect("no test records so many"))
}

fn still_bars(row: &Revocation, now: OffsetDateTime) -> bool {
    match row {
        Revocation::Session { bars_until, .. }
        | Revocation::User { bars_until, .. }
        | Revocation::WayIn { bars_until, .. } => *bars_until > now,
        Revocation::Alias { .. } => true,
    }
}

#[async_trait]
impl Revocations for MemoryRevocations {
    async fn all(&self, now: OffsetDateTime) -> Result<Reading, PortError> {
        self.outage.check(Dependency::Database)?;
        let rows = self.lock();
        Ok(Reading {
            rows: rows.iter().filter(|row| still_bars(row, now)).cloned().collect(),
            read_at: time_at(rows.len()),
        })
    }

    async fn since(&self, read_at: OffsetDateTime) -> Result<Reading, PortError> {
        self.outage.check(Dependency::Database)?;
        let rows = self.lock();
        let recorded = (0..).map(time_at).zip(rows.iter());
        Ok(Reading {
            rows: recorded
                .filter(|(recorded_at, _)| *recorded_at >= read_at)
                .map(|(_, row)| row.clone())
                .collect(),
            read_at: time_at(rows.len()),
        })
    }

    async fn record(&self, revocation: &Revocation) -> Result<(), PortError> {
        self.outage.check(Dependency::Database)?;
        self.push(revocation.clone());
        Ok(())
    }
}
