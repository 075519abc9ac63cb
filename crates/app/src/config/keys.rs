//! The tree as a flat list of keys. A section reads its keys by name, parser and secrecy; what nobody read is unknown.

use std::{collections::BTreeMap, fmt, path::Path};

use config::{Map, Value, ValueKind};

use super::{Fault, Faults};

const BUILT_IN: &str = "the built-in defaults";

/// A key that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its path.
    pub key: String,
    /// Its value, or that it is a secret.
    pub value: String,
    /// The layer that it comes from.
    pub origin: String,
}

struct Leaf {
    value: Leafy,
    origin: String,
}

enum Leafy {
    Text(String),
    List(Vec<String>),
    /// A section without keys.
    Nothing,
    /// A value that TOML gives a type whose text is not what was written.
    NotText,
}

/// What the file form of a secret gives.
enum FromFile {
    /// The key is not set.
    NotNamed,
    /// What is in the file.
    Text(String),
    /// Nothing; the fault is told.
    Unreadable,
}

/// The keys that are set, and the faults found so far.
pub(super) struct Keys {
    unread: BTreeMap<String, Leaf>,
    shown: Vec<Shown>,
    faults: Vec<Fault>,
}

impl Keys {
    pub(super) fn new(tree: Map<String, Value>, faults: Vec<Fault>) -> Self {
        let mut unread = BTreeMap::new();
        flatten(None, tree, &mut unread);
        Self {
            unread,
            shown: Vec::new(),
            faults,
        }
    }

    /// Adds a fault.
    pub(super) fn fault(&mut self, key: &str, message: impl fmt::Display) {
        let origin = |key: &str| {
            let known = self.shown.iter().find(|shown| shown.key == key);
            known.map(|shown| shown.origin.as_str())
        };
        let origin = match (origin(key), origin(&file_form(key))) {
            (Some(origin), _) => format!(" (set in {origin})"),
            (None, Some(origin)) => format!(" (from the file of {}, set in {origin})", file_form(key)),
            (None, None) => String::new(),
        };
        self.faults
            .push(Fault::of_key(key, &format!("{message}{origin}")));
    }

    /// How many faults there are, to see whether reading something added one.
    pub(super) fn fault_count(&self) -> usize {
        self.faults.len()
    }

    /// A text, parsed; `None` where it is not set, empty, or at fault.
    pub(super) fn get<T, E: fmt::Display>(
        &mut self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(key, false)?;
        self.parsed(key, parse(&text))
    }

    /// A text that must be there.
    pub(super) fn require<T, E: fmt::Display>(
        &mut self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        self.required(key, |keys| keys.get(key, parse))
    }

    /// A secret that must be there.
    pub(super) fn require_secret<T, E: fmt::Display>(
        &mut self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        self.required(key, |keys| keys.secret(key, parse))
    }

    fn required<T>(&mut self, key: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let faults = self.fault_count();
        let value = read(self);
        if value.is_none() && self.fault_count() == faults {
            self.fault(key, "must be set");
        }
        value
    }

