use actix_web::web::{Data, Json};

use super::body::Body;
use crate::push::{self, Push, Pushed};
use crate::rejection::Rejection;
use crate::server::State;

pub(super) async fn send(state: Data<State>, Body(request): Body<Push>) -> Result<Json<Pushed>, Rejection> {
    push::push(state, request).await.map(Json)
}
