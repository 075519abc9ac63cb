//! The configuration: layers into one tree, the tree into types, and every fault at once.

mod clients;
mod colour;
mod environment;
mod fault;
mod identity;
mod keys;
mod later;
mod layers;
mod pages;
mod parse;
mod security;
mod server;
mod sessions;
mod simulator;
mod storage;
mod tree;
mod web;
mod wechat;

use std::path::Path;

pub use self::{
    clients::{ApiClient, Claim},
    colour::Colour,
    environment::Environment,
    fault::{Fault, Faults},
    keys::Shown,
    pages::{Link, Pages},
    security::Security,
    server::{Language, Server},
    simulator::Simulator,
    storage::{Database, Sessions, Storage},
    web::Web,
    wechat::{AppWithSecret, WeChat},
};
use self::{keys::Keys, layers::Variables};
use wechat_login_domain::{Lifetimes, resolve::Policy};

/// Everything that can be set.
#[derive(Debug)]
pub struct Config {
    /// Which environment this is.
    pub environment: Environment,
    /// `[server]`
    pub server: Server,
    /// `[database]` and `[sessions]`
    pub storage: Storage,
    /// `[sessions.channels]`
    pub lifetimes: Lifetimes,
    /// `[identity]`
    pub identity: Policy,
    /// `[security]`
    pub security: Security,
    /// `[web]`
    pub web: Web,
    /// `[wechat]`
    pub wechat: WeChat,
    /// `[clients]`
    pub clients: Vec<ApiClient>,
    /// `[pages]`
    pub pages: Pages,
    /// `[simulator]`, where it is to run.
    pub simulator: Option<Simulator>,
    /// Keys that are set and do nothing in this version.
    pub not_used_yet: Vec<String>,
    /// What is in force and where it comes from, secrets hidden.
    pub shown: Vec<Shown>,
}

impl Config {
    /// Reads the layers of this folder and the process's environment variables.
    ///
    /// # Errors
    /// [`Faults`]: all of them, each by its key and never with its value.
    pub fn load(folder: &Path) -> Result<Self, Faults> {
        let (variables, unreadable) = Variables::of_process();
        Self::load_with(folder, &variables, unreadable)
    }

    /// As [`Config::load`], with these environment variables.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn load_from(
        folder: &Path,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Faults> {
        Self::load_with(folder, &Variables::from_pairs(variables), Vec::new())
    }

    fn load_with(folder: &Path, variables: &Variables, mut faults: Vec<Fault>) -> Result<Self, Faults> {
        let environment = Environment::parse(variables.environment()).unwrap_or_else(|fault| {
            faults.push(fault);
            Environment::unknown()
        });
        let tree = match layers::collect(folder, &environment, variables) {
            Ok((tree, unfit)) => {
                faults.extend(unfit);
                tree
            }
            Err(fault) => {
                faults.push(fault);
                return Err(Faults(faults));
            }
        };
        let mut keys = Keys::new(tree, faults);
        let app_names = wechat::app_names(&keys);

        // Every section is read before any fault counts, so that all faults come out at once.
        let server = Server::read(&mut keys, &environment);
        let lifetimes = sessions::read(&mut keys);
        let identity = identity::read(&mut keys);
        let security = Security::read(&mut keys);
        let storage = Storage::read(&mut keys, &environment);
        let simulator = Simulator::read(&mut keys, &environment);
        let web = Web::read(&mut keys, &environment, server.as_ref());
        let wechat = WeChat::read(
            &mut keys,
            &environment,
            simulator.as_ref().and_then(Option::as_ref),
        );
        let clients = clients::read(&mut keys, &environment, &app_names);
        let pages = Pages::read(&mut keys);
        let not_used_yet = later::read(&mut keys);
        let shown = keys.finish()?;

        let parts = (|| {
            Some(Self {
                environment,
                server: server?,
                storage: storage?,
                lifetimes: lifetimes?,
                identity: identity?,
                security: security?,
                web: web?,
                wechat: wechat?,
                clients: clients?,
                pages: pages?,
                simulator: simulator?,
                not_used_yet,
                shown,
            })
        })();
        Ok(parts.expect("a section that could not be read left a fault"))
    }
}
