use actix_web::HttpRequest;
use actix_web::web::{Bytes, Data, Json};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use super::body;
use crate::faults::{KINDS, Kind, Wanted};
use crate::rejection::Rejection;
use crate::server::State;
use crate::world::World;

/// The faults that are still to happen, and the words for those that may be asked for.
#[derive(Serialize)]
pub(super) struct Listed {
    active: Vec<Wanted>,
    kinds: &'static [Kind],
}

#[derive(Default, Deserialize)]
struct Which {
    endpoint: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Deleted {
    deleted: usize,
}

pub(super) async fn list(state: Data<State>) -> Json<Listed> {
    let active = state.world().faults.active().cloned().collect();
    Json(Listed { active, kinds: KINDS })
}

pub(super) fn add(world: &mut World, wanted: &Wanted) -> Result<Wanted, Rejection> {
    world.faults.add(wanted.clone())
}

/// Those of one endpoint, which the query or the body names, or all.
pub(super) async fn delete(
    state: Data<State>,
    request: HttpRequest,
    body: Result<Bytes, actix_web::Error>,
) -> Result<Json<Deleted>, Rejection> {
    let which = which(&request, body)?;
    let deleted = state.world().faults.delete(which.endpoint.as_deref())?;
    Ok(Json(Deleted { deleted }))
}

fn which(request: &HttpRequest, body: Result<Bytes, actix_web::Error>) -> Result<Which, Rejection> {
    let of_query =
        form_urlencoded::parse(request.query_string().as_bytes()).find(|(name, _)| name == "endpoint");
    let body = body.map_err(|error| body::unreadable(&error))?;
    match of_query {
        Some((_, endpoint)) => Ok(Which {
            endpoint: Some(endpoint.into_owned()),
        }),
        None if body.is_empty() => Ok(Which::default()),
        None => body::parse(&body),
    }
}
