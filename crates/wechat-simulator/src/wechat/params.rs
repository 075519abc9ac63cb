use serde_json::{Map, Value};
use url::form_urlencoded;

/// The parameters of a call, from wherever it has them: first the query, then the body, which is a form or a
/// JSON object. Unknown ones are ignored, empty ones count as missing.
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// Of a call that takes JSON: nothing but the `access_token` comes in the query.
    pub(super) fn of_json(query: &str, body: &[u8]) -> Self {
        let token = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .filter(|(name, _)| name == "access_token");
        let object: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
        let texts = object.into_iter().filter_map(|(name, value)| match value {
            Value::String(text) if name != "access_token" => Some((name, text)),
            _ => None,
        });
        Self(token.chain(texts).collect())
    }

    pub(super) fn parse(query: &str, body: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
        let of_body = match serde_json::from_slice::<Map<String, Value>>(body) {
            Ok(object) => object.into_iter().filter_map(scalar).collect(),
            Err(_no_json) => form_urlencoded::parse(body).into_owned().collect::<Vec<_>>(),
        };
        Self(pairs.chain(of_body).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }
}

fn scalar((name, value): (String, Value)) -> Option<(String, String)> {
    match value {
        Value::String(text) => Some((name, text)),
        Value::Number(_) | Value::Bool(_) => Some((name, value.to_string())),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_and_broken_ones_do_no_harm() {
        let params = Params::parse("a=1&b=&c=%E5%BC%A0+x&d=%FF%&=&&e", b"");
        assert_eq!(
            (params.get("a"), params.get("b"), params.get("c")),
            (Some("1"), None, Some("张 x"))
        );
        assert_eq!((params.get("d"), params.get("e")), (Some("\u{fffd}%"), None));
    }

    #[test]
    fn a_call_that_takes_json_takes_nothing_else() {
        let body = br#"{"code":"c","openid":1,"access_token":"no"}"#;
        let params = Params::of_json("access_token=t&code=q&appid=a", body);
        let all = ["access_token", "code", "openid", "appid"].map(|name| params.get(name));
        assert_eq!(all, [Some("t"), Some("c"), None, None]);
        let form = Params::of_json("", b"code=c");
        assert_eq!((form.get("code"), form.get("access_token")), (None, None));
    }

    #[test]
    fn they_come_from_the_query_a_form_or_json_in_any_mixture() {
        for body in ["b=2&c=3&a=9", r#"{"b":2,"c":"3","a":"9","d":[],"e":null}"#] {
            let params = Params::parse("a=1&c=", body.as_bytes());
            let all = ["a", "b", "c", "d", "e"].map(|name| params.get(name));
            assert_eq!(all, [Some("1"), Some("2"), Some("3"), None, None], "{body}");
        }
    }
}
