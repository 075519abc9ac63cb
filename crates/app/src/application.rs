//! The service as one thing that starts, serves and stops.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use actix_web::{App, HttpServer, dev::Server, middleware::from_fn, web::Data};
use anyhow::Context;
use tokio::{
    task::AbortHandle,
    time::{Instant, timeout_at},
};
use tracing_actix_web::TracingLogger;
use wechat_login_domain::ports::{Clock, Entropy};
use wechat_login_simulator::{Simulator, UnknownCodes};

use crate::{
    condition::Condition,
    config::{self, Config},
    http::{self, AppState, Cookies, Look, Origins, Readiness, Trace},
    revocation_feed,
    runtime::MainRuntime,
    store::Store,
    wiring::{self, Wired},
};

const SWEEP_EVERY: Duration = Duration::from_mins(1);
/// How long a client may take for the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);

/// The service, bound to its address and not yet serving.
pub struct Application {
    server: Server,
    address: SocketAddr,
    simulator: Option<Simulator>,
    readiness: Arc<Readiness>,
    runtime: MainRuntime,
    background: Vec<AbortHandle>,
    shutdown_delay: Duration,
    shutdown_grace: Duration,
}

impl Application {
    /// Starts the simulator where there is one, opens the store, and binds the address. Must be called on the main runtime.
    ///
    /// # Errors
    /// One line that says what is wrong, and what to do.
    pub async fn build(
        mut config: Config,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> anyhow::Result<Self> {
        let listener = bind(config.server.listen, "server.listen")?;
        let address = listener.local_addr()?;
        if let Some(host) = config.server.public_url.strip_suffix(":0") {
            config.server.public_url = format!("{host}:{}", address.port());
        }
        let simulator = match &config.simulator {
            Some(settings) => Some(start_simulator(settings, &config.wechat, address)?),
            None => None,
        };
        if config.wechat.uses_simulator {
            let address = simulator
                .as_ref()
                .map(Simulator::address)
                .context("demo apps need the simulator")?;
            config.wechat.api_url = Some(format!("http://{address}").parse()?);
            config.wechat.open_url = config.wechat.open_url.or_else(|| config.wechat.api_url.clone());
        }

        let Wired {
            use_cases,
            follow_revocations,
            revocation_feed,
            store,
        } = wiring::wire(&mut config, &clock, &entropy).await?;
        let read_at = follow_revocations
            .run(None)
            .await
            .context("cannot read the record of revocations in the database (database.url)")?;
        let follow_revocations = Arc::new(follow_revocations);
        let background = vec![
            tokio::spawn(revocation_feed::reload(Arc::clone(&follow_revocations))).abort_handle(),
            tokio::spawn(revocation_feed.follow(follow_revocations, read_at)).abort_handle(),
            tokio::spawn(sweep(store.clone(), Arc::clone(&clock))).abort_handle(),
        ];

        let runtime = MainRuntime::current();
        let readiness = Arc::new(Readiness::default());
        let open_url = config
            .wechat
            .open_url
            .clone()
            .unwrap_or_else(wiring::real_open_url);
        let look = Look::new(
            config.pages.clone(),
            &config.server.public_url,
            &open_url,
            &config.web.allowed_return_urls,
        );
        let return_urls = wiring::return_urls(&config)?;
        let server_settings = config.server;
        let state = Data::new(AppState {
            use_cases: Arc::new(use_cases),
            runtime: runtime.clone(),
            condition: Condition::new(store),
            readiness: Arc::clone(&readiness),
            apps: config.wechat.apps(),
            clients: config.clients.into_iter().map(Arc::new).collect(),
            clock,
            entropy,
            public_url: server_settings.public_url.clone().into(),
            default_language: server_settings.default_language,
            trusted_proxies: server_settings.trusted_proxies,
            client_ip_header: server_settings.client_ip_header,
            look: Arc::new(look),
            return_urls,
            phone_joins: config.identity.phone_joins,
            cookies: Cookies::new(
                &server_settings.public_url,
                config.web.cookie_domain,
                config.lifetimes,
            ),
            origins: Origins::new(&server_settings.public_url, config.web.allowed_origins),
            takes_mock_code: config.wechat.takes_mock_code,
        });
        let server = serve(
            listener,
            state,
            server_settings.workers,
            server_settings.shutdown_grace,
        )?;
        Ok(Self {
            server,
            address,
            simulator,
            readiness,
            runtime,
            background,
            shutdown_delay: server_settings.shutdown_delay,
            shutdown_grace: server_settings.shutdown_grace,
        })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the simulator listens.
    #[must_use]
    pub fn simulator_address(&self) -> Option<SocketAddr> {
        self.simulator.as_ref().map(Simulator::address)
    }

    /// Serves until `stop` is done, then lets what is under way end: requests and what they began together have `server.shutdown_grace`.
    ///
    /// # Errors
    /// Where the server fails by itself.
    pub async fn run(self, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
        let handle = self.server.handle();
        let mut serving = tokio::spawn(self.server);
        self.readiness.start();
        tokio::select! {
            ended = &mut serving => {
                ended.context("the server panicked")?.context("the server failed")?;
                anyhow::bail!("the server ended by itself");
            }
            () = stop => {}
        }
        tracing::info!("stopping");
        self.readiness.drain();
        tokio::time::sleep(self.shutdown_delay).await;
        let deadline = Instant::now() + self.shutdown_grace;
        // Where it takes longer the requests are broken off with the program.
        let _answered = timeout_at(deadline, handle.stop(true)).await;
        self.runtime
            .finish(deadline.saturating_duration_since(Instant::now()))
            .await;
        for task in self.background {
            task.abort();
        }
        if let Some(simulator) = self.simulator {
            simulator.stop().await;
        }
        Ok(())
    }
}

fn serve(
    listener: TcpListener,
    state: Data<AppState>,
    workers: usize,
    grace: Duration,
) -> anyhow::Result<Server> {
    let workers = match workers {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        chosen => chosen,
    };
    let app = move || {
        App::new()
            .app_data(state.clone())
            .configure(http::routes)
            .wrap(from_fn(http::few_logins))
            .wrap(from_fn(http::cors))
            .wrap(TracingLogger::<Trace>::new())
            .wrap(from_fn({
                let state = state.clone();
                move |request, next| http::around(state.clone(), request, next)
            }))
    };
    let server = HttpServer::new(app)
        .workers(workers)
        .disable_signals()
        .client_request_timeout(HEAD_TIMEOUT)
        .shutdown_timeout(whole_seconds(grace))
        .listen(listener)?;
    Ok(server.run())
}

/// The server counts in whole seconds, and takes none of them for "at once".
const fn whole_seconds(span: Duration) -> u64 {
    span.as_secs() + (span.subsec_nanos() > 0) as u64
}

fn start_simulator(
    settings: &config::Simulator,
    wechat: &config::WeChat,
    service: SocketAddr,
) -> anyhow::Result<Simulator> {
    let listener = bind(settings.listen, "simulator.listen")?;
    let unknown_codes = if settings.knows_every_code {
        UnknownCodes::DemoPerson
    } else {
        UnknownCodes::Reject
    };
    let options = wechat_login_simulator::Options {
        unknown_codes,
        extra_apps: wechat
            .apps
            .iter()
            .filter_map(|app| app.simulated.clone())
            .collect(),
        service_url: Some(format!("http://{service}")),
        ..Default::default()
    };
    Simulator::start(listener, options).context("cannot start the simulator")
}

fn bind(address: SocketAddr, key: &str) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(address)
        .with_context(|| format!("cannot listen on {address}: choose another address with {key}"))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

async fn sweep(store: Store, clock: Arc<dyn Clock>) {
    let mut tick = tokio::time::interval(SWEEP_EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        store.sweep(clock.now()).await;
    }
}
