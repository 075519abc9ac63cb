//! What a request tells of the device that it comes from.

use std::net::IpAddr;

use actix_web::{HttpRequest, http::header::USER_AGENT};
use ipnet::IpNet;
use serde::Deserialize;
use utoipa::ToSchema;
use wechat_login_domain::{Client, FieldFault};

use super::AppState;

/// How an app describes its device; shown to its owner in the list of devices.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct DeviceDescription {
    /// A mini-program's `release`, `trial` or `develop`.
    #[serde(alias = "envVersion")]
    env_version: Option<String>,
    #[serde(alias = "deviceId")]
    device_id: Option<String>,
    #[serde(alias = "deviceName")]
    device_name: Option<String>,
    os: Option<String>,
}

impl DeviceDescription {
    /// The device, as far as it and its connection tell.
    pub(crate) fn into_client(
        self,
        request: &HttpRequest,
        state: &AppState,
        faults: &mut Vec<FieldFault>,
    ) -> Client {
        let mut word = |name: &str, text: Option<String>| {
            Client::parse_word(&text.unwrap_or_default()).unwrap_or_else(|error| {
                faults.push(FieldFault::new(format!("/client/{name}"), error));
                None
            })
        };
        let user_agent = request
            .headers()
            .get(USER_AGENT)
            .and_then(|value| value.to_str().ok());
        Client {
            ip: client_ip(request, state),
            user_agent: user_agent.and_then(Client::shorten_user_agent),
            env_version: word("env_version", self.env_version),
            device_id: word("device_id", self.device_id),
            device_name: word("device_name", self.device_name),
            os: word("os", self.os),
        }
    }
}

fn client_ip(request: &HttpRequest, state: &AppState) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    let forwarded: Vec<&str> = request
        .headers()
        .get_all(&*state.client_ip_header)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    Some(nearest_untrusted(peer, &forwarded, &state.trusted_proxies))
}

/// Each proxy adds whom it saw at the right; the first one from there that is no proxy of ours is the client. What stands left of it is its own claim.
fn nearest_untrusted(peer: IpAddr, forwarded: &[&str], trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: IpAddr| trusted.iter().any(|network| network.contains(&ip));
    let mut nearest = peer.to_canonical();
    for hop in forwarded.iter().rev() {
        if !is_trusted(nearest) {
            break;
        }
        let Ok(ip) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        nearest = ip.to_canonical();
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap(), "127.0.0.1/32".parse().unwrap()];
        let seen = |peer: &str, forwarded: &[&str], trusted: &[IpNet]| {
            nearest_untrusted(peer.parse().unwrap(), forwarded, trusted).to_string()
        };
        assert_eq!(seen("203.0.113.9", &["1.2.3.4"], &trusted), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", &["1.2.3.4"], &[]), "127.0.0.1");
        assert_eq!(
            seen("127.0.0.1", &["1.2.3.4", " 203.0.113.9"], &trusted),
            "203.0.113.9"
        );
        assert_eq!(
            seen("127.0.0.1", &["1.2.3.4", "203.0.113.9", "10.1.1.1"], &trusted),
            "203.0.113.9"
        );
        assert_eq!(seen("127.0.0.1", &["garbage"], &trusted), "127.0.0.1");
        assert_eq!(
            seen("::ffff:127.0.0.1", &["2001:db8::1"], &trusted),
            "2001:db8::1"
        );
        assert_eq!(seen("127.0.0.1", &[], &trusted), "127.0.0.1");
    }
}
