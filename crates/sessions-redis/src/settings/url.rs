use deadpool_redis::redis::{
    ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisConnectionInfo, TlsMode,
    sentinel::SentinelNodeConnectionInfo,
};

use super::{InvalidSettings, Servers};

const PORT: u16 = 6379;
const SENTINEL_PORT: u16 = 26379;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    One,
    Cluster,
    Sentinel,
}

/// The parts of a URL. The `url` crate knows no list of hosts.
pub(super) struct Url<'a> {
    kind: Kind,
    tls: bool,
    credentials: Option<&'a str>,
    hosts: &'a str,
    path: Option<&'a str>,
}

impl<'a> Url<'a> {
    pub(super) fn split(url: &'a str) -> Result<Self, InvalidSettings> {
        let (scheme, rest) = url.split_once("://").ok_or(InvalidSettings::Scheme)?;
        let (tls, kind) = match scheme {
            "redis" => (false, Kind::One),
            "rediss" => (true, Kind::One),
            "redis+cluster" => (false, Kind::Cluster),
            "rediss+cluster" => (true, Kind::Cluster),
            "redis+sentinel" => (false, Kind::Sentinel),
            "rediss+sentinel" => (true, Kind::Sentinel),
            _ => return Err(InvalidSettings::Scheme),
        };
        if rest
            .split_once(['/', '?', '#'])
            .is_some_and(|(_, path)| path.contains('@'))
        {
            return Err(InvalidSettings::Unencoded);
        }
        if rest.contains(['?', '#']) {
            return Err(InvalidSettings::Options);
        }
        let (authority, path) = match rest.split_once('/') {
            Some((authority, path)) => (authority, Some(path).filter(|path| !path.is_empty())),
            None => (rest, None),
        };
        let (credentials, hosts) = match authority.rsplit_once('@') {
            Some((credentials, hosts)) => (Some(credentials), hosts),
            None => (None, authority),
        };
        Ok(Self {
            kind,
            tls,
            credentials,
            hosts,
            path,
        })
    }

    pub(super) fn servers(&self) -> Result<Servers, InvalidSettings> {
        // Proxies refuse `CLIENT SETINFO`, and nobody needs it.
        let mut redis = RedisConnectionInfo::default().set_skip_set_lib_name();
        if let Some(credentials) = self.credentials {
            let (user, password) = credentials
                .split_once(':')
                .filter(|(_, password)| !password.is_empty())
                .ok_or(InvalidSettings::Credentials)?;
            if !user.is_empty() {
                redis = redis.set_username(decode(user)?);
            }
            redis = redis.set_password(decode(password)?);
        }
        match self.kind {
            Kind::One => {
                let redis = redis.set_db(database(self.path)?);
                let [host] = self
                    .hosts(PORT)?
                    .try_into()
                    .map_err(|_several: Vec<_>| InvalidSettings::SeveralHosts)?;
                Ok(Servers::One(at(host, redis)?))
            }
            Kind::Cluster if self.path.is_some() => Err(InvalidSettings::ClusterPath),
            Kind::Cluster => {
                let nodes = self.hosts(PORT)?.into_iter().map(|host| at(host, redis.clone()));
                Ok(Servers::Cluster(nodes.collect::<Result<_, _>>()?))
            }
            Kind::Sentinel => {
                let path = self.path.ok_or(InvalidSettings::Master)?;
                let (master, number) = match path.split_once('/') {
                    Some((master, number)) => (master, Some(number)),
                    None => (path, None),
                };
                let node = SentinelNodeConnectionInfo::default()
                    .set_redis_connection_info(redis.set_db(database(number)?));
                let plain = RedisConnectionInfo::default().set_skip_set_lib_name();
                let sentinels = self.hosts(SENTINEL_PORT)?.into_iter();
                Ok(Servers::Sentinel {
                    sentinels: sentinels
                        .map(|host| at(host, plain.clone()))
                        .collect::<Result<_, _>>()?,
                    master: decode(master)
                        .ok()
                        .filter(|name| !name.is_empty())
                        .ok_or(InvalidSettings::Master)?,
                    node: if self.tls {
                        node.set_tls_mode(TlsMode::Secure)
                    } else {
                        node
                    },
                })
            }
        }
    }

