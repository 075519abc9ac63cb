use deadpool_redis::redis::{ErrorKind, RedisError, ServerErrorKind};

/// Why Redis cannot be used, and what to do about it: one line, and never what the settings hold.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The client does not take the settings.
    #[error("the Redis client does not take these settings")]
    Settings(#[source] RedisError),
    /// Nobody answers.
    #[error("Redis cannot be reached: check host, port, TLS and firewall, and that the server runs")]
    Unreachable(#[source] Option<RedisError>),
    /// Somebody else answers.
    #[error("what answers does not speak as Redis does: check host and port")]
    NotRedis(#[source] RedisError),
    /// None was given.
    #[error("Redis wants a password: put it into the URL, redis://:password@host:6379")]
    PasswordNeeded,
    /// It is not this one.
    #[error(
        "Redis does not take the user or password of the URL: check both, and percent-encode : / @ and % in them"
    )]
    PasswordWrong,
    /// The user's rights are too few.
    #[error(
        "the Redis user may not do what is needed: allow ~prefix:* &* +@read +@write +@scripting +@connection +@transaction, or what the documentation of sessions-redis lists"
    )]
    NotAllowed(#[source] RedisError),
    /// It is the copy of another server.
    #[error(
        "Redis is a read-only replica: use the address of the master, or redis+sentinel:// which finds it"
    )]
    ReadOnly,
    /// No room.
    #[error("Redis is out of memory: raise maxmemory or free some")]
    OutOfMemory,
    /// It would drop sessions to make room for others.
    #[error(
        "Redis drops keys when memory is short (maxmemory-policy {0}): set maxmemory-policy noeviction, or people are logged out at random"
    )]
    Evicting(String),
    /// It cannot write to its disk, and so refuses to write at all.
    #[error("Redis refuses writes since it cannot save to its disk: see its log")]
    CannotSave,
    /// It reads its data still.
    #[error("Redis is still loading its data: try again when it is done")]
    Loading,
    /// A cluster that does not serve all of its slots.
    #[error("the Redis cluster is down or not complete: see CLUSTER INFO on any of its nodes")]
    ClusterDown,
    /// A server of a cluster behind `redis://`.
    #[error("Redis runs as a cluster: write redis+cluster:// instead of redis://")]
    IsCluster,
    /// A server of its own behind `redis+cluster://`.
    #[error("Redis does not run as a cluster: write redis:// instead of redis+cluster://")]
    IsNoCluster,
    /// No sentinel knows the master.
    #[error(
        "no sentinel knows this master, or none can be reached: check the names, redis+sentinel://host:26379/master"
    )]
    NoMaster(#[source] RedisError),
    /// It is too old, or a proxy that does not know what we need.
    #[error("Redis does not know a command that is needed: 6.2 or newer, and behind a proxy GETDEL and EVAL")]
    TooOld(#[source] RedisError),
    /// Something else.
    #[error("Redis refuses to work")]
    Refused(#[source] RedisError),
}

impl From<RedisError> for ConnectError {
    fn from(error: RedisError) -> Self {
        let detail = error.detail().unwrap_or_default();
        match error.code().unwrap_or_default() {
            "NOAUTH" => return Self::PasswordNeeded,
            "WRONGPASS" => return Self::PasswordWrong,
            "READONLY" => return Self::ReadOnly,
            "OOM" => return Self::OutOfMemory,
            "MISCONF" => return Self::CannotSave,
            "LOADING" => return Self::Loading,
            "MOVED" | "ASK" => return Self::IsCluster,
            "CLUSTERDOWN" => return Self::ClusterDown,
            "NOPERM" => return Self::NotAllowed(error),
            "ERR" if detail.contains("cluster support disabled") => return Self::IsNoCluster,
            "ERR" if detail.starts_with("unknown command") => return Self::TooOld(error),
            _ => {}
        }
        match error.kind() {
            ErrorKind::AuthenticationFailed => Self::PasswordWrong,
            ErrorKind::MasterNameNotFoundBySentinel | ErrorKind::EmptySentinelList => Self::NoMaster(error),
            ErrorKind::Io | ErrorKind::ClusterConnectionNotFound => Self::Unreachable(Some(error)),
            ErrorKind::Parse => Self::NotRedis(error),
            ErrorKind::Server(ServerErrorKind::NoPerm) => Self::NotAllowed(error),
            _ => Self::Refused(error),
        }
    }
}
