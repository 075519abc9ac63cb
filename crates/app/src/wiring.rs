//! Configuration → adapters → use-cases. The only file that names adapters.

use std::{
    path::Path,
    sync::{Arc, RwLock},
};

use anyhow::Context;
use time::OffsetDateTime;
use wechat_login_client::{HttpWeChat, Settings};
use wechat_login_domain::{
    Keyring, RevocationView,
    ports::{Clock, Entropy, Exchanges, Revocations, Sessions, Users},
    use_case::{
        AnswerOnce, Authenticate, EditProfile, FollowRevocations, LogInMiniProgram, LogInMiniProgramPorts,
        LogOut, RenewSession, ShowAccount, ShowUser,
    },
};
use wechat_login_store_sqlite::SqliteStore;

use crate::{
    config::{Config, Database, Security, WeChat},
    encryption_key,
};

/// The access point nearest to whoever asks; see "access domains" in WeChat's documents.
const REAL_WECHAT: &str = "https://api.weixin.qq.com";

/// What the service does, one field per action.
#[expect(missing_docs, reason = "each field is named for its use-case")]
pub struct UseCases {
    pub answer_once: AnswerOnce,
    pub authenticate: Authenticate,
    pub edit_profile: EditProfile,
    pub log_in_mini_program: LogInMiniProgram,
    pub log_out: LogOut,
    pub renew_session: RenewSession,
    pub show_account: ShowAccount,
    pub show_user: ShowUser,
}

/// Everything that runs.
pub struct Wired {
    /// What the service does.
    pub use_cases: UseCases,
    /// What keeps the revocation view.
    pub follow_revocations: Arc<FollowRevocations>,
    /// Where everything is kept.
    pub store: Store,
}

/// The store, as far as the service has to look after it.
#[derive(Clone)]
pub struct Store(SqliteStore);

impl Store {
    /// Opens the store that the configuration names, and brings it up to date.
    ///
    /// # Errors
    /// One line that says what is wrong, and what to do.
    pub async fn open(
        database: &Database,
        security: Security,
        entropy: &Arc<dyn Entropy>,
    ) -> anyhow::Result<(Self, Arc<Keyring>)> {
        let Security {
            encryption_key,
            previous_encryption_keys,
        } = security;
        let folder = database.path.parent().unwrap_or(Path::new("."));
        let current = match encryption_key {
            Some(key) => key,
            None => encryption_key::read_or_make(folder, &**entropy)?,
        };
        let keyring = Arc::new(Keyring::new(
            current,
            previous_encryption_keys,
            Arc::clone(entropy),
        ));
        let store = SqliteStore::open(&database.path, Arc::clone(&keyring), Arc::clone(entropy))
            .await
            .with_context(|| format!("cannot open the database {}", database.path.display()))?;
        Ok((Self(store), keyring))
    }

    /// The SQL of all migrations.
    #[must_use]
    pub fn migrations() -> String {
        SqliteStore::migrations()
    }

    /// Whether it answers.
    pub async fn is_reachable(&self) -> bool {
        self.0.ping().await.is_ok()
    }

    /// Removes what is over. What fails is tried again the next time.
    pub async fn sweep(&self, now: OffsetDateTime) {
        match self.0.sweep(now).await {
            Ok(removed) => tracing::debug!(removed, "removed what is over"),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "what is over could not be removed"
                );
            }
        }
    }
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
    let (store, keyring) = Store::open(&config.database, security, entropy).await?;
    let sqlite = &store.0;
    let users: Arc<dyn Users> = Arc::new(sqlite.users());
    let sessions: Arc<dyn Sessions> = Arc::new(sqlite.sessions());
    let revocations: Arc<dyn Revocations> = Arc::new(sqlite.revocations());
    let exchanges: Arc<dyn Exchanges> = Arc::new(sqlite.exchanges());
    let view = Arc::new(RwLock::new(RevocationView::default()));
    let apps = config.wechat.apps();
    let lifetimes = config.lifetimes;

    let log_in_ports = LogInMiniProgramPorts {
        wechat: Arc::new(wechat(&config.wechat)?),
        users: Arc::clone(&users),
        sessions: Arc::clone(&sessions),
        session_keys: Arc::new(sqlite.session_keys()),
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
        renew_session: RenewSession::new(sessions),
        show_account: ShowAccount::new(Arc::clone(&users), apps),
        show_user: ShowUser::new(users),
    };
    let follow_revocations = Arc::new(FollowRevocations::new(revocations, view, Arc::clone(clock)));
    Ok(Wired {
        use_cases,
        follow_revocations,
        store,
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
