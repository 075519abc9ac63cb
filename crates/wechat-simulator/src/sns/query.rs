use url::form_urlencoded;

use crate::app::App;
use crate::wire::Refusal;
use crate::world::World;

/// The parameters of a call. Unknown ones are ignored, empty ones count as missing.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// The app that calls, by its id and secret.
    pub(crate) fn app(&self, world: &World) -> Result<std::sync::Arc<App>, Refusal> {
        let app_id = self.get("appid").ok_or(Refusal::APPID_MISSING)?;
        let app = world.apps.by_id(app_id).ok_or(Refusal::INVALID_APPID)?;
        let secret = self.get("secret").ok_or(Refusal::APPSECRET_MISSING)?;
        if secret == app.secret {
            Ok(app)
        } else {
            Err(Refusal::INVALID_APPSECRET)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_and_broken_ones_do_no_harm() {
        let query = Query::parse("a=1&b=&c=%E5%BC%A0+x&d=%FF%&=&&e");
        assert_eq!(
            (query.get("a"), query.get("b"), query.get("c")),
            (Some("1"), None, Some("张 x"))
        );
        assert_eq!((query.get("d"), query.get("e")), (Some("\u{fffd}%"), None));
    }
}