    fn hosts(&self, default_port: u16) -> Result<Vec<ConnectionAddr>, InvalidSettings> {
        let read = |text: &str| {
            let (host, port) = host_and_port(text, default_port)?;
            Ok(if self.tls {
                ConnectionAddr::TcpTls {
                    host,
                    port,
                    insecure: false,
                    tls_params: None,
                }
            } else {
                ConnectionAddr::Tcp(host, port)
            })
        };
        self.hosts.split(',').map(read).collect()
    }
}

fn at(address: ConnectionAddr, redis: RedisConnectionInfo) -> Result<ConnectionInfo, InvalidSettings> {
    let info = address
        .into_connection_info()
        .map_err(|_shows_the_value| InvalidSettings::Host)?;
    Ok(info.set_redis_settings(redis))
}

fn host_and_port(text: &str, default_port: u16) -> Result<(String, u16), InvalidSettings> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']').ok_or(InvalidSettings::Host)?;
            address
                .parse::<std::net::Ipv6Addr>()
                .map_err(|_shows_the_value| InvalidSettings::Host)?;
            let port = match port.strip_prefix(':') {
                None if port.is_empty() => None,
                Some(port) => Some(port),
                None => return Err(InvalidSettings::Host),
            };
            (address, port)
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b":.-_".contains(&b);
    if host.is_empty() || !host.bytes().all(allowed) {
        return Err(InvalidSettings::Host);
    }
    let port = match port {
        None => default_port,
        Some(port) => number(port)
            .filter(|port| *port > 0)
            .ok_or(InvalidSettings::Port)?,
    };
    Ok((host.to_owned(), port))
}

fn database(text: Option<&str>) -> Result<i64, InvalidSettings> {
    match text.filter(|text| !text.is_empty()) {
        None => Ok(0),
        Some(text) => number::<u16>(text)
            .map(i64::from)
            .ok_or(InvalidSettings::Database),
    }
}

