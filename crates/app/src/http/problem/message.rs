//! Sentences for people. A developer shows them as they are.

use wechat_login_domain::RevokedBecause;

use super::Reason;
use crate::config::Language;

/// The sentence for whoever uses the app, not for who made it.
pub(super) fn for_person(code: &str, reason: Option<Reason>, language: Language) -> &'static str {
    let (chinese, english) = match reason {
        Some(Reason::Revoked(because)) => of_reason(because),
        Some(Reason::SnapshotUser) => (
            "请点页面底部的“使用完整服务”后再登录",
            "Please open the full page first, then sign in",
        ),
        None => of_code(code),
    };
    match language {
        Language::Chinese => chinese,
        Language::English => english,
    }
}

const fn of_reason(reason: RevokedBecause) -> (&'static str, &'static str) {
    match reason {
        RevokedBecause::LoggedOut => (
            "已退出登录，请重新登录",
            "You are signed out. Please sign in again",
        ),
        RevokedBecause::Kicked => ("该设备已被移除，请重新登录", "This device was removed"),
        RevokedBecause::Replaced => ("账号已在其他设备登录", "Signed in on another device"),
        RevokedBecause::Unlinked => (
            "登录方式已解绑，请重新登录",
            "This way of signing in was unlinked",
        ),
        RevokedBecause::UserDisabled => ("账号已停用，请联系客服", "Account disabled"),
        RevokedBecause::AccountClosed => ("账号已注销", "The account was closed"),
    }
}

fn of_code(code: &str) -> (&'static str, &'static str) {
    match code {
        "login_code_rejected" => ("登录凭证已失效，请重试", "Sign-in expired, please try again"),
        "state_mismatch" => ("登录已失效，请重新登录", "Please sign in again"),
        "login_cancelled" => ("登录已取消", "Sign-in cancelled"),
        "login_not_here" => (
            "请在微信中打开，或在电脑上扫码登录",
            "Please open this in WeChat, or on a computer",
        ),
        "unauthenticated" => ("请先登录", "Please sign in"),
        "session_expired" | "session_revoked" => ("登录已过期，请重新登录", "Please sign in again"),
        "login_blocked" => ("微信提示登录存在风险，请稍后再试", "WeChat blocked this sign-in"),
        "user_disabled" => ("账号已停用，请联系客服", "Account disabled"),
        "account_closing" => ("账号正在注销中", "The account is being closed"),
        "user_not_found" => ("用户不存在", "No such user"),
        "session_key_stale" => ("授权已过期，请再点一次", "Please tap again"),
        "login_method_taken" => (
            "该微信或手机号已绑定其他账号",
            "Already linked to another account",
        ),
        "last_login_method" => ("唯一的登录方式，不能解绑", "Your only way in"),
        "wechat_rate_limited" => ("操作太频繁，请稍后再试", "Too many attempts"),
        "wechat_unavailable" => ("微信暂无响应，请稍后再试", "WeChat is not responding"),
        "dependency_unavailable" | "internal" | "request_timeout" => (
            "服务暂时不可用，请稍后再试",
            "The service is not available right now, please try again later",
        ),
        // What only a developer can put right.
        _ => (
            "暂时无法完成操作，请联系客服",
            "This cannot be done right now, please contact support",
        ),
    }
}
