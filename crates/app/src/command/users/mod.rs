//! `wechat-login users`: what an operator does to users. It works on the database itself; a service that runs learns of it within a second.

mod import;
mod json;
mod notes;
mod scopes;
mod table;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use wechat_login_domain::{Apps, ExternalId, InvalidExternalId, User, UserReference, resolve::OnConflict};

use super::{EX_CONFIG, EX_REFUSED, one_line::one_line};
use crate::{
    config::Config,
    wiring::{self, OperatorUseCases},
};

/// What to do.
#[derive(Debug, Args)]
pub(super) struct UsersArguments {
    /// Print JSON for scripts
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Action,
}

/// One user, by user id, former id, `external:…`, openid, unionid or phone number.
#[derive(Debug, Args)]
struct Who {
    /// User id, former id, external:…, openid, unionid or phone number
    #[arg(value_name = "WHO")]
    who: String,
}

impl Who {
    fn references(&self) -> Vec<UserReference> {
        UserReference::parse(&self.who)
    }
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show a user and their ways in
    Show(Who),
    /// Keep a user from signing in, and end all their sessions
    Disable(Who),
    /// Let a disabled user sign in again
    Enable(Who),
    /// Change what a user may do
    Scopes {
        #[command(flatten)]
        who: Who,
        how: How,
        /// Scopes; with `set`, none is no scope at all
        #[arg(value_name = "SCOPE")]
        scopes: Vec<String>,
    },
    /// Set your own id of a user; without one, take it away
    ExternalId {
        #[command(flatten)]
        who: Who,
        /// Your id
        #[arg(value_name = "ID", value_parser = external_id)]
        id: Option<ExternalId>,
    },
    /// List openids and unionids of one person that are two users'
    Conflicts,
    /// Make one user of two: the older is left, and the other's id means them
    Merge {
        #[command(flatten)]
        one: Who,
        /// The other user
        #[arg(value_name = "OTHER")]
        other: String,
    },
    /// Undo the last merge of a former id; the user who is left must sign in again
    UndoMerge {
        /// The former id of the user who was merged
        #[arg(value_name = "FORMER_ID")]
        former_id: String,
    },
    /// List where a user is signed in
    Sessions(Who),
    /// End all sessions of a user
    RevokeSessions(Who),
    /// Take users over from a file with one JSON object a line
    Import {
        /// The file; - is the standard input
        file: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum How {
    /// These too
    Add,
    /// None of these any more
    Remove,
    /// These and no others
    Set,
}

fn external_id(text: &str) -> Result<ExternalId, InvalidExternalId> {
    ExternalId::parse(text)
}

/// Does it, and says so.
pub(super) async fn run(arguments: UsersArguments, config: Config) -> ExitCode {
    let (apps, on_conflict) = (config.wechat.apps(), config.identity.on_conflict);
    let use_cases = match wiring::wire_operator(config).await {
        Ok(use_cases) => use_cases,
        Err(error) => return fail(EX_CONFIG, &one_line(error.as_ref())),
    };
    let output = Output {
        is_json: arguments.json,
    };
    let done = match arguments.action {
        Action::Import { file } => {
            return import::run(&file, &apps, &use_cases.import_users, output.is_json).await;
        }
        action => act(action, &use_cases, &output, (&apps, on_conflict)).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(EX_REFUSED, &one_line(error.as_ref())),
    }
}

async fn act(
    action: Action,
    use_cases: &OperatorUseCases,
    output: &Output,
    (apps, on_conflict): (&Apps, OnConflict),
) -> anyhow::Result<()> {
    match action {
        Action::Show(who) => {
            let account = use_cases.find_user.run(&who.references()).await?;
            output.print(&json::account(&account, apps), || table::account(&account, apps));
        }
        Action::Disable(who) => {
            output.users(
                "disabled",
                &[use_cases.disable_user.run(&who.references()).await?],
            );
        }
        Action::Enable(who) => {
            output.users("enabled", &[use_cases.enable_user.run(&who.references()).await?]);
        }
        Action::Scopes { who, how, scopes } => {
            let change = scopes::change(how, &scopes)?;
            let user = use_cases.change_scopes.run(&who.references(), &change).await?;
            output.users("changed", &[user]);
        }
        Action::ExternalId { who, id } => {
            let user = use_cases
                .set_external_id
                .run(&who.references(), id.as_ref())
                .await?;
            output.users("changed", &[user]);
        }
        Action::Conflicts => {
            let conflicts = use_cases.list_conflicts.run().await?;
            output.print(&json::conflicts(&conflicts), || table::conflicts(&conflicts));
        }
        Action::Merge { one, other } => {
            let other = UserReference::parse(&other);
            let merged = use_cases.merge_users.run(&one.references(), &other).await?;
            output.print(&json::merged(&merged), || {
                let survivor = table::users(std::slice::from_ref(&merged.survivor));
                format!("merged\n{survivor}{}", notes::former_external_id(&merged))
            });
        }
        Action::UndoMerge { former_id } => {
            let undone = use_cases
                .undo_merge
                .run(&UserReference::parse(&former_id))
                .await?;
            let users = [undone.restored, undone.survivor];
            output.print(&json::users(&users), || {
                let note = notes::one_again(on_conflict);
                format!("two again\n{}{note}", table::users(&users))
            });
        }
        Action::Sessions(who) => {
            let sessions = use_cases.list_sessions.run(&who.references()).await?;
            output.print(&json::sessions(&sessions), || table::sessions(&sessions));
        }
        Action::RevokeSessions(who) => {
            let revoked = use_cases.revoke_sessions.run(&who.references(), None).await?;
            if let Err(uncounted) = &revoked {
                eprintln!("wechat-login: {}", one_line(uncounted));
            }
            let revoked = revoked.ok();
            output.print(&json::Revoked { revoked }, || match revoked {
                Some(revoked) => format!("{revoked} sessions ended"),
                None => "all sessions ended".to_owned(),
            });
        }
        Action::Import { .. } => unreachable!("it was taken out before"),
    }
    Ok(())
}

/// Where the answer goes: the standard output, in one of two forms.
struct Output {
    is_json: bool,
}

impl Output {
    fn print(&self, body: &impl Serialize, text: impl FnOnce() -> String) {
        if self.is_json {
            println!(
                "{}",
                serde_json::to_string(body).expect("these bodies have text keys")
            );
        } else {
            println!("{}", text());
        }
    }

    fn users(&self, done: &str, users: &[User]) {
        self.print(&json::users(users), || format!("{done}\n{}", table::users(users)));
    }
}

fn fail(code: u8, message: &str) -> ExitCode {
    eprintln!("wechat-login: {message}");
    ExitCode::from(code)
}
