//! Free TCP ports on the loopback interface.

use std::net::{Ipv4Addr, TcpListener};

/// A node of a Redis Cluster talks to the others on its port and this much.
const BUS: u16 = 10_000;
const TRIES: usize = 200;

/// A port that nobody listens on now. Somebody may before our server does, so that whoever uses it has to try again.
///
/// # Errors
/// That there is none.
pub(super) fn free() -> Result<u16, String> {
    let listener = listen(0).map_err(|error| format!("no port is free: {error}"))?;
    Ok(listener.port)
}

/// As many ports, each with its bus port free too, none of them twice.
///
/// # Errors
/// That there are not as many.
pub(super) fn free_with_bus(count: usize) -> Result<Vec<u16>, String> {
    // Held until all are found, so that no two are the same.
    let mut found = Vec::new();
    for _ in 0..TRIES {
        if found.len() == count {
            break;
        }
        let Ok(listener) = listen(0) else { continue };
        if let Some(Ok(bus)) = bus_of(listener.port).map(listen) {
            found.push((listener, bus));
        }
    }
    if found.len() == count {
        Ok(found.iter().map(|(listener, _)| listener.port).collect())
    } else {
        Err(format!(
            "{count} ports with {BUS} above them free are not to be found"
        ))
    }
}

fn bus_of(port: u16) -> Option<u16> {
    port.checked_add(BUS)
}

/// Holds its port.
struct Held {
    port: u16,
    _listener: TcpListener,
}

fn listen(port: u16) -> std::io::Result<Held> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    Ok(Held {
        port: listener.local_addr()?.port(),
        _listener: listener,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_free_port_can_be_listened_on() {
        let port = free().unwrap();
        assert!(port > 0);
        listen(port).unwrap();
    }

    #[test]
    fn ports_with_a_bus_differ_and_leave_room_for_it() {
        let ports = free_with_bus(3).unwrap();
        let buses = ports.iter().map(|port| bus_of(*port).unwrap());
        let all: BTreeSet<u16> = ports.iter().copied().chain(buses).collect();
        assert_eq!(all.len(), 6);
    }

    #[test]
    fn the_highest_ports_have_no_bus() {
        assert_eq!(bus_of(55_535), Some(65_535));
        assert_eq!(bus_of(55_536), None);
    }
}
