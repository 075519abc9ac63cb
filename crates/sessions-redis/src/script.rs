//! Scripts that touch one key. Redis runs a script with nobody in between.

use std::sync::OnceLock;

use deadpool_redis::redis::{Cmd, Script as Hashed, ToRedisArgs, cmd};

/// A script that Redis keeps by the hash of its text.
pub(crate) struct Script {
    text: &'static str,
    hash: OnceLock<String>,
}

impl Script {
    pub(crate) const fn new(text: &'static str) -> Self {
        Self {
            text,
            hash: OnceLock::new(),
        }
    }

    /// Begins a call for this key.
    pub(crate) fn on(&self, key: &str) -> ScriptCall {
        let hash = self
            .hash
            .get_or_init(|| Hashed::new(self.text).get_hash().to_owned());
        let begin = |command: &str, script: &str| {
            let mut command = cmd(command);
            command.arg(script).arg(1).arg(key);
            command
        };
        ScriptCall {
            by_hash: begin("EVALSHA", hash),
            whole: begin("EVAL", self.text),
        }
    }
}

/// A script with its key and arguments.
pub(crate) struct ScriptCall {
    /// What is sent.
    pub(crate) by_hash: Cmd,
    /// What is sent where Redis does not know the hash, after a restart for instance. It does afterwards.
    pub(crate) whole: Cmd,
}

impl ScriptCall {
    pub(crate) fn arg(mut self, value: impl ToRedisArgs + Copy) -> Self {
        self.by_hash.arg(value);
        self.whole.arg(value);
        self
    }
}
