//! Configuration → adapters → use-cases. This file and `store` are the only ones that name adapters.

use std::sync::{Arc, RwLock};

use anyhow::Context;
use wechat_login_client::{HttpWeChat, Settings};
use wechat_login_domain::{
    RevocationView, TrustedSessions,
    ports::{Clock, Entropy, Sessions},
    use_case::{
        AnswerOnce, Authenticate, ChangeScopes, DisableUser, EditProfile, EnableUser, FindUser,
        FollowRevocations, ImportUsers, ListConflicts, ListOwnSessions, ListSessions, LogInMiniProgram,
        LogInMiniProgramPorts, LogOut, MergeUsers, RecallAccount, RecallUser, RenewSession, RevokeOwnSession,
        RevokeOwnSessions, RevokeSessions, SetExternalId, ShowAccount, ShowUser, UndoMerge,
    },
};

use crate::{
    config::{Config, WeChat},
    revocation_feed::RevocationFeed,
    store::Store,
    system::{SystemClock, SystemEntropy},
};

/// The access point nearest to whoever asks; see "access domains" in WeChat's documents.
const REAL_WECHAT: &str = "https://api.weixin.qq.com";

/// What the service does, one field per action.
#[expect(missing_docs, reason = "each field is named for its use-case")]
pub struct UseCases {
    pub answer_once: AnswerOnce,
    pub authenticate: Authenticate,
    pub edit_profile: EditProfile,
    pub list_own_sessions: ListOwnSessions,
    pub log_in_mini_program: LogInMiniProgram,
    pub log_out: LogOut,
    pub recall_account: RecallAccount,
    pub recall_user: RecallUser,
    pub renew_session: RenewSession,
    pub revoke_own_session: RevokeOwnSession,
    pub revoke_own_sessions: RevokeOwnSessions,
    pub show_account: ShowAccount,
    pub show_user: ShowUser,
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
pub async fn wire(
    config: &mut Config,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> anyhow::Result<Wired> {
    let security = std::mem::take(&mut config.security);
    let (store, keyring) = Store::open(&config.storage, security, entropy).await?;
    let (users, revocations, exchanges) = (store.users(), store.revocations(), store.exchanges());
    let view = Arc::new(RwLock::new(RevocationView::default()));
    let revocation_feed = Arc::new(RevocationFeed::default());
    let sessions: Arc<dyn Sessions> = Arc::new(TrustedSessions::new(
        store.cached_sessions(),
        Arc::clone(&view),
        Arc::clone(&revocation_feed) as _,
    ));
    let apps = config.wechat.apps();
    let lifetimes = config.lifetimes;

    let log_in_ports = LogInMiniProgramPorts {
        wechat: Arc::new(wechat(&config.wechat)?),
        users: Arc::clone(&users),
        sessions: Arc::clone(&sessions),
        session_keys: store.session_keys(),
        exchanges: Arc::clone(&exchanges),
        clock: Arc::clone(clock),
        entropy: Arc::clone(entropy),
    };
    let use_cases = UseCases {
        answer_once: AnswerOnce::new(exchanges, keyring, Arc::clone(clock)),
        authenticate: Authenticate::new(
            Arc::clone(&sessions),
            Arc::clone(&view),
            Arc::clone(clock),
            lifetimes,
        ),
        edit_profile: EditProfile::new(Arc::clone(&users), Arc::clone(clock)),
        list_own_sessions: ListOwnSessions::new(
            Arc::clone(&users),
            Arc::clone(&sessions),
            Arc::clone(&view),
            Arc::clone(clock),
        ),
        log_in_mini_program: LogInMiniProgram::new(
            log_in_ports,
            apps.clone(),
            config.identity,
            lifetimes,
            config.wechat.timeout,
        ),
        log_out: LogOut::new(
            Arc::clone(&revocations),
            Arc::clone(&sessions),
            Arc::clone(&view),
            Arc::clone(clock),
            lifetimes,
        ),
        recall_account: RecallAccount::new(Arc::clone(&users), Arc::clone(clock)),
        recall_user: RecallUser::new(Arc::clone(&users), Arc::clone(clock)),
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
            Arc::clone(clock),
            lifetimes,
        ),
        show_account: ShowAccount::new(Arc::clone(&users), apps),
        show_user: ShowUser::new(users),
    };
    let follow_revocations = FollowRevocations::new(revocations, view, Arc::clone(clock));
    Ok(Wired {
        use_cases,
        follow_revocations,
        revocation_feed,
        store,
    })
}

/// Puts together what operators need, over the database that the service uses, which may be running.
///
/// # Errors
/// One line that says what is wrong, and what to do.
pub async fn wire_operator(config: Config) -> anyhow::Result<OperatorUseCases> {
    config.storage.check_that_it_is_there()?;
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (store, _) = Store::open(&config.storage, config.security, &entropy).await?;
    let (administration, sessions) = (store.administration(), store.sessions());
    let view = Arc::new(RwLock::new(RevocationView::default()));
    FollowRevocations::new(store.revocations(), Arc::clone(&view), Arc::clone(&clock))
        .run(None)
        .await
        .context("cannot read the record of revocations")?;
    let lifetimes = config.lifetimes;
    let users = || Arc::clone(&administration);
    let time = || Arc::clone(&clock);
    Ok(OperatorUseCases {
        change_scopes: ChangeScopes::new(users(), time()),
        disable_user: DisableUser::new(users(), time(), lifetimes),
        enable_user: EnableUser::new(users(), time()),
        find_user: FindUser::new(users()),
        import_users: ImportUsers::new(users(), time()),
        list_conflicts: ListConflicts::new(users()),
        list_sessions: ListSessions::new(users(), Arc::clone(&sessions), Arc::clone(&view), time()),
        merge_users: MergeUsers::new(users(), time()),
        revoke_sessions: RevokeSessions::new(users(), sessions, view, time(), lifetimes),
        set_external_id: SetExternalId::new(users(), time()),
        undo_merge: UndoMerge::new(users(), time(), lifetimes),
    })
}

fn wechat(config: &WeChat) -> anyhow::Result<HttpWeChat> {
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
