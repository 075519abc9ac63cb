use std::{net::SocketAddr, sync::Arc};

use tokio::signal::unix::{SignalKind, signal};

use crate::{
    application::Application,
    config::Config,
    system::{SystemClock, SystemEntropy},
    telemetry,
};

/// Runs the service until it is told to stop.
pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    telemetry::init(&config.environment);
    for key in &config.not_used_yet {
        tracing::warn!(key, "is set, and does nothing in this version");
    }
    let uses_demo_apps = config.wechat.uses_demo_apps;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let application = Application::build(config, Arc::new(SystemClock), Arc::new(SystemEntropy)).await?;
    let address = application.address();
    tracing::info!(%address, "ready");
    if let Some(simulator) = application.simulator_address() {
        println!("{}", welcome(address, simulator, uses_demo_apps));
    }
    application
        .run(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
        .await
}

/// Where to look, and something to paste.
fn welcome(address: SocketAddr, simulator: SocketAddr, uses_demo_apps: bool) -> String {
    let places = format!(
        "\nwechat-login is ready on http://{address}\nThe simulator, a pretended WeChat, is on http://{simulator}\n"
    );
    if !uses_demo_apps {
        return places;
    }
    format!(
        "{places}\nSign the demo person in, and show the session:\n\n  \
         token=$(curl -s http://{address}/v1/login/mini-program -H 'content-type: application/json' \
         -d '{{\"code\":\"the code is a mock one\"}}' | grep -o 'wl_[0-9A-Za-z_-]*')\n  \
         curl -s http://{address}/v1/session -H \"authorization: Bearer $token\"\n"
    )
}
