use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use ipnet::IpNet;

use super::{Environment, keys::Keys, parse};

/// `[server]`: how the service is reached, and how it leaves.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub listen: SocketAddr,
    /// How people reach it, without a slash at the end.
    pub public_url: String,
    /// Threads that serve HTTP.
    pub workers: usize,
    /// Whose word on the client's address is taken.
    pub trusted_proxies: Vec<IpNet>,
    /// The header in which they give it.
    pub client_ip_header: String,
    /// How long it says that it is going before it goes.
    pub shutdown_delay: Duration,
    /// How long requests under way may take then.
    pub shutdown_grace: Duration,
    /// The language for people where they name none that we speak.
    pub default_language: Language,
}

/// A language that we speak to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// 简体中文
    Chinese,
    /// English
    English,
}

impl Language {
    /// The language of that BCP 47 tag, if we speak it.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.split('-').next()?.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The tag for `Content-Language`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }
}

impl Server {
    pub(super) fn read(keys: &mut Keys, environment: &Environment) -> Option<Self> {
        let listen = keys.require("server.listen", socket_address);
        let public_url = keys.require("server.public_url", parse::base_url);
        let workers = keys.require("server.workers", |text| {
            text.parse::<usize>()
                .ok()
                .filter(|n| *n <= 1024)
                .ok_or("must be a number from 0 to 1024")
        });
        let trusted_proxies = keys.list("server.trusted_proxies", network);
        let client_ip_header = keys.require("server.client_ip_header", header_name);
        let shutdown_delay = keys.get("server.shutdown_delay", parse::duration);
        let shutdown_grace = keys.require("server.shutdown_grace", parse::duration);
        let default_language = keys.require("server.default_language", |tag| {
            Language::from_tag(tag).ok_or("must be \"zh-CN\" or \"en\"")
        });
        let usual_delay = if environment.is_development() {
            Duration::ZERO
        } else {
            Duration::from_secs(5)
        };
        Some(Self {
            listen: listen?,
            public_url: public_url?.as_str().trim_end_matches('/').to_owned(),
            workers: workers?,
            trusted_proxies: trusted_proxies?,
            client_ip_header: client_ip_header?,
            shutdown_delay: shutdown_delay.unwrap_or(usual_delay),
            shutdown_grace: shutdown_grace?,
            default_language: default_language?,
        })
    }
}

pub(super) fn socket_address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse()
        .map_err(|_names_the_value| "must be an address and a port, such as 127.0.0.1:8080")
}

fn network(text: &str) -> Result<IpNet, &'static str> {
    let address = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse()
        .ok()
        .or_else(address)
        .ok_or("must be addresses or networks, such as 10.0.0.0/8")
}

fn header_name(text: &str) -> Result<String, &'static str> {
    actix_web::http::header::HeaderName::from_bytes(text.as_bytes())
        .map(|name| name.as_str().to_owned())
        .map_err(|_names_the_value| "must be the name of a header")
}
