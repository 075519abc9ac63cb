use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// A fault as the control API is asked for it, and as it is listed.
///
/// What is missing is an empty text, so that who refuses it can say what there is. A misspelt `times` would make a
/// fault without an end, so here unknown fields are refused.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    pub(crate) endpoint: String,
    pub(crate) kind: String,
    /// Until it is deleted, where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) times: Option<NonZeroU32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) when: Option<When>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delay: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) errcode: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) errmsg: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) field: Option<String>,
    #[serde(deserialize_with = "also_null", skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<usize>,
}

/// Whether the call is carried out where its answer is lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum When {
    /// It is not: the code is unspent.
    #[default]
    Before,
    /// It is: the code is spent.
    After,
}

impl Wanted {
    /// The pause that is asked for, if it can be understood.
    pub(super) fn pause(&self) -> Option<Duration> {
        match (self.ms, &self.delay) {
            (Some(ms), _) => Some(Duration::from_millis(ms)),
            (None, Some(text)) => humantime::parse_duration(text).ok(),
            (None, None) => None,
        }
    }

    pub(super) fn has_pause(&self) -> bool {
        self.ms.is_some() || self.delay.is_some()
    }
}

/// Null is a value to set, and not a missing one.
fn also_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
