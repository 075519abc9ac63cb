use actix_web::web::{Data, Json};

use super::body::Body;
use crate::fault::Fault;
use crate::push::{self, Push, Pushed};
use crate::server::State;

pub(super) async fn send(state: Data<State>, Body(request): Body<Push>) -> Result<Json<Pushed>, Fault> {
    push::push(state, request).await.map(Json)
}
