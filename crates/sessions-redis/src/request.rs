use deadpool_redis::redis::{
    Cmd, ErrorKind, Pipeline, RedisResult, ServerErrorKind, Value, aio::ConnectionLike,
};

use crate::script::ScriptCall;

/// What is asked of Redis in one round trip.
pub(crate) enum Request {
    Command(Cmd),
    Script(ScriptCall),
    /// For a single server: on a cluster the keys of a pipeline lie on different nodes.
    Pipeline(Pipeline),
}

impl Request {
    pub(crate) async fn send(&self, connection: &mut impl ConnectionLike) -> RedisResult<Value> {
        match self {
            Self::Command(command) => command.query_async(connection).await,
            Self::Script(call) => match call.by_hash.query_async(connection).await {
                Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                    call.whole.query_async(connection).await
                }
                answer => answer,
            },
            Self::Pipeline(pipeline) => pipeline.query_async(connection).await,
        }
    }
}

impl From<Cmd> for Request {
    fn from(command: Cmd) -> Self {
        Self::Command(command)
    }
}

impl From<ScriptCall> for Request {
    fn from(call: ScriptCall) -> Self {
        Self::Script(call)
    }
}
