use std::{collections::BTreeMap, fmt, path::PathBuf, time::Duration};

use url::Url;
use wechat_login_client::AppSecret;
use wechat_login_domain::{App, AppId, AppName, Apps, Channel, OpenPlatform};

use super::{Environment, Simulator, keys::Keys, parse, web};

/// `[wechat]`: how WeChat is reached, and as whom.
pub struct WeChat {
    /// Where WeChat's interfaces are, where somebody said so.
    pub api_url: Option<Url>,
    /// Where WeChat's pages are, where somebody said so.
    pub open_url: Option<Url>,
    /// For all calls of one login together.
    pub timeout: Duration,
    /// To reach WeChat at all.
    pub connect_timeout: Duration,
    /// The way there, where it is not straight; it may hold a password.
    pub proxy: Option<Url>,
    /// More certificates to trust.
    pub ca_file: Option<PathBuf>,
    /// The apps.
    pub apps: Vec<AppWithSecret>,
    /// Whether the apps are the simulator's.
    pub uses_demo_apps: bool,
    /// Whether the simulator beside us stands for WeChat, wherever it may come to listen.
    pub uses_simulator: bool,
    /// Whether the developer tools' mock code goes through: only the simulator knows whom it means.
    pub takes_mock_code: bool,
}

/// An app, and what proves to WeChat that we are it.
pub struct AppWithSecret {
    /// The app.
    pub app: App,
    /// Its AppSecret.
    pub secret: AppSecret,
    /// The pages of front ends of its own that WeChat may call back, as they are configured.
    pub redirect_uris: Vec<String>,
    /// The same app for the simulator, in development.
    pub simulated: Option<wechat_login_simulator::App>,
}

impl fmt::Debug for AppWithSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.app, f)
    }
}

// The proxy's address may hold a password.
impl fmt::Debug for WeChat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeChat")
            .field("apps", &self.apps)
            .finish_non_exhaustive()
    }
}

impl WeChat {
    /// The apps without their secrets.
    #[must_use]
    pub fn apps(&self) -> Apps {
        Apps::new(self.apps.iter().map(|with_secret| with_secret.app.clone()))
    }

    pub(super) fn read(
        keys: &mut Keys,
        environment: &Environment,
        simulator: Option<&Simulator>,
    ) -> Option<Self> {
        let api_url = keys.get("wechat.api_url", |text| {
            let url = parse::base_url(text)?;
            if url.scheme() == "https" || is_local(&url) || environment.is_development() {
                Ok(url)
            } else {
                Err("must be https: secrets travel in the address")
            }
        });
        let open_url = keys.get("wechat.open_url", parse::base_url);
        let timeout = keys.require("wechat.timeout", parse::positive_duration);
        let connect_timeout = keys.require("wechat.connect_timeout", parse::positive_duration);
        let proxy = keys.secret("wechat.proxy", |text| {
            Url::parse(text)
                .map_err(|_names_the_value| "must be an address such as http://user:password@proxy:3128")
        });
        let ca_file = keys.get("wechat.ca_file", |text| Ok::<_, &str>(PathBuf::from(text)));

        let names = keys.names("wechat.apps");
        let faults = keys.fault_count();
        let mut apps: Vec<_> = names
            .iter()
            .filter_map(|name| app(keys, environment, name))
            .collect();
        check(keys, &apps);
        // A simulator beside us, or one that somebody runs and points us to.
        let has_simulator = simulator.is_some() || api_url.as_ref().is_some_and(is_local);
        let uses_demo_apps = names.is_empty() && environment.is_development() && has_simulator;
        if uses_demo_apps {
            apps = demo_apps();
        } else if names.is_empty() {
            keys.fault(
                "wechat.apps",
                "must name an app: without the simulator nobody can sign in",
            );
        }
        let is_simulator = |url: &Url| {
            let port = simulator.map(|simulator| simulator.listen.port());
            is_local(url) && port.is_some() && url.port_or_known_default() == port
        };
        let points_to_simulator = api_url.as_ref().is_some_and(is_simulator);
        let uses_simulator = points_to_simulator || (uses_demo_apps && api_url.is_none());
        let takes_mock_code = uses_demo_apps || points_to_simulator;
        if keys.fault_count() > faults {
            return None;
        }
        Some(Self {
            api_url,
            open_url,
            timeout: timeout?,
            connect_timeout: connect_timeout?,
            proxy,
            ca_file,
            apps,
            uses_demo_apps,
            uses_simulator,
            takes_mock_code,
        })
    }
}

