//! `/healthz` and `/readyz`: for whoever restarts us, and whoever sends us requests.

use std::sync::atomic::{AtomicU8, Ordering};

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;

/// Whether requests should come here.
#[derive(Debug, Default)]
pub struct Readiness(AtomicU8);

const STARTING: u8 = 0;
const READY: u8 = 1;
const DRAINING: u8 = 2;

impl Readiness {
    /// From now on, yes.
    pub fn start(&self) {
        self.0.store(READY, Ordering::Relaxed);
    }

    /// From now on, no more.
    pub fn drain(&self) {
        self.0.store(DRAINING, Ordering::Relaxed);
    }

    fn word(&self) -> &'static str {
        match self.0.load(Ordering::Relaxed) {
            STARTING => "starting",
            READY => "ready",
            _ => "draining",
        }
    }
}

/// That the process answers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Live {
    #[schema(example = "ok")]
    status: &'static str,
}

/// Whether requests should come here, and how the dependencies are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ready {
    /// `starting`, `ready` or `draining`.
    status: &'static str,
    dependencies: Dependencies,
}

/// How each dependency is: `ok`, or `degraded` where it does not answer in time or takes no writes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Dependencies {
    database: &'static str,
    /// Absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    redis: Option<&'static str>,
}

/// The process answers.
#[utoipa::path(get, path = "/healthz", operation_id = "is_live", tag = "operation", responses((status = 200, body = Live)))]
pub(crate) async fn live() -> Json<Live> {
    Json(Live { status: "ok" })
}

/// 200 while requests should come here: a dependency that is down or takes no writes is told and changes nothing, unless `strict=1` asks
/// for that.
#[utoipa::path(
    get, path = "/readyz", operation_id = "is_ready", tag = "operation",
    params(("strict" = Option<u8>, Query, description = "1: a dependency that is degraded is 503")),
    responses((status = 200, body = Ready), (status = 503, body = Ready))
)]
pub(crate) async fn ready(request: HttpRequest) -> HttpResponse {
    let state = AppState::of(&request);
    let is_strict = request.query_string().split('&').any(|pair| pair == "strict=1");
    let condition = state.condition.now(&state.runtime).await;
    let status = state.readiness.word();
    let is_ready = status == "ready" && (condition.is_well() || !is_strict);
    let code = if is_ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let word = |is_ok| if is_ok { "ok" } else { "degraded" };
    HttpResponse::build(code).json(Ready {
        status,
        dependencies: Dependencies {
            database: word(condition.is_database_well),
            redis: condition.is_redis_well.map(word),
        },
    })
}
