//! The apps and people that tests talk about.

use std::net::{IpAddr, Ipv6Addr};

use base64::{Engine, engine::general_purpose::STANDARD};
use time::{Duration, OffsetDateTime, macros::datetime};
use wechat_login_domain::{
    App, AppAccessToken, AppId, AppName, Apps, Channel, Client, CodeDigest, LoginCode, LoginPurpose, OpenId,
    OpenPlatform, PendingLogin, Phone, Profile, Session, SessionId, SessionKey, State, TokenDigest, UnionId,
    UserId,
    link::NewWayIn,
    ports::CodeExchange,
    resolve::{Identification, Policy},
};

use crate::fake::SeededEntropy;

/// When tests begin. Its microseconds are no whole milliseconds, so that a store that rounds is found out.
pub const NOW: OffsetDateTime = datetime!(2026-05-20 13:14:15.123_457 UTC);

/// The shop's mini-program, at the Open Platform account `default`.
#[must_use]
pub fn shop_mini() -> App {
    app("shop_mini", Channel::MiniProgram, "wx1111111111111111", "default")
}

/// The shop's website, at the same Open Platform account.
#[must_use]
pub fn shop_web() -> App {
    app("shop_web", Channel::Web, "wx2222222222222222", "default")
}

/// The shop's mobile app, at the same Open Platform account.
#[must_use]
pub fn shop_mobile() -> App {
    app("shop_mobile", Channel::MobileApp, "wx3333333333333333", "default")
}

/// A game's official account, at another Open Platform account.
#[must_use]
pub fn game_pages() -> App {
    app(
        "game_pages",
        Channel::OfficialAccount,
        "wx4444444444444444",
        "games",
    )
}

/// All of these apps.
#[must_use]
pub fn apps() -> Apps {
    Apps::new([shop_mini(), shop_web(), shop_mobile(), game_pages()])
}

fn app(name: &str, channel: Channel, app_id: &str, open_platform: &str) -> App {
    App {
        name: AppName::parse(name).expect("the sample is an app's name"),
        channel,
        app_id: AppId::parse(app_id).expect("the sample is an AppID"),
        open_platform: OpenPlatform::parse(open_platform).expect("the sample is an account's name"),
        is_default: false,
    }
}

/// Somebody with one WeChat account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person(&'static str, u8);

/// Alice.
#[must_use]
pub const fn alice() -> Person {
    Person("Alice", 0)
}

/// Bob, whom nobody should take for Alice.
#[must_use]
pub const fn bob() -> Person {
    Person("Bob", 0)
}

/// Carol, where a third is needed.
#[must_use]
pub const fn carol() -> Person {
    Person("Carol", 0)
}

/// One of many; the same `n` gives the same one.
#[must_use]
pub const fn nth_person(n: u8) -> Person {
    Person("Nth", n)
}

/// The same WeChat account as something to link.
#[must_use]
pub fn new_way_in(asked: &Identification) -> NewWayIn {
    NewWayIn::WeChat {
        app_id: asked.app_id.clone(),
        openid: asked.openid.clone(),
        open_platform: asked.open_platform.clone(),
        unionid: asked.unionid.clone(),
    }
}

impl Person {
    /// The person at one app.
    #[must_use]
    pub fn openid(self, app: &App) -> OpenId {
        openid(&format!("o{}-{}", self.name(), app.app_id))
    }

    /// The person at one Open Platform account.
    #[must_use]
    pub fn unionid(self, open_platform: &OpenPlatform) -> UnionId {
        unionid(&format!("u{}-{}", self.name(), open_platform.as_str()))
    }

    fn name(self) -> String {
        match self {
            Self(name, 0) => name.to_owned(),
            Self(name, n) => format!("{name}{n}"),
        }
    }

    /// What WeChat says when the person comes through this app: who they are there, and at its Open Platform account.
    #[must_use]
    pub fn at(self, app: &App) -> Identification {
        Identification {
            unionid: Some(self.unionid(&app.open_platform)),
            ..self.at_unbound(app)
        }
    }

