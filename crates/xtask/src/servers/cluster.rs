//! A Redis Cluster of three nodes: the fewest that one can have.

use std::{process::Command, sync::Arc, thread, time::Duration, time::Instant};

use super::{Server, answer, fault::retry, keeper::Keeper, port, process::Process, redis};

const NODES: usize = 3;
const OPTIONS: [&str; 4] = ["--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf"];
const PATIENCE: Duration = Duration::from_secs(30);

/// Starts the nodes, and joins them.
///
/// # Errors
/// What went wrong, as a node's log or the client tells it.
pub(super) fn start(keeper: &Arc<Keeper>) -> Result<Server, String> {
    let (ports, processes) = retry(|| {
        let ports = port::free_with_bus(NODES)?;
        let nodes = ports
            .iter()
            .map(|port| redis::start_on(*port, &format!("redis-cluster-{port}"), &OPTIONS, keeper));
        Ok((ports.clone(), nodes.collect::<Result<Vec<_>, _>>()?))
    })?;
    let addresses: Vec<String> = ports.iter().map(|port| format!("127.0.0.1:{port}")).collect();

    let client = redis::client().ok_or("redis-cli is gone")?;
    let mut join = Command::new(client);
    join.args(["--cluster", "create"])
        .args(&addresses)
        .args(["--cluster-replicas", "0", "--cluster-yes"]);
    Process::start("redis-cluster-create", &mut join, keeper)?.wait_until_done()?;
    wait_until_all_agree(&ports)?;

    Ok(Server {
        url: format!("redis+cluster://{}", addresses.join(",")),
        processes,
    })
}

/// A node refuses every command until it has heard from the others, which the client does not wait for.
fn wait_until_all_agree(ports: &[u16]) -> Result<(), String> {
    let begun = Instant::now();
    while !ports.iter().all(|port| is_ok(*port)) {
        if begun.elapsed() > PATIENCE {
            return Err(format!(
                "The nodes of the Redis Cluster do not agree after {PATIENCE:?}."
            ));
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn is_ok(port: u16) -> bool {
    answer::to(port, "CLUSTER INFO\r\n")
        .is_ok_and(|answer| String::from_utf8_lossy(&answer).contains("cluster_state:ok"))
}
