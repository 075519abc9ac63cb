//! What the service does: one file, one struct, one `run` each.

mod answer_once;
mod authenticate;
mod begin_web_login;
mod bind_phone;
mod change_scopes;
mod check_wechat_session;
mod decrypt;
mod disable_user;
mod edit_profile;
mod enable_user;
mod find_user;
mod finish_web_login;
mod follow_revocations;
mod import_users;
mod link_login_method;
mod list_conflicts;
mod list_login_methods;
mod list_own_sessions;
mod list_sessions;
mod log_in_mini_program;
mod log_in_mobile_app;
mod log_out;
mod merge_users;
mod recall_account;
mod recall_user;
mod renew_session;
mod revoke_own_session;
mod revoke_own_sessions;
mod revoke_sessions;
mod set_external_id;
mod show_account;
mod show_user;
mod undo_merge;
mod unlink_login_method;
mod watch_web_login;

pub use answer_once::{Answer, AnswerOnce, Claim};
pub use authenticate::{Authenticate, Authenticated};
pub use begin_web_login::{BeginWebLogin, BegunWebLogin, WebLoginRequest};
pub use bind_phone::{BindPhone, BindPhonePorts, PhoneProof};
pub use change_scopes::ChangeScopes;
pub use check_wechat_session::CheckWeChatSession;
pub use decrypt::Decrypt;
pub use disable_user::DisableUser;
pub use edit_profile::EditProfile;
pub use enable_user::EnableUser;
pub use find_user::FindUser;
pub use finish_web_login::{
    FailedWebLogin, FinishWebLogin, FinishWebLoginPorts, FinishedWebLogin, WebCallback, WebLoginOutcome,
};
pub use follow_revocations::FollowRevocations;
pub use import_users::ImportUsers;
pub use link_login_method::{LinkCode, LinkLoginMethod, LinkLoginMethodPorts, LoginMethodLink};
pub use list_conflicts::ListConflicts;
pub use list_login_methods::{ListLoginMethods, ListedWayIn};
pub use list_own_sessions::ListOwnSessions;
pub use list_sessions::ListSessions;
pub use log_in_mini_program::{
    LogInMiniProgram, LogInMiniProgramPorts, LoggedInFromMiniProgram, MiniProgramLogin,
};
pub use log_in_mobile_app::{LogInMobileApp, MobileAppLogin};
pub use log_out::LogOut;
pub use merge_users::{MergeUsers, MergedUsers};
pub use recall_account::RecallAccount;
pub use recall_user::RecallUser;
pub use renew_session::RenewSession;
pub use revoke_own_session::RevokeOwnSession;
pub use revoke_own_sessions::RevokeOwnSessions;
pub use revoke_sessions::{RevokeSessions, Uncounted};
pub use set_external_id::SetExternalId;
pub use show_account::{AccountReference, ShowAccount};
pub use show_user::ShowUser;
pub use undo_merge::{UndoMerge, UndoneMerge};
pub use unlink_login_method::{UnlinkLoginMethod, UnlinkLoginMethodPorts, UnlinkedFor};
pub use watch_web_login::{Progress, WatchWebLogin, WatchedWebLogin};
