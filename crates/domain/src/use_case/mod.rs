//! What the service does: one file, one struct, one `run` each.

mod answer_once;
mod authenticate;
mod edit_profile;
mod follow_revocations;
mod log_in_mini_program;
mod log_out;
mod renew_session;
mod show_account;
mod show_user;

pub use answer_once::{Answer, AnswerOnce, Claim};
pub use authenticate::{Authenticate, Authenticated};
pub use edit_profile::EditProfile;
pub use follow_revocations::FollowRevocations;
pub use log_in_mini_program::{LogInMiniProgram, LogInMiniProgramPorts, LoggedIn, MiniProgramLogin};
pub use log_out::LogOut;
pub use renew_session::RenewSession;
pub use show_account::{AccountReference, ShowAccount};
pub use show_user::ShowUser;