/// Rust's own parsers also take a plus sign.
fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn decode(text: &str) -> Result<String, InvalidSettings> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte == b'%' {
            let (digits, after) = after.split_at_checked(2).ok_or(InvalidSettings::Credentials)?;
            let digit = |b: u8| char::from(b).to_digit(16).and_then(|n| u8::try_from(n).ok());
            let (high, low) = digit(digits[0])
                .zip(digit(digits[1]))
                .ok_or(InvalidSettings::Credentials)?;
            bytes.push(high << 4 | low);
            rest = after;
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).map_err(|_shows_the_value| InvalidSettings::Credentials)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Servers, InvalidSettings> {
        Url::split(url)?.servers()
    }

    fn one(url: &str) -> ConnectionInfo {
        match parse(url) {
            Ok(Servers::One(info)) => info,
            _ => panic!("{url}"),
        }
    }

    #[test]
    fn one_server_may_have_credentials_a_port_and_a_database() {
        let info = one("redis://app:p%40ss%3Aw%25rd@cache.internal:6380/3");
        assert_eq!(info.addr().to_string(), "cache.internal:6380");
        let redis = info.redis_settings();
        assert_eq!(redis.username(), Some("app"));
        assert_eq!(redis.password(), Some("p@ss:w%rd"));
        assert_eq!(redis.db(), 3);

        let bare = one("redis://localhost");
        assert_eq!(bare.addr().to_string(), "localhost:6379");
        assert_eq!(
            (bare.redis_settings().password(), bare.redis_settings().db()),
            (None, 0)
        );
        assert_eq!(one("redis://[::1]:7/").addr().to_string(), "::1:7");
        assert_eq!(one("redis://:only@h").redis_settings().username(), None);
        let plain = one("redis://u:p@s:s@h");
        assert_eq!(
            (
                plain.addr().to_string().as_str(),
                plain.redis_settings().password()
            ),
            ("h:6379", Some("p@s:s")),
            "what can be understood is not refused"
        );
    }

    #[test]
    fn an_s_asks_for_tls_and_checks_the_certificate() {
        let info = one("rediss://cache.internal");
        assert!(matches!(
            info.addr(),
            ConnectionAddr::TcpTls { insecure: false, .. }
        ));
    }

    #[test]
    fn a_cluster_is_a_list_of_nodes() {
        let Ok(Servers::Cluster(nodes)) = parse("redis+cluster://u:p@h1:7000,h2:7001,[::1]") else {
            panic!("it is a cluster");
        };
        let addresses: Vec<_> = nodes.iter().map(|node| node.addr().to_string()).collect();
        assert_eq!(addresses, ["h1:7000", "h2:7001", "::1:6379"]);
        assert!(
            nodes
                .iter()
                .all(|node| node.redis_settings().password() == Some("p"))
        );
    }

    #[test]
    fn sentinels_name_their_master() {
        let url = "rediss+sentinel://:p@s1,s2:26380/shop/2";
        let Ok(Servers::Sentinel {
            sentinels, master, ..
        }) = parse(url)
        else {
            panic!("they are sentinels");
        };
        assert_eq!(master, "shop");
        let addresses: Vec<_> = sentinels.iter().map(|one| one.addr().to_string()).collect();
        assert_eq!(addresses, ["s1:26379", "s2:26380"]);
    }

    #[test]
    fn whatever_else_is_a_fault_that_does_not_show_the_value() {
        use InvalidSettings as Fault;
        let faults = [
            ("", Fault::Scheme),
            ("localhost:6379", Fault::Scheme),
            ("http://SECRET", Fault::Scheme),
            ("redis://", Fault::Host),
            ("redis://:SECRET@", Fault::Host),
            ("redis://SEC RET", Fault::Host),
            ("redis://[SECRET]", Fault::Host),
            ("redis://h1,h2", Fault::SeveralHosts),
            ("redis+cluster://h1,,h2", Fault::Host),
            ("redis+cluster://h1/0", Fault::ClusterPath),
            ("redis://h:SECRET", Fault::Port),
            ("redis://h:0", Fault::Port),
            ("redis://h:65536", Fault::Port),
            ("redis://h:+1", Fault::Port),
            ("redis://SECRET@h", Fault::Credentials),
            ("redis://u:@h", Fault::Credentials),
            ("redis://u:SECRET%2@h", Fault::Credentials),
            ("redis://u:SECRET%zz@h", Fault::Credentials),
            ("redis://u:SECRET%ff@h", Fault::Credentials),
            ("redis://h/SECRET", Fault::Database),
            ("redis://h/1/2", Fault::Database),
            ("redis+sentinel://h", Fault::Master),
            ("redis+sentinel://h/", Fault::Master),
            ("redis+sentinel://h//1", Fault::Master),
            ("redis+sentinel://h/m/SECRET", Fault::Database),
            ("redis://h?password=SECRET", Fault::Options),
            ("redis://h#SECRET", Fault::Options),
            ("redis://:SEC/RET@h", Fault::Unencoded),
            ("redis://:12/SECRET@h:6379/1", Fault::Unencoded),
            ("redis://u:SEC@RET/@h", Fault::Unencoded),
            ("redis://u:SECRET?@h", Fault::Unencoded),
            ("redis://u:#SECRET@h", Fault::Unencoded),
            ("rediss+sentinel://:SEC/RET@h/m/1", Fault::Unencoded),
            ("redis+cluster://:SEC/RET@h1,h2", Fault::Unencoded),
        ];
        for (url, fault) in faults {
            assert_eq!(parse(url).err(), Some(fault), "{url}");
            let text = fault.to_string();
            assert!(!text.contains("SECRET") && !text.contains('\n'), "{text}");
        }
    }
}
