use actix_web::HttpRequest;
use url::form_urlencoded;
use wechat_login_domain::Error;

/// The parameters of an address.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Those of this request's address.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let pairs = form_urlencoded::parse(request.query_string().as_bytes());
        Self(pairs.into_owned().collect())
    }

    /// A parameter that is there once: who sends it twice means two things.
    ///
    /// # Errors
    /// [`Error::InvalidRequest`] where it is there more than once.
    pub(crate) fn get(&self, name: &str) -> Result<Option<&str>, Error> {
        let mut values = self.0.iter().filter(|(key, _)| key == name);
        let first = values.next().map(|(_, value)| value.as_str());
        if values.next().is_some() {
            return Err(Error::invalid(format!("/{name}"), "is there twice"));
        }
        Ok(first)
    }
}