/// The names that clients may be limited to: those of the apps, or of the simulator's where none is configured.
pub(super) fn app_names(keys: &Keys) -> Vec<String> {
    let names = keys.names("wechat.apps");
    if names.is_empty() {
        wechat_login_simulator::demo_apps()
            .into_iter()
            .map(|app| app.name)
            .collect()
    } else {
        names
    }
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn app(keys: &mut Keys, environment: &Environment, name: &str) -> Option<AppWithSecret> {
    let section = format!("wechat.apps.{name}");
    let key = |field: &str| format!("{section}.{field}");
    let parsed_name = AppName::parse(name);
    if let Err(error) = &parsed_name {
        keys.fault(&section, format_args!("the name {error}"));
    }
    let channel = keys.require(&key("channel"), |text| {
        Channel::from_name(text).ok_or("must be mini_program, web, mobile_app or official_account")
    });
    let app_id = keys.require(&key("app_id"), AppId::parse);
    let mut known_to_simulator = None;
    let secret = keys.require_secret(&key("secret"), |text| {
        known_to_simulator = environment.is_development().then(|| text.to_owned());
        AppSecret::parse(text)
    });
    let open_platform = keys.get(&key("open_platform"), OpenPlatform::parse);
    let is_default = keys.get(&key("default"), parse::boolean).unwrap_or(false);
    let redirect_uris = keys.list(&key("redirect_uris"), |text| {
        web::https(parse::base_url(text)?, environment).map(|_| text.to_owned())
    });
    let calls_back = matches!(channel, None | Some(Channel::Web | Channel::OfficialAccount));
    if !calls_back && redirect_uris.as_ref().is_some_and(|uris| !uris.is_empty()) {
        keys.fault(
            &key("redirect_uris"),
            "is for web and official_account only: WeChat calls no other app back",
        );
    }
    let app = App {
        name: parsed_name.ok()?,
        channel: channel?,
        app_id: app_id?,
        open_platform: open_platform.unwrap_or_else(|| OpenPlatform::parse("default").expect("a plain word")),
        is_default,
    };
    Some(AppWithSecret {
        simulated: known_to_simulator.map(|secret| simulated(&app, secret)),
        app,
        secret: secret?,
        redirect_uris: redirect_uris?,
    })
}

fn check(keys: &mut Keys, apps: &[AppWithSecret]) {
    let mut seen = BTreeMap::new();
    for AppWithSecret { app, .. } in apps {
        if let Some(other) = seen.insert(app.app_id.as_str(), app.name.as_str()) {
            let key = format!("wechat.apps.{}.app_id", app.name);
            keys.fault(&key, format_args!("is the app_id of wechat.apps.{other} too"));
        }
    }
    for channel in Channel::ALL {
        let of_channel: Vec<_> = apps
            .iter()
            .filter(|with_secret| with_secret.app.channel == channel)
            .collect();
        let defaults = of_channel
            .iter()
            .filter(|with_secret| with_secret.app.is_default)
            .count();
        if of_channel.len() > 1 && defaults != 1 {
            for AppWithSecret { app, .. } in of_channel {
                keys.fault(
                    &format!("wechat.apps.{}.default", app.name),
                    format_args!("one of the {channel} apps, and only one, must be the default"),
                );
            }
        }
    }
}

fn simulated(app: &App, secret: String) -> wechat_login_simulator::App {
    let channel = match app.channel {
        Channel::MiniProgram => wechat_login_simulator::Channel::MiniProgram,
        Channel::Web => wechat_login_simulator::Channel::Web,
        Channel::MobileApp => wechat_login_simulator::Channel::MobileApp,
        Channel::OfficialAccount => wechat_login_simulator::Channel::OfficialAccount,
    };
    wechat_login_simulator::App {
        name: app.name.to_string(),
        open_platform: Some(app.open_platform.as_str().to_owned()),
        ..wechat_login_simulator::App::new(app.app_id.as_str(), secret, channel)
    }
}

fn channel_of(channel: wechat_login_simulator::Channel) -> Channel {
    match channel {
        wechat_login_simulator::Channel::MiniProgram => Channel::MiniProgram,
        wechat_login_simulator::Channel::Web => Channel::Web,
        wechat_login_simulator::Channel::MobileApp => Channel::MobileApp,
        wechat_login_simulator::Channel::OfficialAccount => Channel::OfficialAccount,
    }
}

fn demo_apps() -> Vec<AppWithSecret> {
    let same_word = "the simulator's names are of our form";
    wechat_login_simulator::demo_apps()
        .into_iter()
        .map(|demo| AppWithSecret {
            app: App {
                name: AppName::parse(&demo.name).expect(same_word),
                channel: channel_of(demo.channel),
                app_id: AppId::parse(&demo.app_id).expect(same_word),
                open_platform: OpenPlatform::parse(demo.open_platform.as_deref().unwrap_or("none"))
                    .expect(same_word),
                is_default: true,
            },
            secret: AppSecret::parse(&demo.secret).expect(same_word),
            redirect_uris: Vec::new(),
            simulated: None,
        })
        .collect()
}
