use crate::config::Config;

/// Prints what is in force, secrets hidden.
pub(super) fn run(config: &Config) {
    println!("environment = {}", config.environment);
    for shown in &config.shown {
        println!("{} = {}    # {}", shown.key, shown.value, shown.origin);
    }
    for key in &config.not_used_yet {
        println!("note: {key} is set, and does nothing in this version");
    }
    println!("The configuration is good.");
}
