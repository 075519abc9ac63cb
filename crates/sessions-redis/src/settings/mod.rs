//! Which servers, and under which names.

mod url;

use std::fmt;

use deadpool_redis::redis::{ConnectionInfo, sentinel::SentinelNodeConnectionInfo};

/// Where Redis is, and what our keys begin with.
#[derive(Clone)]
pub struct RedisSettings {
    pub(crate) servers: Servers,
    pub(crate) key_prefix: String,
}

impl fmt::Debug for RedisSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisSettings(…)")
    }
}

/// The ways in which Redis is run.
#[derive(Clone)]
pub(crate) enum Servers {
    One(ConnectionInfo),
    Cluster(Vec<ConnectionInfo>),
    Sentinel {
        sentinels: Vec<ConnectionInfo>,
        master: String,
        node: SentinelNodeConnectionInfo,
    },
}

/// Why a URL or a prefix cannot be used. None of these shows it: a URL may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSettings {
    /// Another scheme, or none.
    #[error(
        "must begin with redis://, rediss://, redis+cluster://, rediss+cluster://, redis+sentinel:// or rediss+sentinel://"
    )]
    Scheme,
    /// No host, an empty one between two commas, or one with characters that no host has.
    #[error("must name its servers as host:port, an IPv6 address in brackets")]
    Host,
    /// More than one server where one is meant.
    #[error("names several servers: that takes redis+cluster:// or redis+sentinel://")]
    SeveralHosts,
    /// No number from 1 to 65535.
    #[error("has a port that is no number from 1 to 65535")]
    Port,
    /// A user without a password, a broken percent sign, or text that is not UTF-8.
    #[error("has credentials that are not user:password or :password (percent-encode : / @ and % in them)")]
    Credentials,
    /// An `@` where the servers are over: what is before it was to be the password.
    #[error(
        "has an @ behind a /, ? or #: is that a password? Percent-encode / ? # @ : and % in it (/ is %2F, @ is %40)"
    )]
    Unencoded,
    /// Not a number of a database.
    #[error("has a database that is no number")]
    Database,
    /// A cluster has one database only.
    #[error("names a database or path, and a cluster has none")]
    ClusterPath,
    /// `redis+sentinel://` without `/master`.
    #[error("must name the master that the sentinels watch: redis+sentinel://host:26379/master")]
    Master,
    /// `?` or `#`.
    #[error("takes no options behind ? or #")]
    Options,
    /// A prefix with which keys could not be told apart, or would all lie on one node of a cluster.
    #[error("must be 1 to 64 ASCII letters, digits, ':', '.', '_' or '-'")]
    KeyPrefix,
}

impl RedisSettings {
    /// Reads the URL of the servers and the prefix of all keys.
    ///
    /// # Errors
    /// [`InvalidSettings`] says what is wrong without showing it.
    pub fn parse(url: &str, key_prefix: &str) -> Result<Self, InvalidSettings> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b":._-".contains(&b);
        if !(1..=64).contains(&key_prefix.len()) || !key_prefix.bytes().all(allowed) {
            return Err(InvalidSettings::KeyPrefix);
        }
        Ok(Self {
            servers: url::Url::split(url)?.servers()?,
            key_prefix: key_prefix.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_has_no_braces_and_is_not_empty() {
        for bad in ["", "{wl}:", "wl *", "会:", &"w".repeat(65)] {
            let fault = RedisSettings::parse("redis://h", bad).err();
            assert_eq!(fault, Some(InvalidSettings::KeyPrefix), "{bad}");
        }
    }

    #[test]
    fn settings_do_not_show_themselves() {
        let settings = RedisSettings::parse("redis://:SECRET@h", "wl:").unwrap();
        assert_eq!(format!("{settings:?}"), "RedisSettings(…)");
    }
}
