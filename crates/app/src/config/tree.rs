//! Layer upon layer, one tree. A section stays a section: a value in its place would take every key below it away, and each of these would be
//! a fault that nobody made.

use config::{Map, Value, ValueKind};

use super::Fault;

/// The layers so far, and what in them does not fit together.
#[derive(Default)]
pub(super) struct Tree {
    root: Map<String, Value>,
    faults: Vec<Fault>,
}

impl Tree {
    /// Lays a whole layer on top.
    pub(super) fn lay(&mut self, layer: Map<String, Value>) {
        merge(&mut self.root, layer, "", &mut self.faults);
    }

    /// Lays a single value on top.
    pub(super) fn set<'a>(&mut self, path: impl DoubleEndedIterator<Item = &'a str>, value: Value) {
        let origin = value.origin().map(ToOwned::to_owned);
        let nested = path.rev().fold(value, |inner, name| {
            let table = Map::from_iter([(name.to_owned(), inner)]);
            Value::new(origin.as_ref(), ValueKind::Table(table))
        });
        if let ValueKind::Table(layer) = nested.kind {
            self.lay(layer);
        }
    }

    /// All layers as one, and what was left out of it.
    pub(super) fn finish(self) -> (Map<String, Value>, Vec<Fault>) {
        (self.root, self.faults)
    }
}

fn merge(below: &mut Map<String, Value>, layer: Map<String, Value>, prefix: &str, faults: &mut Vec<Fault>) {
    for (name, value) in layer {
        let key = format!("{prefix}{name}");
        let known = below.get_mut(&name).map(|known| &mut known.kind);
        let origin = value.origin().unwrap_or_default().to_owned();
        match (known, value.kind) {
            (Some(ValueKind::Table(known)), ValueKind::Table(layer)) => {
                merge(known, layer, &format!("{key}."), faults);
            }
            (Some(ValueKind::Table(_)), _) => faults.push(Fault::of_key(
                &key,
                &format!("is a section: set its keys (set in {origin})"),
            )),
            (Some(_), ValueKind::Table(layer)) => {
                for name in layer.into_keys() {
                    faults.push(Fault::unknown(&format!("{key}.{name}"), &origin));
                }
            }
            (_, kind) => {
                below.insert(
                    name,
                    Value::new(Some(&origin).filter(|text| !text.is_empty()), kind),
                );
            }
        }
    }
}
