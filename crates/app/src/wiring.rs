//! Configuration → adapters → use-cases. This file and `store` are the only ones that name adapters.

use std::sync::{Arc, RwLock};

use anyhow::Context;
use wechat_login_client::{HttpWeChat, Settings};
use wechat_login_domain::{
    AppAccessTokens, RecalledUsers, ReturnUrls, RevocationView, SignIn, TrustedSessions, WebAddresses,
    ports::{self, Clock, Entropy, Sessions, Users},
    use_case::{
        AnswerOnce, Authenticate, BeginWebLogin, BindPhone, BindPhonePorts, ChangeScopes, CheckWeChatSession,
        Decrypt, DisableUser, EditProfile, EnableUser, FindUser, FinishWebLogin, FinishWebLoginPorts,
        FollowRevocations, ImportUsers, LinkLoginMethod, LinkLoginMethodPorts, ListConflicts,
        ListLoginMethods, ListOwnSessions, ListSessions, LogInMiniProgram, LogInMiniProgramPorts,
        LogInMobileApp, LogOut, MergeUsers, RecallAccount, RecallUser, RenewSession, RevokeOwnSession,
        RevokeOwnSessions, RevokeSessions, SetExternalId, ShowAccount, ShowUser, UndoMerge,
        UnlinkLoginMethod, UnlinkLoginMethodPorts, WatchWebLogin,
    },
};

use crate::{
    config::{self, Config},
    revocation_feed::RevocationFeed,
    store::Store,
    system::{SystemClock, SystemEntropy},
};

/// The access point nearest to whoever asks; see "access domains" in WeChat's documents.
const REAL_WECHAT: &str = "https://api.weixin.qq.com";

/// Where WeChat's pages are, for browsers.
#[must_use]
pub fn real_open_url() -> url::Url {
    "https://open.weixin.qq.com".parse().expect("a plain address")
}

/// What the service does, one field per action.
#[expect(missing_docs, reason = "each field is named for its use-case")]
pub struct UseCases {
    pub answer_once: AnswerOnce,
    pub authenticate: Authenticate,
    pub begin_web_login: BeginWebLogin,
    pub bind_phone: BindPhone,
    pub check_wechat_session: CheckWeChatSession,
    pub decrypt: Decrypt,
    pub edit_profile: EditProfile,
    pub finish_web_login: FinishWebLogin,
    pub link_login_method: LinkLoginMethod,
    pub list_login_methods: ListLoginMethods,
    pub list_own_sessions: ListOwnSessions,
    pub log_in_mini_program: LogInMiniProgram,
    pub log_in_mobile_app: LogInMobileApp,
    pub log_out: LogOut,
    pub recall_account: RecallAccount,
    pub recall_user: RecallUser,
    pub renew_session: RenewSession,
    pub revoke_own_session: RevokeOwnSession,
    pub revoke_own_sessions: RevokeOwnSessions,
    pub show_account: ShowAccount,
    pub show_user: ShowUser,
    pub unlink_login_method: UnlinkLoginMethod,
    pub watch_web_login: WatchWebLogin,
}

/// What operators do, one field per action.
#[expect(missing_docs, reason = "each field is named for its use-case")]
pub struct OperatorUseCases {
    pub change_scopes: ChangeScopes,
    pub disable_user: DisableUser,
    pub enable_user: EnableUser,
    pub find_user: FindUser,
    pub import_users: ImportUsers,
    pub list_conflicts: ListConflicts,
    pub list_sessions: ListSessions,
    pub merge_users: MergeUsers,
    pub revoke_sessions: RevokeSessions,
    pub set_external_id: SetExternalId,
    pub undo_merge: UndoMerge,
}

/// Everything that runs.
pub struct Wired {
    /// What the service does.
    pub use_cases: UseCases,
    /// What keeps the revocation view.
    pub follow_revocations: FollowRevocations,
    /// What calls it, and lets others wait for it.
    pub(crate) revocation_feed: Arc<RevocationFeed>,
    /// Where everything is kept.
    pub store: Store,
}

