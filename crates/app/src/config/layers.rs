//! Files and environment variables into one tree.

use std::{collections::HashMap, path::Path};

use config::{File, FileFormat, Map, Source, Value};

use super::{Environment, Fault, environment, tree::Tree};

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

    /// Those that set a key, by the words of its path. The longest come first: where a variable sets a key of an app, another that stands for
    /// the whole app is the one at fault. Each value stays the text that it is: a guess at numbers would make one of a secret that is all digits.
    fn by_path(&self) -> Vec<(Vec<String>, &str)> {
        let mut variables: Vec<_> = self
            .0
            .iter()
            .filter_map(|(name, value)| {
                let path = name.to_ascii_lowercase();
                let path = path.strip_prefix(&PREFIX.to_ascii_lowercase())?.split("__");
                Some((path.map(ToOwned::to_owned).collect::<Vec<_>>(), value.as_str()))
            })
            .collect();
        variables.sort_unstable_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        variables
    }
}

fn is_ours(name: &str) -> bool {
    name == environment::VARIABLE || name.to_ascii_uppercase().starts_with(PREFIX)
}

/// The merged tree, and what had no place in it. Each value knows the layer that it comes from.
pub(super) fn collect(
    folder: &Path,
    environment: &Environment,
    variables: &Variables,
) -> Result<(Map<String, Value>, Vec<Fault>), Fault> {
    let mut tree = Tree::default();
    let defaults = File::from_str(DEFAULTS, FileFormat::Toml).collect();
    tree.lay(defaults.map_err(|error| Fault::of_files(&describe(&error)))?);
    for name in ["default", environment.as_str(), "local"] {
        let file = File::from(folder.join(format!("{name}.toml")))
            .format(FileFormat::Toml)
            .required(false);
        tree.lay(
            file.collect()
                .map_err(|error| Fault::of_files(&describe(&error)))?,
        );
    }
    for (path, value) in variables.by_path() {
        let value = Value::new(Some(&"the environment".to_owned()), value.to_owned());
        tree.set(path.iter().map(String::as_str), value);
    }
    Ok(tree.finish())
}

/// A parser quotes the line that it does not understand, and that line may hold a secret: only its place is told.
fn describe(error: &config::ConfigError) -> String {
    match error {
        config::ConfigError::FileParse { uri, cause } => {
            let place = cause.to_string().lines().next().unwrap_or_default().to_owned();
            format!("{}: {place}", uri.as_deref().unwrap_or("a file"))
        }
        _ => "a file cannot be read".to_owned(),
    }
}