    /// The same while the app belongs to no Open Platform account: no unionid.
    #[must_use]
    pub fn at_unbound(self, app: &App) -> Identification {
        Identification {
            app_id: app.app_id.clone(),
            openid: self.openid(app),
            open_platform: app.open_platform.clone(),
            unionid: None,
            phone: None,
            profile: Profile::default(),
            create_user: true,
            policy: Policy::default(),
        }
    }

    /// What WeChat answers when one of the person's codes is exchanged.
    #[must_use]
    pub fn exchange(self, app: &App, session_key: SessionKey) -> CodeExchange {
        CodeExchange {
            openid: self.openid(app),
            unionid: Some(self.unionid(&app.open_platform)),
            session_key,
        }
    }
}

/// An openid.
#[must_use]
pub fn openid(text: &str) -> OpenId {
    OpenId::parse(text).expect("the sample is an openid")
}

/// A unionid.
#[must_use]
pub fn unionid(text: &str) -> UnionId {
    UnionId::parse(text).expect("the sample is a unionid")
}

/// A phone number; the same `n` gives the same one.
#[must_use]
pub fn phone(n: u8) -> Phone {
    Phone::parse(&format!("+86138001380{n:02}")).expect("the sample is a phone number")
}

/// A session_key; the same `n` gives the same one.
#[must_use]
pub fn session_key(n: u8) -> SessionKey {
    SessionKey::parse(&STANDARD.encode([n; 16])).expect("the sample is a session_key")
}

/// The `access_token` of an app; the same `n` gives the same one.
#[must_use]
pub fn app_token(n: u8) -> AppAccessToken {
    AppAccessToken::parse(&format!("{n}_{}", "t".repeat(150))).expect("the sample is an access_token")
}

/// A login code.
#[must_use]
pub fn code(text: &str) -> LoginCode {
    LoginCode::parse(text).expect("the sample is a login code")
}

/// What stores keep of a code of the shop's mini-program.
#[must_use]
pub fn code_digest(text: &str) -> CodeDigest {
    code(text).digest(&shop_mini().app_id)
}

/// What stores keep of a token; the same `n` gives the same one.
#[must_use]
pub const fn digest(n: u8) -> TokenDigest {
    TokenDigest::from_bytes([n; 32])
}

/// A user's id; the same `n` gives the same one, and a higher one sorts later.
#[must_use]
pub const fn user_id(n: u8) -> UserId {
    UserId::from_bytes([n; 16])
}

/// The `state` of a web login; the same `n` gives the same one.
#[must_use]
pub fn state(n: u64) -> State {
    State::generate(&SeededEntropy::new(n))
}

/// A website's login that a browser began now, and that is there for ten minutes.
#[must_use]
pub fn pending_login() -> PendingLogin {
    PendingLogin {
        purpose: LoginPurpose::Login,
        app: shop_web().name,
        is_silent: false,
        browser: digest(5),
        redirect_uri: "https://login.example.com/v1/login/web/callback".into(),
        return_to: None,
        created_at: NOW,
        expires_at: NOW + Duration::minutes(10),
    }
}

/// Alice's session on a phone of hers, opened now and good for a week.
#[must_use]
pub fn session() -> Session {
    Session {
        id: SessionId::from_bytes([7; 16]),
        user_id: user_id(1),
        generation: 3,
        app: shop_mini().name,
        channel: Channel::MiniProgram,
        openid: alice().openid(&shop_mini()),
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: NOW + Duration::days(7),
        client: client(),
    }
}

/// A device that says everything about itself.
#[must_use]
pub fn client() -> Client {
    Client {
        ip: Some(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x17))),
        user_agent: Some("Mozilla/5.0 MicroMessenger/8.0 'quoted' \\ 微信".into()),
        env_version: Some("release".into()),
        device_id: Some("device-17".into()),
        device_name: Some("爱丽丝的手机 📱".into()),
        os: Some("HarmonyOS 5".into()),
    }
}
