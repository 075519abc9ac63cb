use std::{collections::HashMap, hash::Hash, mem};

/// Some of what was put in, what was used lately among it: between `most` and twice as many.
pub(crate) struct Recent<K, V> {
    most: usize,
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K: Copy + Eq + Hash, V: Clone> Recent<K, V> {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            young: HashMap::new(),
            old: HashMap::new(),
        }
    }

    pub(crate) fn get(&mut self, key: K) -> Option<V> {
        if let Some(value) = self.young.get(&key) {
            return Some(value.clone());
        }
        let value = self.old.remove(&key)?;
        self.put(key, value.clone());
        Some(value)
    }

    pub(crate) fn put(&mut self, key: K, value: V) {
        self.young.insert(key, value);
        // Whatever was not asked for since the last time goes.
        if self.young.len() >= self.most {
            self.old = mem::take(&mut self.young);
        }
    }

    pub(crate) fn remove(&mut self, key: K) {
        self.young.remove(&key);
        self.old.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_the_number_is_bounded() {
        let mut recent = Recent::new(10);
        recent.put(0, "kept");
        for n in 1..1_000 {
            recent.put(n, "passing");
            assert_eq!(recent.get(0), Some("kept"), "after {n}");
            assert!(recent.young.len() + recent.old.len() <= 20);
        }
        assert_eq!(recent.get(999), Some("passing"));
        assert_eq!(recent.get(900), None);
    }

    #[test]
    fn what_is_removed_is_gone_be_it_new_or_old() {
        let mut recent = Recent::new(2);
        for n in 0..3 {
            recent.put(n, "there");
        }
        for n in 0..3 {
            recent.remove(n);
            assert_eq!(recent.get(n), None, "{n}");
        }
    }
}
