use actix_web::web::{Data, Json};
use serde::{Deserialize, Serialize};

use crate::rejection::Rejection;
use crate::server::State;
use crate::world::World;

#[derive(Deserialize)]
pub(super) struct Advance {
    advance: String,
}

/// What the virtual clock says, in Unix seconds.
#[derive(Serialize)]
pub(super) struct Time {
    now: u64,
}

pub(super) fn advance(world: &mut World, request: &Advance) -> Result<Time, Rejection> {
    let by = humantime::parse_duration(&request.advance).map_err(|error| {
        Rejection::invalid(format!("\"advance\" must be a duration such as \"5m\": {error}."))
    })?;
    if !world.advance(by) {
        return Err(Rejection::invalid("The clock goes at most ten years ahead."));
    }
    Ok(time(world))
}

/// Takes no body, and ignores one.
pub(super) async fn reset(state: Data<State>) -> Json<Time> {
    let mut world = state.world();
    world.reset();
    Json(time(&mut world))
}

fn time(world: &mut World) -> Time {
    Time {
        now: world.clock.now().as_secs(),
    }
}
