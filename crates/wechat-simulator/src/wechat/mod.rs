//! The calls that an app's server makes to WeChat: one file each, and what they have in common.

mod call;
mod endpoint;
mod jscode2session;
mod params;

use actix_web::web::ServiceConfig;

pub(crate) use call::Call;
use endpoint::Endpoint;

/// All of them; a fault may be arranged for each.
const ENDPOINTS: &[&Endpoint] = &[&jscode2session::ENDPOINT];

/// Where they are.
pub(crate) fn paths() -> impl Iterator<Item = &'static str> {
    ENDPOINTS.iter().map(|endpoint| endpoint.path)
}

pub(crate) fn routes(config: &mut ServiceConfig) {
    for endpoint in ENDPOINTS {
        endpoint.register(config);
    }
}
