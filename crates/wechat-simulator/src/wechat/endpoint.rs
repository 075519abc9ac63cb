use std::pin::Pin;
use std::time::Duration;

use actix_web::http::{Method, StatusCode, header};
use actix_web::web::{self, Bytes, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::call::Call;
use crate::answer::Answer;
use crate::faults::{Answering, Effect};
use crate::server::State;
use crate::wire::{Family, Refusal, json};
use crate::world::World;

/// One call of WeChat's.
pub(crate) struct Endpoint {
    pub(crate) path: &'static str,
    pub(crate) methods: Methods,
    pub(crate) family: Family,
    pub(crate) answer: fn(&mut World, &Call) -> Result<Reply, Refusal>,
}

/// How a call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Methods {
    /// With JSON in the body, and the `access_token` in the query.
    Post,
    /// POST, with the parameters wherever they are.
    PostAnywhere,
    /// GET by the documents, and SDKs that post the same parameters are answered too.
    Both,
}

/// What WeChat says where it does not refuse.
pub(crate) enum Reply {
    Json(String),
    Image {
        content_type: &'static str,
        bytes: Vec<u8>,
    },
}

impl Reply {
    pub(crate) fn json(value: &impl Serialize) -> Self {
        Self::Json(json(value))
    }

    /// Done, and nothing more to say.
    pub(crate) fn ok() -> Self {
        Self::Json(r#"{"errcode":0,"errmsg":"ok"}"#.to_owned())
    }
}

impl Methods {
    fn check(self, method: &Method) -> Result<(), Refusal> {
        let is_allowed = match self {
            Self::Post | Self::PostAnywhere => *method == Method::POST,
            Self::Both => *method == Method::GET || *method == Method::POST,
        };
        match self {
            _ if is_allowed => Ok(()),
            Self::Post | Self::PostAnywhere => Err(Refusal::REQUIRE_POST),
            Self::Both => Err(Refusal::REQUIRE_GET),
        }
    }
}

impl Endpoint {
    pub(super) fn register(&'static self, config: &mut ServiceConfig) {
        config.service(
            web::resource(self.path)
                .route(web::route().to(move |request, state, body| self.serve(request, state, body))),
        );
    }

    fn serve(
        &'static self,
        request: HttpRequest,
        state: Data<State>,
        body: Result<Bytes, actix_web::Error>,
    ) -> Pin<Box<dyn Future<Output = HttpResponse>>> {
        Box::pin(async move {
            if request.headers().contains_key(header::TRANSFER_ENCODING) {
                return HttpResponse::new(StatusCode::PRECONDITION_FAILED);
            }
            let body = match body {
                Ok(body) => body.to_vec(),
                Err(error) => return HttpResponse::new(error.as_response_error().status_code()),
            };
            let from = request.peer_addr().map(|peer| peer.ip());
            let origin = {
                let reached = request.connection_info();
                format!("{}://{}", reached.scheme(), reached.host())
            };
            let mut call = Call::new(request.query_string(), body, from, origin);
            if self.methods == Methods::Post {
                call = call.json_only(request.query_string());
            }
            self.reply(request, &state, &call).await
        })
    }

    /// HTTP 200 whatever happens, unless a fault was asked for.
    async fn reply(&self, request: HttpRequest, state: &State, call: &Call) -> HttpResponse {
        let (effect, outcome, now) = {
            let mut world = state.world();
            let effect = world.faults.next_for(self.path, call);
            if let Some(Effect::RevokedToken) = effect.as_deref() {
                world.revoke_token(call.get("access_token").unwrap_or_default());
            }
            let is_prevented = effect.as_ref().is_some_and(|effect| effect.prevents());
            let outcome = (!is_prevented).then(|| self.carry_out(request.method(), &mut world, call));
            (effect, outcome, world.clock.now())
        };
        let answer = match outcome {
            Some(outcome) => self.write(outcome, now),
            None => Answer::ok(self.family.content_type(), Bytes::new()),
        };
        let Some(effect) = effect else {
            return answer.into();
        };
        tracing::debug!(path = self.path, ?effect, "a fault that was asked for");
        let family = self.family;
        Answering {
            request,
            family,
            now,
            answer,
        }
        .with(&effect)
        .await
    }

    fn carry_out(&self, method: &Method, world: &mut World, call: &Call) -> Result<Reply, Refusal> {
        self.methods.check(method)?;
        (self.answer)(world, call)
    }

    fn write(&self, outcome: Result<Reply, Refusal>, now: Duration) -> Answer {
        let errcode = outcome.as_ref().map_or_else(|refusal| refusal.errcode, |_| 0);
        tracing::debug!(path = self.path, wechat.errcode = errcode, "answered as WeChat");
        match outcome {
            Ok(Reply::Image { content_type, bytes }) => Answer::ok(content_type, bytes),
            Ok(Reply::Json(text)) => Answer::ok(self.family.content_type(), text),
            Err(refusal) => Answer::ok(self.family.content_type(), self.family.refusal(&refusal, now)),
        }
    }
}
