use std::fmt;

use secrecy::SecretString;
use wechat_login_domain::AppName;

use super::{Environment, keys::Keys};

/// Shorter ones can be guessed.
const SECRET_LENGTH: usize = 16;

/// `[clients.NAME]`: a backend that may ask about users.
pub struct ApiClient {
    /// Its name: the user name of HTTP Basic.
    pub name: AppName,
    /// Its password.
    pub secret: SecretString,
    /// The apps whose users it may see; empty: all.
    pub apps: Vec<AppName>,
    /// What it may see of them.
    pub claims: Vec<Claim>,
}

impl fmt::Debug for ApiClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiClient({})", self.name)
    }
}

/// Something personal that a backend may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The openids.
    OpenId,
    /// The unionids.
    UnionId,
    /// The whole phone number.
    Phone,
}

pub(super) fn read(
    keys: &mut Keys,
    environment: &Environment,
    app_names: &[String],
) -> Option<Vec<ApiClient>> {
    let names = keys.names("clients");
    let clients: Vec<_> = names
        .iter()
        .map(|name| client(keys, name, environment, app_names))
        .collect();
    clients.into_iter().collect()
}

fn client(keys: &mut Keys, name: &str, environment: &Environment, app_names: &[String]) -> Option<ApiClient> {
    let section = format!("clients.{name}");
    let parsed_name = AppName::parse(name);
    if let Err(error) = &parsed_name {
        keys.fault(&section, format_args!("the name {error}"));
    }
    let key = |field: &str| format!("{section}.{field}");
    let secret = keys.require_secret(&key("secret"), |text| {
        if text.len() >= SECRET_LENGTH || environment.is_development() {
            Ok(SecretString::from(text))
        } else {
            Err("must be 16 characters or more (`openssl rand -base64 32`)")
        }
    });
    let is_known = |app: &AppName| app_names.iter().any(|known| known == app.as_str());
    let apps = keys.list(&key("apps"), |text| {
        AppName::parse(text)
            .ok()
            .filter(is_known)
            .ok_or("must be names of [wechat.apps]")
    });
    let claims = keys.list(&key("claims"), |text| match text {
        "openid" => Ok(Claim::OpenId),
        "unionid" => Ok(Claim::UnionId),
        "phone" => Ok(Claim::Phone),
        _ => Err("must be \"openid\", \"unionid\" or \"phone\""),
    });
    Some(ApiClient {
        name: parsed_name.ok()?,
        secret: secret?,
        apps: apps?,
        claims: claims?,
    })
}
