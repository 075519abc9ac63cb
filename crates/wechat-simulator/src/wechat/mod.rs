//! The calls that an app's server makes to WeChat: one file each, and what they have in common.

mod auth;
mod call;
mod checksession;
mod clear_quota;
mod endpoint;
mod getuserphonenumber;
mod getwxacodeunlimit;
mod jscode2session;
mod oauth2_access_token;
mod oauth2_refresh_token;
mod params;
mod resetusersessionkey;
mod stable_token;
mod token;
mod userinfo;

use actix_web::web::ServiceConfig;

pub(crate) use call::Call;
use endpoint::Endpoint;

/// All of them; a fault may be arranged for each.
const ENDPOINTS: &[&Endpoint] = &[
    &jscode2session::ENDPOINT,
    &oauth2_access_token::ENDPOINT,
    &oauth2_refresh_token::ENDPOINT,
    &userinfo::ENDPOINT,
    &auth::ENDPOINT,
    &token::ENDPOINT,
    &stable_token::ENDPOINT,
    &clear_quota::ENDPOINT,
    &clear_quota::ENDPOINT_V2,
    &checksession::ENDPOINT,
    &resetusersessionkey::ENDPOINT,
    &getuserphonenumber::ENDPOINT,
    &getwxacodeunlimit::ENDPOINT,
];

/// Where they are.
pub(crate) fn paths() -> impl Iterator<Item = &'static str> {
    ENDPOINTS.iter().map(|endpoint| endpoint.path)
}

pub(crate) fn routes(config: &mut ServiceConfig) {
    for endpoint in ENDPOINTS {
        endpoint.register(config);
    }
}
