//! The calls below `/sns`, which an app's server makes to learn who has signed in.

mod jscode2session;
mod query;

use std::future::ready;

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::server::State;
use crate::wire::{self, Refusal};
use crate::world::World;
use query::Query;

pub(crate) fn routes(config: &mut ServiceConfig) {
    get(config, "/sns/jscode2session", jscode2session::exchange);
}

/// A call that takes its parameters from the query, and answers another method than GET as WeChat does.
fn get<R: Serialize + 'static>(
    config: &mut ServiceConfig,
    path: &'static str,
    call: fn(&mut World, &Query) -> Result<R, Refusal>,
) {
    let answer = move |request: HttpRequest, state: Data<State>| {
        let query = Query::parse(request.query_string());
        ready(reply(&state, path, |world| call(world, &query)))
    };
    let wrong_method =
        move |state: Data<State>| ready(reply::<()>(&state, path, |_| Err(Refusal::REQUIRE_GET)));
    config.service(
        web::resource(path)
            .route(web::get().to(answer))
            .default_service(web::route().to(wrong_method)),
    );
}

/// HTTP 200 whatever happens, as text without a charset.
fn reply<R: Serialize>(
    state: &State,
    path: &'static str,
    call: impl FnOnce(&mut World) -> Result<R, Refusal>,
) -> HttpResponse {
    let (outcome, now) = {
        let mut world = state.world();
        (call(&mut world), world.clock.now())
    };
    let errcode = outcome.as_ref().map_or_else(|refusal| refusal.errcode, |_| 0);
    tracing::debug!(path, wechat.errcode = errcode, "answered as WeChat");
    let body = outcome.map_or_else(|refusal| refusal.sns_body(now), |answer| wire::json(&answer));
    HttpResponse::Ok()
        .insert_header(("content-type", "text/plain"))
        .body(body)
}
