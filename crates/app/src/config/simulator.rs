use std::net::SocketAddr;

use super::{Environment, keys::Keys, parse, server};

/// `[simulator]`: a pretended WeChat beside the service.
#[derive(Debug)]
pub struct Simulator {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Whether any code signs the demo person in.
    pub knows_every_code: bool,
}

impl Simulator {
    /// `Some(None)` where it is not to run.
    pub(super) fn read(keys: &mut Keys, environment: &Environment) -> Option<Option<Self>> {
        let enabled = keys.get("simulator.enabled", parse::boolean);
        let listen = keys.require("simulator.listen", server::socket_address);
        let knows_every_code = keys.require("simulator.unknown_codes", |text| match text {
            "reject" => Ok(false),
            "demo_person" => Ok(true),
            _ => Err("must be \"reject\" or \"demo_person\""),
        });
        if enabled == Some(true) && !environment.is_development() {
            keys.fault(
                "simulator.enabled",
                "the simulator is for development only: anybody can sign in through it",
            );
        }
        if !enabled.unwrap_or_else(|| environment.is_development()) {
            return Some(None);
        }
        let listen = listen?;
        if !listen.ip().is_loopback() {
            keys.fault(
                "simulator.listen",
                "must be a loopback address: anybody who reaches the simulator can sign in",
            );
        }
        Some(Some(Self {
            listen,
            knows_every_code: knows_every_code?,
        }))
    }
}
