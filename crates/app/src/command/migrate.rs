use std::sync::Arc;

use crate::{config::Config, system::SystemEntropy, wiring::Store};

/// Brings the database up to date.
pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    Store::open(&config.database, config.security, &(Arc::new(SystemEntropy) as _)).await?;
    println!("The database is up to date.");
    Ok(())
}

/// Prints what would be run.
pub(super) fn print() {
    print!("{}", Store::migrations());
}
