use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};

use super::body;
use super::connection;
use super::effect::{Delivery, Effect, Substitute};
use super::kind::LONGEST;
use crate::answer::Answer;
use crate::wire::{Family, Refusal};

/// A call in the middle of being answered wrongly.
pub(crate) struct Answering {
    pub(crate) request: HttpRequest,
    pub(crate) family: Family,
    pub(crate) now: Duration,
    /// What would be said without the fault; nothing where the call was not carried out.
    pub(crate) answer: Answer,
}

impl Answering {
    pub(crate) async fn with(self, effect: &Effect) -> HttpResponse {
        match effect {
            Effect::Instead(_, substitute) => self.instead(substitute).await,
            Effect::Bent(bend) => {
                let body = bend.apply(&self.answer.body).into();
                Answer { body, ..self.answer }.into()
            }
            Effect::RevokedToken => self.answer.into(),
            Effect::Sent(delivery) => delivery.send(self.answer).await,
        }
    }

    async fn instead(self, substitute: &Substitute) -> HttpResponse {
        match substitute {
            Substitute::Refusal(refusal) => self.refusal(refusal),
            Substitute::Page(page) => page.clone().into(),
            Substitute::Close => ended(),
            Substitute::Reset => {
                connection::end_with_reset(&self.request);
                ended()
            }
            Substitute::Hang => {
                tokio::time::sleep(LONGEST).await;
                ended()
            }
        }
    }

    fn refusal(&self, refusal: &Refusal) -> HttpResponse {
        let body = self.family.refusal(refusal, self.now);
        Answer::ok(self.family.content_type(), body).into()
    }
}

impl Delivery {
    async fn send(&self, answer: Answer) -> HttpResponse {
        let body = answer.body.clone();
        match self {
            Self::Late(pause) => {
                tokio::time::sleep(*pause).await;
                answer.into()
            }
            Self::Drip(pause) => streamed(&answer, body::drip(body, *pause)),
            Self::CutOff => streamed(&answer, body::cut_off(&body)),
            Self::Oversized(size) => streamed(&answer, body::oversized(&body, *size)),
            Self::Truncated => Answer {
                body: body.slice(..body.len() / 2),
                ..answer
            }
            .into(),
            Self::DeeplyNested => Answer {
                body: body::deeply_nested(&body),
                ..answer
            }
            .into(),
            Self::ByteOrderMark => {
                let body = [b"\xEF\xBB\xBF", &body[..]].concat().into();
                Answer { body, ..answer }.into()
            }
            // A charset, too, so that one who believes it reads other letters.
            Self::WrongContentType => Answer {
                content_type: "text/html; charset=gbk",
                ..answer
            }
            .into(),
        }
    }
}

fn streamed(answer: &Answer, body: BoxBody) -> HttpResponse {
    HttpResponse::build(answer.status)
        .insert_header((header::CONTENT_TYPE, answer.content_type))
        .body(body)
}

/// An answer of which no byte is sent.
fn ended() -> HttpResponse {
    HttpResponse::Ok().body(body::nothing())
}
