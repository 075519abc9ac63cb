use std::time::Duration;

use super::bend::Bend;
use super::kind::KINDS;
use super::wanted::{Wanted, When};
use crate::answer::Answer;
use crate::rejection::Rejection;
use crate::wechat::Call;
use crate::wire::Refusal;

/// What a fault does to a call.
#[derive(Debug)]
pub(crate) enum Effect {
    /// The answer is lost, and this comes in its place.
    Instead(When, Substitute),
    /// The JSON of the answer is another.
    Bent(Bend),
    /// The answer goes over the wire in another way.
    Sent(Delivery),
    /// The call is late by one thing: its `access_token` has just ended. Only for a call that shows one.
    RevokedToken,
}

#[derive(Debug)]
pub(crate) enum Substitute {
    Refusal(Refusal),
    Page(Answer),
    Reset,
    Close,
    Hang,
}

#[derive(Debug)]
pub(crate) enum Delivery {
    Late(Duration),
    /// One byte at a time, with this pause before each.
    Drip(Duration),
    Truncated,
    CutOff,
    Oversized(usize),
    DeeplyNested,
    ByteOrderMark,
    WrongContentType,
}

impl Effect {
    pub(super) fn of(wanted: &Wanted) -> Result<Self, Rejection> {
        let kind = KINDS
            .iter()
            .find(|kind| kind.word == wanted.kind)
            .ok_or_else(unknown_kind)?;
        let effect = (kind.effect)(wanted).ok_or_else(|| {
            Rejection::invalid(format!(
                "A fault of the kind \"{}\" takes {}.",
                kind.word, kind.parameters
            ))
        })?;
        if wanted.when.is_some() && effect.when().is_none() {
            return Err(Rejection::invalid(format!(
                "\"when\" is for faults that take the place of the answer; \"{}\" only changes it.",
                kind.word
            )));
        }
        Ok(effect)
    }

    pub(super) fn when(&self) -> Option<When> {
        match self {
            Self::Instead(when, _) => Some(*when),
            Self::Bent(_) | Self::Sent(_) | Self::RevokedToken => None,
        }
    }

    pub(super) fn fits(&self, call: &Call) -> bool {
        match self {
            Self::RevokedToken => call.get("access_token").is_some(),
            _ => true,
        }
    }

    /// Whether the call is not carried out.
    pub(crate) fn prevents(&self) -> bool {
        self.when() == Some(When::Before)
    }
}

fn unknown_kind() -> Rejection {
    let known: Vec<_> = KINDS.iter().map(|kind| kind.word).collect();
    Rejection::invalid(format!("\"kind\" must be one of {}.", known.join(", ")))
}