    /// A list, each entry parsed; `None` where any is at fault, empty where it is not set.
    pub(super) fn list<T, E: fmt::Display>(
        &mut self,
        key: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Vec<T>> {
        let entries = self.entries(key, false)?;
        let parsed: Vec<_> = entries
            .iter()
            .map(|entry| self.parsed(key, parse(entry)))
            .collect();
        parsed.into_iter().collect()
    }

    /// A secret, from the key itself or the file that `{key}_file` names.
    pub(super) fn secret<T, E: fmt::Display>(
        &mut self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.secret_text(key)?;
        self.parsed(key, parse(&text))
    }

    /// A list of secrets, from the key itself or the lines of the file that `{key}_file` names.
    pub(super) fn secret_list<T, E: fmt::Display>(
        &mut self,
        key: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Vec<T>> {
        let from_file = self.file_of(key);
        let inline = self.entries(key, true)?;
        let entries = match from_file {
            FromFile::NotNamed => inline,
            _ if !inline.is_empty() => return self.set_twice(key),
            FromFile::Unreadable => return None,
            FromFile::Text(text) => {
                self.replaced(key);
                text.lines()
                    .map(|line| line.trim().to_owned())
                    .filter(|line| !line.is_empty())
                    .collect()
            }
        };
        let parsed: Vec<_> = entries
            .iter()
            .map(|entry| self.parsed(key, parse(entry)))
            .collect();
        parsed.into_iter().collect()
    }

    /// Whether it, or the file that stands for it, was read and is not empty, be it good or not.
    pub(super) fn is_set(&self, key: &str) -> bool {
        let file = file_form(key);
        let is_it = |shown: &Shown| shown.key == key || shown.key == file;
        self.shown
            .iter()
            .any(|shown| is_it(shown) && !shown.value.is_empty())
    }

    /// The names of the sections under a section, such as the apps of `wechat.apps`.
    pub(super) fn names(&self, section: &str) -> Vec<String> {
        let prefix = format!("{section}.");
        let name = |(key, leaf): (&String, &Leaf)| match key.strip_prefix(&prefix)?.split_once('.') {
            Some((name, _)) => Some(name.to_owned()),
            None => matches!(leaf.value, Leafy::Nothing).then(|| key[prefix.len()..].to_owned()),
        };
        let mut names: Vec<String> = self.unread.iter().filter_map(name).collect();
        names.dedup();
        names
    }

    /// Those of these keys that somebody set, beyond writing the documented defaults down again.
    pub(super) fn set_by_somebody(&self, among: &[&str]) -> Vec<String> {
        let is_set = |shown: &&Shown| {
            among.contains(&shown.key.as_str())
                && shown.origin != BUILT_IN
                && !shown.origin.ends_with("default.toml")
        };
        self.shown
            .iter()
            .filter(is_set)
            .map(|shown| shown.key.clone())
            .collect()
    }

    /// What is in force, once everything was read.
    ///
    /// # Errors
    /// Every fault, keys that nobody read among them.
    pub(super) fn finish(mut self) -> Result<Vec<Shown>, Faults> {
        let unread = std::mem::take(&mut self.unread);
        for (key, leaf) in unread {
            if !matches!(leaf.value, Leafy::Nothing) {
                self.faults.push(Fault::unknown(&key, &leaf.origin));
            }
        }
        if self.faults.is_empty() {
            Ok(self.shown)
        } else {
            Err(Faults(self.faults))
        }
    }

    fn parsed<T, E: fmt::Display>(&mut self, key: &str, result: Result<T, E>) -> Option<T> {
        result.map_err(|message| self.fault(key, message)).ok()
    }

    fn secret_text(&mut self, key: &str) -> Option<String> {
        let faults = self.fault_count();
        let from_file = self.file_of(key);
        let inline = self.text(key, true);
        // A file takes the place of a default, but of nothing that somebody wrote.
        let is_written = inline.is_some() && !self.set_by_somebody(&[key]).is_empty();
        let text = match from_file {
            FromFile::NotNamed => inline,
            _ if is_written => self.set_twice(key),
            FromFile::Unreadable => None,
            FromFile::Text(text) => {
                self.replaced(key);
                Some(text)
            }
        };
        text.filter(|_| self.fault_count() == faults)
    }

    fn set_twice<T>(&mut self, key: &str) -> Option<T> {
        self.fault(
            key,
            format_args!("is set together with {}; keep one", file_form(key)),
        );
        None
    }

    /// A file stands for this key: what it had is not in force.
    fn replaced(&mut self, key: &str) {
        self.shown.retain(|shown| shown.key != key);
    }

    /// The content of the file that `{key}_file` names.
    fn file_of(&mut self, key: &str) -> FromFile {
        let file_key = file_form(key);
        let faults = self.fault_count();
        let Some(path) = self.text(&file_key, false) else {
            return if self.fault_count() == faults {
                FromFile::NotNamed
            } else {
                FromFile::Unreadable
            };
        };
        match std::fs::read_to_string(Path::new(&path)) {
            Ok(text) if !text.trim().is_empty() => return FromFile::Text(text.trim().to_owned()),
            Ok(_) => self.fault(&file_key, "the file is empty"),
            Err(error) => {
                self.fault(
                    &file_key,
                    format_args!("the file cannot be read: {}", error.kind()),
                );
            }
        }
        FromFile::Unreadable
    }

    fn text(&mut self, key: &str, is_secret: bool) -> Option<String> {
        let leaf = self.take(key, is_secret)?;
        match leaf.value {
            Leafy::Text(text) => Some(text).filter(|text| !text.is_empty()),
            Leafy::List(_) | Leafy::Nothing => {
                self.fault(key, "must be one value");
                None
            }
            Leafy::NotText => {
                self.fault(key, "must be in quotation marks");
                None
            }
        }
    }

    fn entries(&mut self, key: &str, is_secret: bool) -> Option<Vec<String>> {
        let Some(leaf) = self.take(key, is_secret) else {
            return Some(Vec::new());
        };
        match leaf.value {
            Leafy::List(entries) => Some(entries),
            Leafy::Text(text) => Some(
                text.split(',')
                    .map(|entry| entry.trim().to_owned())
                    .filter(|entry| !entry.is_empty())
                    .collect(),
            ),
            Leafy::Nothing | Leafy::NotText => {
                self.fault(key, "must be a list of texts");
                None
            }
        }
    }

    fn take(&mut self, key: &str, is_secret: bool) -> Option<Leaf> {
        let leaf = self.unread.remove(key)?;
        let value = match &leaf.value {
            Leafy::Text(text) if text.is_empty() => String::new(),
            Leafy::List(entries) if entries.is_empty() => "[]".to_owned(),
            _ if is_secret => "(secret)".to_owned(),
            Leafy::Text(text) => text.clone(),
            Leafy::List(entries) => format!("[{}]", entries.join(", ")),
            Leafy::Nothing | Leafy::NotText => String::new(),
        };
        self.shown.push(Shown {
            key: key.to_owned(),
            value,
            origin: leaf.origin.clone(),
        });
        Some(leaf)
    }
}

fn flatten(prefix: Option<&str>, table: Map<String, Value>, leaves: &mut BTreeMap<String, Leaf>) {
    for (name, value) in table {
        let key = prefix.map_or_else(|| name.clone(), |prefix| format!("{prefix}.{name}"));
        let origin = match value.origin() {
            None => BUILT_IN.to_owned(),
            Some(origin) => origin.to_owned(),
        };
        let value = match value.kind {
            ValueKind::Table(table) if !table.is_empty() => {
                flatten(Some(&key), table, leaves);
                continue;
            }
            ValueKind::Table(_) | ValueKind::Nil => Leafy::Nothing,
            ValueKind::Array(entries) => {
                let texts: Option<Vec<_>> = entries.into_iter().map(|entry| text_of(entry.kind)).collect();
                texts.map_or(Leafy::NotText, Leafy::List)
            }
            kind => text_of(kind).map_or(Leafy::NotText, Leafy::Text),
        };
        leaves.insert(key, Leaf { value, origin });
    }
}

fn text_of(kind: ValueKind) -> Option<String> {
    match kind {
        ValueKind::String(text) => Some(text),
        ValueKind::Boolean(value) => Some(value.to_string()),
        ValueKind::I64(value) => Some(value.to_string()),
        // The digits of a float are not the ones that were written.
        _ => None,
    }
}

/// The key that names a file instead.
fn file_form(key: &str) -> String {
    format!("{key}_file")
}