/// Puts everything together.
///
/// # Errors
/// One line that says what is wrong, and what to do.
#[expect(
    clippy::too_many_lines,
    reason = "a list of what goes into what, in which nothing is decided"
)]
pub async fn wire(
    config: &mut Config,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> anyhow::Result<Wired> {
    let security = std::mem::take(&mut config.security);
    let (store, keyring) = Store::open(&config.storage, security, entropy).await?;
    let recalled_users = Arc::new(RecalledUsers::new(store.users(), clock));
    let users: Arc<dyn Users> = Arc::clone(&recalled_users) as _;
    let (revocations, exchanges) = (store.revocations(), store.exchanges());
    let view = Arc::new(RwLock::new(RevocationView::default()));
    let revocation_feed = Arc::new(RevocationFeed::default());
    let sessions: Arc<dyn Sessions> = Arc::new(TrustedSessions::new(
        store.cached_sessions(Arc::clone(&revocation_feed) as _),
        Arc::clone(&view),
        Arc::clone(&revocation_feed) as _,
    ));
    let apps = config.wechat.apps();
    let lifetimes = config.lifetimes;

    let timeout = config.wechat.timeout;
    let wechat: Arc<dyn ports::WeChat> = Arc::new(wechat(&config.wechat)?);
    let pending_logins = store.pending_logins();
    let session_keys = store.session_keys();
    let app_tokens = Arc::new(AppAccessTokens::new(
        Arc::clone(&wechat),
        store.app_tokens(),
        Arc::clone(clock),
        Arc::clone(entropy),
    ));

    let log_in_ports = LogInMiniProgramPorts {
        wechat: Arc::clone(&wechat),
        session_keys: Arc::clone(&session_keys),
        exchanges: Arc::clone(&exchanges),
        app_tokens: Arc::clone(&app_tokens),
        clock: Arc::clone(clock),
    };
    let link_ports = LinkLoginMethodPorts {
        wechat: Arc::clone(&wechat),
        users: Arc::clone(&users),
        session_keys: Arc::clone(&session_keys),
        exchanges: Arc::clone(&exchanges),
        clock: Arc::clone(clock),
    };
    let unlink_ports = UnlinkLoginMethodPorts {
        users: Arc::clone(&users),
        session_keys: Arc::clone(&session_keys),
        view: Arc::clone(&view),
        news: store.revocation_news(),
        clock: Arc::clone(clock),
    };
    let phone_ports = BindPhonePorts {
        wechat: Arc::clone(&wechat),
        users: Arc::clone(&users),
        session_keys: Arc::clone(&session_keys),
        exchanges: Arc::clone(&exchanges),
        app_tokens: Arc::clone(&app_tokens),
        clock: Arc::clone(clock),
    };
    let sign_in = Arc::new(SignIn::new(
        Arc::clone(&users),
        Arc::clone(&sessions),
        Arc::clone(entropy),
        config.identity,
        lifetimes,
    ));
    let finish_ports = FinishWebLoginPorts {
        wechat: Arc::clone(&wechat),
        pending_logins: Arc::clone(&pending_logins),
        sessions: Arc::clone(&sessions),
        revocations: Arc::clone(&revocations),
        view: Arc::clone(&view),
        users: Arc::clone(&users),
        keyring: Arc::clone(&keyring),
        clock: Arc::clone(clock),
    };
    let use_cases = UseCases {
        answer_once: AnswerOnce::new(Arc::clone(&exchanges), keyring, Arc::clone(clock)),
        authenticate: Authenticate::new(
            Arc::clone(&sessions),
            Arc::clone(&view),
            Arc::clone(clock),
            lifetimes,
        ),
        begin_web_login: BeginWebLogin::new(
            Arc::clone(&pending_logins),
            Arc::clone(clock),
            Arc::clone(entropy),
            apps.clone(),
            web_addresses(config),
            return_urls(config)?,
        ),
        bind_phone: BindPhone::new(phone_ports, apps.clone(), timeout),
        check_wechat_session: CheckWeChatSession::new(
            Arc::clone(&wechat),
            Arc::clone(&session_keys),
            app_tokens,
            Arc::clone(clock),
            apps.clone(),
            timeout,
        ),
        decrypt: Decrypt::new(Arc::clone(&wechat), session_keys, Arc::clone(clock), apps.clone()),
        edit_profile: EditProfile::new(Arc::clone(&users), Arc::clone(clock)),
        finish_web_login: FinishWebLogin::new(
            finish_ports,
            Arc::clone(&sign_in),
            lifetimes,
            apps.clone(),
            timeout,
        ),
        link_login_method: LinkLoginMethod::new(link_ports, apps.clone(), timeout),
        list_login_methods: ListLoginMethods::new(Arc::clone(&users), apps.clone()),
        list_own_sessions: ListOwnSessions::new(
            Arc::clone(&users),
            Arc::clone(&sessions),
            Arc::clone(&view),
            Arc::clone(clock),
        ),
        log_in_mini_program: LogInMiniProgram::new(log_in_ports, Arc::clone(&sign_in), apps.clone(), timeout),
        log_in_mobile_app: LogInMobileApp::new(
            wechat,
            exchanges,
            Arc::clone(clock),
            sign_in,
            apps.clone(),
            timeout,
        ),
        log_out: LogOut::new(
            Arc::clone(&revocations),
            Arc::clone(&sessions),
            Arc::clone(&view),
            Arc::clone(clock),
            lifetimes,
        ),
        recall_account: RecallAccount::new(Arc::clone(&recalled_users)),
        recall_user: RecallUser::new(recalled_users),
        renew_session: RenewSession::new(Arc::clone(&sessions)),
        revoke_own_session: RevokeOwnSession::new(
            Arc::clone(&users),
            Arc::clone(&revocations),
            Arc::clone(&sessions),
            Arc::clone(&view),
            Arc::clone(clock),
            lifetimes,
        ),
        revoke_own_sessions: RevokeOwnSessions::new(
            Arc::clone(&users),
            store.sign_outs(),
            sessions,
            Arc::clone(&view),
            store.revocation_news(),
            Arc::clone(clock),
            lifetimes,
        ),
        show_account: ShowAccount::new(Arc::clone(&users), apps),
        show_user: ShowUser::new(users),
        unlink_login_method: UnlinkLoginMethod::new(unlink_ports, config.identity, lifetimes),
        watch_web_login: WatchWebLogin::new(pending_logins, Arc::clone(clock)),
    };
    let follow_revocations = FollowRevocations::new(revocations, view, Arc::clone(clock));
    Ok(Wired {
        use_cases,
        follow_revocations,
        revocation_feed,
        store,
    })
}

/// Puts together what operators need, over the database that the service uses, which may be running. Redis may be away: only what is about
/// sessions asks it.
///
/// # Errors
/// One line that says what is wrong, and what to do.
pub async fn wire_operator(config: Config) -> anyhow::Result<OperatorUseCases> {
    config.storage.check_that_it_is_there()?;
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (store, _) = Store::open_for_users(&config.storage, config.security, &entropy).await?;
    let (administration, sessions) = (store.administration(), store.sessions());
    let view = Arc::new(RwLock::new(RevocationView::default()));
    FollowRevocations::new(store.revocations(), Arc::clone(&view), Arc::clone(&clock))
        .run(None)
        .await
        .context("cannot read the record of revocations in the database (database.url)")?;
    let lifetimes = config.lifetimes;
    let users = || Arc::clone(&administration);
    let news = || store.revocation_news();
    let time = || Arc::clone(&clock);
    Ok(OperatorUseCases {
        change_scopes: ChangeScopes::new(users(), time()),
        disable_user: DisableUser::new(users(), news(), time(), lifetimes),
        enable_user: EnableUser::new(users(), time()),
        find_user: FindUser::new(users()),
        import_users: ImportUsers::new(users(), time()),
        list_conflicts: ListConflicts::new(users()),
        list_sessions: ListSessions::new(users(), Arc::clone(&sessions), Arc::clone(&view), time()),
        merge_users: MergeUsers::new(users(), time()),
        revoke_sessions: RevokeSessions::new(users(), sessions, view, news(), time(), lifetimes),
        set_external_id: SetExternalId::new(users(), time()),
        undo_merge: UndoMerge::new(users(), news(), time(), lifetimes),
    })
}

/// Where browsers may be sent after a login.
///
/// # Errors
/// Where `public_url` is no address.
pub fn return_urls(config: &Config) -> anyhow::Result<ReturnUrls> {
    Ok(ReturnUrls::new(
        &config.server.public_url.parse()?,
        config.web.allowed_return_urls.clone(),
    ))
}

fn web_addresses(config: &Config) -> WebAddresses {
    let open_url = config.wechat.open_url.clone().unwrap_or_else(real_open_url);
    WebAddresses {
        public_url: config.server.public_url.clone(),
        open_url: open_url.as_str().trim_end_matches('/').to_owned(),
        redirect_uris: config
            .wechat
            .apps
            .iter()
            .map(|with| (with.app.name.clone(), with.redirect_uris.clone()))
            .collect(),
    }
}

fn wechat(config: &config::WeChat) -> anyhow::Result<HttpWeChat> {
    let settings = Settings {
        api_url: config
            .api_url
            .clone()
            .unwrap_or_else(|| REAL_WECHAT.parse().expect("a plain address")),
        connect_timeout: config.connect_timeout,
        proxy: config.proxy.clone(),
        ca_file: config.ca_file.clone(),
    };
    let secrets = config
        .apps
        .iter()
        .map(|with| (with.app.app_id.clone(), with.secret.clone()))
        .collect();
    Ok(HttpWeChat::new(settings, secrets)?)
}
