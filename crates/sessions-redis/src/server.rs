use std::{sync::Arc, time::Instant};

use deadpool_redis::redis::{Cmd, FromRedisValue, Pipeline, RedisResult, Value, cmd, from_redis_value};
use futures_util::future::try_join_all;
use tokio::{runtime::Handle, sync::mpsc::UnboundedReceiver};
use wechat_login_domain::PortError;

use crate::{
    FeedEvent, failure::Failure, feed, keys::Keys, last_opened::LastOpened, lines::Lines, masters::Masters,
    once::Once, opener::Opener, request::Request, script::ScriptCall, settings::RedisSettings,
};

/// Redis, as the adapters share it.
#[derive(Clone)]
pub(crate) struct Server(Arc<Parts>);

struct Parts {
    opener: Arc<Opener>,
    last_opened: Arc<LastOpened>,
    lines: Lines,
    once: Option<Once>,
    keys: Keys,
    masters: Arc<Masters>,
    runtime: Handle,
}

impl Server {
    /// Connects to nothing yet.
    pub(crate) fn new(settings: &RedisSettings, runtime: Handle) -> RedisResult<Self> {
        let last_opened = Arc::new(LastOpened::new());
        let opener = Arc::new(Opener::new(&settings.servers, Arc::clone(&last_opened))?);
        Ok(Self(Arc::new(Parts {
            lines: Lines::new(Arc::clone(&opener), runtime.clone()),
            once: Once::new(&settings.servers, runtime.clone())?,
            opener,
            last_opened,
            keys: Keys::new(&settings.key_prefix),
            masters: Arc::new(Masters::new(&settings.servers)?),
            runtime,
        })))
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.0.keys
    }

    pub(crate) fn opener(&self) -> &Opener {
        &self.0.opener
    }

    pub(crate) fn masters(&self) -> &Masters {
        &self.0.masters
    }

    /// What may be done twice without harm: it is tried once more if the connection was lost.
    pub(crate) async fn ask<T: FromRedisValue>(&self, request: impl Into<Request>) -> Result<T, Failure> {
        let answer = self.0.lines.ask(&request.into()).await?;
        Ok(from_redis_value(answer)?)
    }

    /// What must be done once at most. Where this fails, it may have been done.
    pub(crate) async fn ask_once<T: FromRedisValue>(&self, command: Cmd) -> Result<T, Failure> {
        let answer = match &self.0.once {
            Some(once) => once.ask(command).await?,
            None => self.0.lines.ask_once(&Request::Command(command)).await?,
        };
        Ok(from_redis_value(answer)?)
    }

    /// Writes to several keys, all of which may be done twice: one round trip, side by side on a cluster, whose pipelines reach one node only.
    pub(crate) async fn write_all(&self, commands: Vec<Write>) -> Result<(), Failure> {
        if self.0.opener.is_cluster() {
            let requests: Vec<Request> = commands.into_iter().map(Request::from).collect();
            try_join_all(requests.iter().map(|request| self.0.lines.ask(request))).await?;
            return Ok(());
        }
        let mut pipeline = Pipeline::with_capacity(commands.len());
        for command in commands {
            pipeline.add_command(match command {
                Write::Command(command) => command,
                // In a pipeline nobody could send it again with its text.
                Write::Script(call) => call.whole,
            });
        }
        self.0.lines.ask(&Request::Pipeline(pipeline)).await?;
        Ok(())
    }

    /// When the last of the lines was opened.
    pub(crate) fn connected_since(&self) -> Instant {
        self.0.last_opened.get()
    }

    pub(crate) fn runtime(&self) -> &Handle {
        &self.0.runtime
    }

    pub(crate) fn feed(&self) -> UnboundedReceiver<FeedEvent> {
        feed::begin(&self.0.runtime, Arc::clone(&self.0.masters), self.0.keys.clone())
    }

    pub(crate) async fn ping(&self) -> Result<(), PortError> {
        let _pong: Value = self.ask(cmd("PING")).await?;
        Ok(())
    }
}

/// One of several writes.
pub(crate) enum Write {
    Command(Cmd),
    Script(ScriptCall),
}

impl From<Write> for Request {
    fn from(write: Write) -> Self {
        match write {
            Write::Command(command) => Self::Command(command),
            Write::Script(call) => Self::Script(call),
        }
    }
}
