//! The description of the API, made from the handlers themselves.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header::ContentType},
};
use utoipa::{
    Modify, OpenApi, PartialSchema, ToSchema,
    openapi::{
        Content, Ref, RefOr, Response,
        path::{Operation, PathItem},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::{
    decrypt, health, introspect, log_in_mini_program, log_in_mobile_app, login_methods, me, phone,
    problem::ProblemBody, session, sessions, users, verify, web_login,
};

const JSON: &str = "application/json";
const PROBLEM_JSON: &str = "application/problem+json";
const HTML: &str = "text/html";

#[derive(OpenApi)]
#[openapi(
    info(title = "wechat-login", description = "Signs people in from WeChat, and tells backends who a token belongs to."),
    paths(
        log_in_mini_program::handle, log_in_mobile_app::handle, web_login::door::choose, web_login::enter::web,
        web_login::enter::official_account, web_login::begin::handle, web_login::callback::web,
        web_login::callback::official_account, web_login::finish::handle, web_login::status::show, session::show, session::log_out,
        sessions::list, sessions::revoke, sessions::revoke_all, me::show, me::edit, me::edit_by_post, login_methods::list, login_methods::link,
        login_methods::unlink, phone::bind, verify::handle, introspect::handle, users::show, decrypt::handle, health::live,
        health::ready,
    ),
    modifiers(&Schemes, &MissingBody, &Common)
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

/// A login begins without wishes, too. The macros know bodies that may be null, and none that may be missing.
struct MissingBody;

impl Modify for MissingBody {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let begin = document.paths.paths.get_mut("/v1/login/web/begin");
        let body = begin.and_then(|item| item.post.as_mut()?.request_body.as_mut());
        if let Some(RefOr::T(body)) = body {
            body.required = None;
        }
    }
}

/// What every operation has, so that no handler need say it: failures are problems, and pages where a browser's window asks; anything may go
/// wrong here; and a body may be late, too large, or no such body.
struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        for operation in document.paths.paths.values_mut().flat_map(operations) {
            complete(operation);
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem {
        get,
        post,
        patch,
        delete,
        ..
    } = item;
    [get, post, patch, delete].into_iter().flatten()
}

fn complete(operation: &mut Operation) {
    let responses = &mut operation.responses.responses;
    let mut failures = vec![StatusCode::INTERNAL_SERVER_ERROR];
    if operation.request_body.is_some() {
        failures.extend([
            StatusCode::REQUEST_TIMEOUT,
            StatusCode::PAYLOAD_TOO_LARGE,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ]);
    }
    for status in failures {
        let mut response = Response::default();
        response.content.insert(JSON.to_owned(), problem());
        responses.insert(status.as_str().to_owned(), response.into());
    }
    // Only a browser's window is sent on elsewhere.
    let is_for_window = responses.contains_key(StatusCode::SEE_OTHER.as_str());
    for (status, response) in responses {
        let RefOr::T(response) = response else { continue };
        if response.description.is_empty() {
            let status = status.parse::<StatusCode>().ok();
            let reason = status.and_then(|status| status.canonical_reason());
            response.description = reason.map(str::to_owned).unwrap_or_default();
        }
        // Where it is declared, a body is JSON.
        if response.content.get(JSON) == Some(&problem()) {
            response.content.clear();
            response.content.insert(PROBLEM_JSON.to_owned(), problem());
            if is_for_window {
                let page = Content::new(Some(String::schema()));
                response.content.insert(HTML.to_owned(), page.into());
            }
        }
    }
}

fn problem() -> RefOr<Content> {
    Content::new(Some(Ref::from_schema_name(ProblemBody::name()))).into()
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
