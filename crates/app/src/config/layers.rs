//! Files and environment variables into one tree.

use std::{collections::HashMap, path::Path};

use config::{File, FileFormat, Map, Value};

use super::{Environment, Fault, environment};

/// The documented defaults are the defaults: the file that describes every key is the first layer.
const DEFAULTS: &str = include_str!("../../../../config/default.toml");
/// With two underscores: Kubernetes sets `WECHAT_LOGIN_PORT` and its like for a Service of our name.
const PREFIX: &str = "WECHAT_LOGIN__";

/// The environment variables that mean us.
pub(super) struct Variables(HashMap<String, String>);

impl Variables {
    /// Of this process, and those that are no text.
    pub(super) fn of_process() -> (Self, Vec<Fault>) {
        let mut readable = HashMap::new();
        let mut faults = Vec::new();
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str().filter(|name| is_ours(name)) else {
                continue;
            };
            match value.into_string() {
                Ok(value) => drop(readable.insert(name.to_owned(), value)),
                Err(_) => faults.push(Fault::of_variable(name, "is not UTF-8 text")),
            }
        }
        (Self(readable), faults)
    }

    pub(super) fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().filter(|(name, _)| is_ours(name)).collect())
    }

    pub(super) fn environment(&self) -> Option<&str> {
        self.0.get(environment::VARIABLE).map(String::as_str)
    }
}

fn is_ours(name: &str) -> bool {
    name == environment::VARIABLE || name.to_ascii_uppercase().starts_with(PREFIX)
}

/// The merged tree. Each value knows the layer that it comes from.
pub(super) fn collect(
    folder: &Path,
    environment: &Environment,
    variables: &Variables,
) -> Result<Map<String, Value>, Fault> {
    let file = |name: &str| {
        File::from(folder.join(format!("{name}.toml")))
            .format(FileFormat::Toml)
            .required(false)
    };
    // `try_parsing` stays off: it makes a number of a secret that is all digits.
    let from_variables = config::Environment::with_prefix("WECHAT_LOGIN")
        .prefix_separator("__")
        .separator("__")
        .source(Some(variables.0.clone()));
    config::Config::builder()
        .add_source(File::from_str(DEFAULTS, FileFormat::Toml))
        .add_source(file("default"))
        .add_source(file(environment.as_str()))
        .add_source(file("local"))
        .add_source(from_variables)
        .build()
        .and_then(|merged| merged.cache.into_table())
        .map_err(|error| Fault::of_files(&describe(&error)))
}

/// A parser quotes the line that it does not understand, and that line may hold a secret: only its place is told.
fn describe(error: &config::ConfigError) -> String {
    match error {
        config::ConfigError::FileParse { uri, cause } => {
            let place = cause.to_string().lines().next().unwrap_or_default().to_owned();
            format!("{}: {place}", uri.as_deref().unwrap_or("a file"))
        }
        config::ConfigError::PathParse { .. } => {
            "a variable's name is no path: words joined by two underscores".to_owned()
        }
        config::ConfigError::Foreign(_) => "a file cannot be read".to_owned(),
        _ => "the layers do not fit together: one has a value where another has a section".to_owned(),
    }
}
