//! The description of the API, made from the handlers themselves.

use actix_web::{HttpResponse, http::header::ContentType};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use super::{
    decrypt, health, introspect, log_in_mini_program, log_in_mobile_app, login_methods, me, phone, session,
    sessions, users, verify, web_login,
};

#[derive(OpenApi)]
#[openapi(
    info(title = "wechat-login", description = "Signs people in from WeChat, and tells backends who a token belongs to."),
    paths(
        log_in_mini_program::handle, log_in_mobile_app::handle, web_login::door::choose, web_login::enter::web,
        web_login::enter::official_account, web_login::begin::handle, web_login::callback::web,
        web_login::callback::official_account, web_login::finish::handle, web_login::status::show, session::show, session::log_out,
        sessions::list, sessions::revoke, sessions::revoke_all, me::show, me::edit, login_methods::list, login_methods::link,
        login_methods::unlink, phone::bind, verify::handle, introspect::handle, users::show, decrypt::handle, health::live,
        health::ready,
    ),
    modifiers(&Schemes)
)]
struct Description;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = |scheme, description: &str| {
            SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(scheme)
                    .description(Some(description))
                    .build(),
            )
        };
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", scheme(HttpAuthScheme::Bearer, "The token of a login."));
        let cookie = ApiKeyValue::with_description(
            "__Host-wechat_login",
            "The same token, as browsers keep it; `__Secure-wechat_login` with web.cookie_domain, `wechat_login` without https.",
        );
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        components.add_security_scheme(
            "client",
            scheme(HttpAuthScheme::Basic, "Name and secret of one of [clients]."),
        );
    }
}

/// The OpenAPI 3.1 document as JSON.
#[must_use]
pub fn document() -> String {
    Description::openapi()
        .to_pretty_json()
        .expect("the document is plain data")
}

pub(crate) async fn show() -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::json())
        .body(document())
}
