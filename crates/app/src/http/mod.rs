//! The HTTP face: routes, bodies in and out, failures.

mod auth;
mod body;
mod browser;
mod context;
mod decrypt;
mod device;
mod encrypted;
mod health;
mod idempotency;
mod introspect;
mod log_in_mini_program;
mod log_in_mobile_app;
mod login;
mod login_methods;
mod me;
mod openapi;
mod pages;
mod phone;
mod preference;
mod problem;
mod query;
mod recall;
mod representation;
mod session;
mod sessions;
mod trace;
mod users;
mod verify;
mod web_login;

use std::sync::Arc;

use actix_web::{
    HttpResponse, Resource, Route,
    web::{self, ServiceConfig},
};
use ipnet::IpNet;
use wechat_login_domain::{
    Apps, Error, ReturnUrls,
    ports::{Clock, Entropy},
    resolve::PhoneJoins,
};

pub(crate) use self::{
    browser::{Cookies, Origins, cors, few_logins},
    context::around,
    pages::Look,
    representation::{Moment, UserBody},
    trace::Trace,
};
pub use self::{health::Readiness, openapi::document, problem::Problem};
use crate::{
    condition::Condition,
    config::{ApiClient, Language},
    runtime::{MainRuntime, Panicked},
    wiring::UseCases,
};

/// What every request is served with.
pub struct AppState {
    pub(crate) use_cases: Arc<UseCases>,
    pub(crate) runtime: MainRuntime,
    pub(crate) condition: Condition,
    pub(crate) readiness: Arc<Readiness>,
    pub(crate) apps: Apps,
    pub(crate) clients: Vec<Arc<ApiClient>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) public_url: Arc<str>,
    pub(crate) default_language: Language,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) client_ip_header: String,
    pub(crate) look: Arc<Look>,
    pub(crate) return_urls: ReturnUrls,
    pub(crate) phone_joins: PhoneJoins,
    pub(crate) cookies: Cookies,
    pub(crate) origins: Origins,
    /// Whether the developer tools' mock code means somebody: only the simulator knows whom.
    pub(crate) takes_mock_code: bool,
}

impl AppState {
    /// Does this on the main runtime and to its end. A connection to the database that was opened on the thread of a request would die
    /// with it, and so would a question whose client went away.
    pub(crate) async fn run<T: Send + 'static, W>(
        &self,
        work: impl FnOnce(Arc<UseCases>) -> W,
    ) -> Result<T, Problem>
    where
        W: Future<Output = Result<T, Error>> + Send + 'static,
    {
        Ok(self.runtime.run(work(Arc::clone(&self.use_cases))).await??)
    }
}

/// All routes. An address answers a method that it does not have with 405 and `Allow`.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource(
            "/v1/login/mini-program",
            "POST",
            [web::post().to(log_in_mini_program::handle)],
        ))
        .service(resource(
            "/v1/login/mobile-app",
            "POST",
            [web::post().to(log_in_mobile_app::handle)],
        ))
        .configure(web_login_routes)
        .service(resource(
            "/v1/session",
            "GET, DELETE",
            [web::get().to(session::show), web::delete().to(session::log_out)],
        ))
        .service(resource(
            "/v1/sessions",
            "GET, DELETE",
            [
                web::get().to(sessions::list),
                web::delete().to(sessions::revoke_all),
            ],
        ))
        .service(resource(
            "/v1/sessions/{id}",
            "DELETE",
            [web::delete().to(sessions::revoke)],
        ))
        .service(resource(
            "/v1/auth/verify",
            "GET",
            [web::get().to(verify::handle)],
        ))
        .service(resource(
            "/oauth2/introspect",
            "POST",
            [web::post().to(introspect::handle)],
        ))
        .service(resource(
            "/v1/me",
            "GET, PATCH, POST",
            [
                web::get().to(me::show),
                web::patch().to(me::edit),
                web::post().to(me::edit_by_post),
            ],
        ))
        .service(resource(
            "/v1/me/login-methods",
            "GET, POST",
            [
                web::get().to(login_methods::list),
                web::post().to(login_methods::link),
            ],
        ))
        .service(resource(
            "/v1/me/login-methods/{id}",
            "DELETE",
            [web::delete().to(login_methods::unlink)],
        ))
        .service(resource("/v1/me/phone", "POST", [web::post().to(phone::bind)]))
        .service(resource("/v1/decrypt", "POST", [web::post().to(decrypt::handle)]))
        .service(resource("/v1/users/{id}", "GET", [web::get().to(users::show)]))
        .service(resource(
            "/healthz",
            "GET, HEAD",
            [web::get().to(health::live), web::head().to(health::live)],
        ))
        .service(resource(
            "/readyz",
            "GET, HEAD",
            [web::get().to(health::ready), web::head().to(health::ready)],
        ))
        .configure(pages::routes)
        .service(resource("/openapi.json", "GET", [web::get().to(openapi::show)]))
        .default_service(web::to(|| async { Err::<HttpResponse, _>(Problem::not_found()) }));
}

fn web_login_routes(config: &mut ServiceConfig) {
    use web_login::{begin, callback, door, enter, finish, status};
    config
        .service(resource("/v1/login", "GET", [web::get().to(door::choose)]))
        .service(resource(
            "/v1/login/web",
            "GET, POST",
            [web::get().to(enter::web), web::post().to(finish::handle)],
        ))
        .service(resource(
            "/v1/login/web/begin",
            "POST",
            [web::post().to(begin::handle)],
        ))
        .service(resource(
            "/v1/login/web/callback",
            "GET",
            [web::get().to(callback::web)],
        ))
        .service(resource(
            "/v1/login/web/{state}",
            "GET",
            [web::get().to(status::show)],
        ))
        .service(resource(
            "/v1/login/official-account",
            "GET",
            [web::get().to(enter::official_account)],
        ))
        .service(resource(
            "/v1/login/official-account/callback",
            "GET",
            [web::get().to(callback::official_account)],
        ));
}

fn resource<const N: usize>(path: &str, allow: &'static str, routes: [Route; N]) -> Resource {
    let unknown_method =
        web::to(move || async move { Err::<HttpResponse, _>(Problem::method_not_allowed(allow)) });
    routes
        .into_iter()
        .fold(web::resource(path), Resource::route)
        .default_service(unknown_method)
}

impl From<Panicked> for Problem {
    fn from(_: Panicked) -> Self {
        Self::internal()
    }
}
