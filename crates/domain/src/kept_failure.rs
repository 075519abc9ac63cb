//! An error in words that a store can keep: its code, and what more there is to tell.

use crate::{Dependency, Error, PortError, RevokedBecause};

/// The words.
pub(crate) fn write(error: &Error) -> String {
    let code = error.code();
    match error {
        Error::SnapshotUser => "snapshot_user".to_owned(),
        Error::SessionRevoked(because) => format!("{code} {because}"),
        Error::WeChatMisconfigured { errcode } => format!("{code} {errcode}"),
        Error::DependencyUnavailable(port) => format!("{code} {}", port.dependency),
        _ => code.to_owned(),
    }
}

/// The error of these words; `None` where a web login never ends with it.
pub(crate) fn read(words: &str) -> Option<Error> {
    let (code, more) = words.split_once(' ').unwrap_or((words, ""));
    Some(match code {
        "login_code_rejected" => Error::LoginCodeRejected,
        "state_mismatch" => Error::StateMismatch,
        "unauthenticated" => Error::Unauthenticated,
        "session_expired" => Error::SessionExpired,
        "session_revoked" => Error::SessionRevoked(RevokedBecause::from_name(more)?),
        "login_blocked" => Error::LoginBlocked,
        "snapshot_user" => Error::SnapshotUser,
        "user_disabled" => Error::UserDisabled,
        "account_closing" => Error::AccountClosing,
        "user_not_found" => Error::UserNotFound,
        "login_method_taken" => Error::LoginMethodTaken,
        "wechat_rate_limited" => Error::WeChatRateLimited,
        "wechat_misconfigured" => Error::WeChatMisconfigured {
            errcode: more.parse().ok()?,
        },
        "wechat_unavailable" => Error::WeChatUnavailable,
        "dependency_unavailable" => {
            let dependency = [Dependency::Database, Dependency::Redis]
                .into_iter()
                .find(|dependency| dependency.to_string() == more)?;
            PortError::new(dependency, "it did not answer the same request before").into()
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let port = |dependency| Error::from(PortError::new(dependency, "x"));
        let revoked = RevokedBecause::ALL.into_iter().map(Error::SessionRevoked);
        let errors = [
            Error::LoginCodeRejected,
            Error::StateMismatch,
            Error::Unauthenticated,
            Error::SessionExpired,
            Error::LoginBlocked,
            Error::SnapshotUser,
            Error::UserDisabled,
            Error::AccountClosing,
            Error::UserNotFound,
            Error::LoginMethodTaken,
            Error::WeChatRateLimited,
            Error::WeChatMisconfigured { errcode: -40_125 },
            Error::WeChatUnavailable,
            port(Dependency::Database),
            port(Dependency::Redis),
        ];
        for error in errors.into_iter().chain(revoked) {
            let back = read(&write(&error)).expect("it reads back");
            assert_eq!(back.to_string(), error.to_string());
            assert_eq!(back.code(), error.code());
        }
    }

    #[test]
    fn other_words_are_no_error() {
        for words in [
            "",
            "nonsense",
            "session_revoked",
            "wechat_misconfigured x",
            "dependency_unavailable dns",
        ] {
            assert!(read(words).is_none(), "{words}");
        }
    }
}
