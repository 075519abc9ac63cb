use url::form_urlencoded;

/// Parameters, each decoded once. Unknown ones are ignored, empty ones count as missing.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, value)| key == name && !value.trim().is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// Whether the parameters of these names that are there come in this order.
    pub(super) fn is_in_order(&self, names: &[&str]) -> bool {
        names
            .iter()
            .filter_map(|name| self.0.iter().position(|(key, _)| key == name))
            .is_sorted()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_once_and_keep_their_order() {
        let query = Query::parse(b"a=http%3A%2F%2Fh%2F%3Fx%3D%2526&b=&b=2&c=+");
        assert_eq!(
            (query.get("a"), query.get("b"), query.get("c")),
            (Some("http://h/?x=%26"), Some("2"), None)
        );
        assert!(query.is_in_order(&["a", "missing", "b", "c"]) && !query.is_in_order(&["b", "a"]));
    }
}
