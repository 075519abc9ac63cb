//! What is logged, and in what form.

use std::io::IsTerminal;

use tracing::{Level, Metadata};
use tracing_subscriber::{
    EnvFilter, Layer, filter::filter_fn, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::config::Environment;

/// Logs to standard output: readable lines in development, a JSON object a line elsewhere. `RUST_LOG` chooses how much.
pub fn init(environment: &Environment) {
    let format = tracing_subscriber::fmt::layer()
        .with_target(false)
        .with_ansi(std::io::stdout().is_terminal());
    let format = if environment.is_development() {
        format.compact().boxed()
    } else {
        tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .boxed()
    };
    let chosen = EnvFilter::builder()
        .with_default_directive(Level::INFO.into())
        .from_env_lossy();
    // Another process's doing, or a test's: the first one stays.
    let _ = tracing_subscriber::registry()
        .with(format.with_filter(chosen).with_filter(filter_fn(may_be_logged)))
        .try_init();
    std::panic::set_hook(Box::new(|panic| {
        // Where, and not with what: a panic's message may quote what it was working on.
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "panicked");
    }));
}

/// Libraries quote what passes through them, and secrets do: whatever `RUST_LOG` says, only their warnings are logged.
fn may_be_logged(metadata: &Metadata<'_>) -> bool {
    let is_ours = metadata.target().starts_with("wechat_login");
    // What strangers send to the port is no error of ours.
    let is_about_strangers = metadata.target().starts_with("actix_http");
    is_ours || (*metadata.level() <= Level::WARN && !is_about_strangers)
}
