use std::net::{SocketAddr, TcpListener};

use anyhow::Context;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use wechat_login_simulator::{Options, Simulator, UnknownCodes};

/// How to run the pretended WeChat.
#[derive(Debug, Args)]
pub(super) struct SimulatorArguments {
    /// Where it listens
    #[arg(long, default_value = "127.0.0.1:8081", value_name = "ADDR")]
    listen: SocketAddr,
    /// Sign the demo person in with any code that it did not hand out
    #[arg(long)]
    any_code_is_the_demo_person: bool,
    /// Listen where others can reach it: whoever does can sign in as anybody
    #[arg(long)]
    i_know_this_is_not_wechat: bool,
}

/// Runs the simulator until it is told to stop.
pub(super) async fn run(arguments: SimulatorArguments) -> anyhow::Result<()> {
    let listener = TcpListener::bind(arguments.listen).with_context(|| {
        format!(
            "cannot listen on {}: choose another address with --listen",
            arguments.listen
        )
    })?;
    listener.set_nonblocking(true)?;
    let unknown_codes = if arguments.any_code_is_the_demo_person {
        UnknownCodes::DemoPerson
    } else {
        UnknownCodes::Reject
    };
    let options = Options {
        unknown_codes,
        allow_non_loopback: arguments.i_know_this_is_not_wechat,
        ..Options::default()
    };
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let simulator = Simulator::start(listener, options)?;
    println!(
        "The simulator, a pretended WeChat, is on http://{}",
        simulator.address()
    );
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    simulator.stop().await;
    Ok(())
}
