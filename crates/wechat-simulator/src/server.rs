use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse, HttpServer};

use crate::rejection::Rejection;
use crate::world::World;
use crate::{Options, connect, control, demo_apps, faults, guard, page, wechat};

/// Two, so that a load test on one machine leaves cores for what it tests.
const WORKERS: usize = 2;
const STOPS_WITHIN: Duration = Duration::from_secs(1);

/// A pretend WeChat that listens. Dropping it ends it at once.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    server: ServerHandle,
}

/// What all workers share.
pub(crate) struct State {
    world: Mutex<World>,
    pub(crate) service_url: String,
    /// Whether only this machine is meant to reach it.
    pub(crate) is_local: bool,
}

impl Simulator {
    /// Starts to answer on `listener`, within the tokio runtime that it is called in (a multi-threaded one).
    ///
    /// # Errors
    /// `PermissionDenied` where the listener's address is not a loopback one and
    /// [`Options::allow_non_loopback`] is not set; otherwise what the operating system says of the listener.
    pub fn start(listener: TcpListener, options: Options) -> io::Result<Self> {
        let address = listener.local_addr()?;
        if !options.allow_non_loopback && !address.ip().to_canonical().is_loopback() {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                format!(
                    "the WeChat simulator lets anybody in, so it must not listen on {address}; use 127.0.0.1"
                ),
            ));
        }
        let state = Data::new(State::new(options));
        let app = move || {
            App::new()
                .app_data(state.clone())
                .wrap(from_fn(guard::check))
                .configure(control::routes)
                .configure(wechat::routes)
                .configure(connect::routes)
                .configure(page::routes)
                .default_service(web::to(async || {
                    HttpResponse::from_error(Rejection::new(StatusCode::NOT_FOUND, "There is nothing here."))
                }))
        };
        let server = HttpServer::new(app)
            .workers(WORKERS)
            .on_connect(faults::remember)
            .disable_signals()
            .shutdown_timeout(STOPS_WITHIN.as_secs())
            .listen(listener)?
            .run();
        let handle = server.handle();
        tokio::spawn(server);
        tracing::info!(%address, "the WeChat simulator listens");
        Ok(Self {
            address,
            server: handle,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it: calls that are under way have a second to finish.
    pub async fn stop(self) {
        if tokio::time::timeout(STOPS_WITHIN, self.server.stop(true))
            .await
            .is_err()
        {
            tracing::debug!("the WeChat simulator is stopped in the middle of a call");
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // The command is sent at once; what it returns only waits for the end.
        drop(self.server.stop(false));
    }
}

impl State {
    pub(crate) fn new(options: Options) -> Self {
        let mut apps = demo_apps();
        apps.extend(options.extra_apps);
        let service_url = options.service_url.as_deref().unwrap_or("http://127.0.0.1:8080");
        Self {
            world: Mutex::new(World::new(apps, options.unknown_codes)),
            is_local: !options.allow_non_loopback,
            service_url: service_url.trim_end_matches('/').to_owned(),
        }
    }

    /// Hold it briefly. A world that a panic left behind is still a world.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
