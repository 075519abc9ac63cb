use std::sync::Arc;

use crate::{config::Config, store::Store, system::SystemEntropy};

/// Brings the database up to date.
pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    Store::migrate(&config.storage, config.security, &(Arc::new(SystemEntropy) as _)).await?;
    println!("The database is up to date.");
    Ok(())
}

/// Prints what would be run.
pub(super) fn print(config: &Config) {
    print!("{}", Store::migrations(&config.storage));
}
