//! The calls below `/simulator`, by which tests and the page's users arrange the world.

mod apps;
mod body;
mod clock;
mod codes;
mod faults;
mod people;
mod phone_data;
mod scans;
mod settings;
mod user_info;

use std::future::ready;

use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Json, PayloadConfig, ServiceConfig};
use actix_web::{HttpResponse, Resource, Route};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::rejection::Rejection;
use crate::server::State;
use crate::world::World;
use body::Body;

const LARGEST_BODY: usize = 64 * 1024;

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.app_data(PayloadConfig::new(LARGEST_BODY));
    resource(
        config,
        "/simulator/apps",
        [web::get().to(apps::list), post(apps::add)],
    );
    resource(
        config,
        "/simulator/people",
        [web::get().to(people::list), post(people::put)],
    );
    resource(config, "/simulator/codes", [post(codes::issue)]);
    resource(config, "/simulator/user-info", [post(user_info::make)]);
    resource(config, "/simulator/phone-data", [post(phone_data::make)]);
    resource(
        config,
        "/simulator/settings",
        [web::get().to(settings::show), post(settings::change)],
    );
    resource(config, "/simulator/scan", [post(scans::scan)]);
    resource(config, "/simulator/scans", [web::get().to(scans::list)]);
    resource(config, "/simulator/clock", [post(clock::advance)]);
    resource(
        config,
        "/simulator/faults",
        [
            web::get().to(faults::list),
            post(faults::add),
            web::delete().to(faults::delete),
        ],
    );
    resource(config, "/simulator/reset", [web::post().to(clock::reset)]);
}

fn resource(config: &mut ServiceConfig, path: &str, routes: impl IntoIterator<Item = Route>) {
    let resource = routes.into_iter().fold(web::resource(path), Resource::route);
    config.service(resource.default_service(web::to(async || {
        HttpResponse::from_error(Rejection::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "This call takes another method.",
        ))
    })));
}

/// A call that reads a JSON object, changes the world and answers in JSON.
fn post<Q, A>(call: fn(&mut World, &Q) -> Result<A, Rejection>) -> Route
where
    Q: DeserializeOwned + 'static,
    A: Serialize + 'static,
{
    web::post().to(move |state: Data<State>, Body(request): Body<Q>| {
        let answer = call(&mut state.world(), &request);
        ready(answer.map(Json))
    })
}
