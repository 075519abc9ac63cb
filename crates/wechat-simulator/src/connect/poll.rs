use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::query::Query;
use crate::qr_login::{QrLogin, Stage};
use crate::server::State;
use crate::world::World;

/// By the virtual clock, so that a test need not wait.
const HOLD: Duration = Duration::from_secs(25);

const EXPIRED: u16 = 402;
const CANCELLED: u16 = 403;
const SCANNED: u16 = 404;
const CONFIRMED: u16 = 405;
const WAITING: u16 = 408;
const BROKEN: u16 = 500;

/// How far a QR code has come, in WeChat's numbers.
#[derive(Debug, Default, PartialEq, Eq)]
struct Progress {
    errcode: u16,
    code: String,
    redirect_uri: Option<String>,
}

/// Answers when something has happened since what the page saw last, or after a while.
pub(super) async fn answer(request: HttpRequest, state: Data<State>) -> HttpResponse {
    let query = Query::parse(request.query_string().as_bytes());
    let last = query.get("last").and_then(|last| last.parse().ok());
    let progress = match query.get("uuid") {
        Some(uuid) => wait(&state, uuid, last).await,
        None => Progress::of(BROKEN),
    };
    let mut response = HttpResponse::Ok();
    response
        .insert_header(("cache-control", "no-store"))
        .insert_header(("x-content-type-options", "nosniff"));
    match query.get("f") {
        Some("json") => response.content_type("application/json").body(progress.json()),
        format => response
            .content_type("text/javascript; charset=utf-8")
            .body(progress.script(format == Some("url"))),
    }
}

async fn wait(state: &State, uuid: &str, last: Option<u16>) -> Progress {
    let until = state.world().clock.now() + HOLD;
    loop {
        let (changed, patience) = {
            let mut world = state.world();
            let changed = world.changes.next();
            let (progress, expires_at) = look(&mut world, uuid);
            if progress.is_news(last) {
                return progress;
            }
            let now = world.clock.now();
            if now >= until {
                return Progress::of(WAITING);
            }
            (changed, until.min(expires_at).saturating_sub(now))
        };
        // Whether it changed or time is up, the next look tells.
        let _ = tokio::time::timeout(patience, changed).await;
    }
}

/// Where the QR code is, and until when it can be there.
fn look(world: &mut World, uuid: &str) -> (Progress, Duration) {
    let now = world.clock.now();
    match world.qr_logins.find(uuid, now) {
        Some(login) => (Progress::at(login), login.expires_at),
        None => (Progress::of(EXPIRED), now),
    }
}

impl Progress {
    fn of(errcode: u16) -> Self {
        Self {
            errcode,
            ..Self::default()
        }
    }

    fn at(login: &QrLogin) -> Self {
        let errcode = match login.stage {
            Stage::Waiting => WAITING,
            Stage::Scanned(_) => SCANNED,
            Stage::Confirmed { .. } => CONFIRMED,
            Stage::Cancelled { .. } => CANCELLED,
        };
        Self {
            errcode,
            code: login.stage.code().map(ToString::to_string).unwrap_or_default(),
            redirect_uri: login.redirect_uri(),
        }
    }

    fn is_news(&self, last: Option<u16>) -> bool {
        match self.errcode {
            WAITING => false,
            SCANNED | CANCELLED => last != Some(self.errcode),
            _ => true,
        }
    }

    /// In WeChat's order.
    fn json(&self) -> String {
        let Self { errcode, code, .. } = self;
        format!(r#"{{"wx_errcode":{errcode},"wx_code":"{code}"}}"#)
    }

    fn script(&self, with_redirect: bool) -> String {
        let Self { errcode, code, .. } = self;
        let script = format!("window.wx_errcode={errcode};window.wx_code='{code}';");
        if !with_redirect {
            return script;
        }
        let uri = self.redirect_uri.as_deref().unwrap_or_default();
        // All else that could end the string is encoded in an address already.
        let uri = uri.replace('\\', "%5C").replace('\'', "%27");
        format!("{script}window.wx_redirecturl='{uri}';")
    }
}

#[cfg(test)]
#[path = "poll_tests.rs"]
mod tests;
