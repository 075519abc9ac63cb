/// What went wrong, why, and what to do about it.
#[derive(Clone, Copy)]
pub(in super::super) struct Told {
    pub(in super::super) title: &'static str,
    pub(in super::super) cause: &'static str,
    pub(in super::super) cure: &'static str,
}

/// Where things went wrong.
pub(in super::super) struct Failure {
    pub(in super::super) what_to_do: &'static str,
    pub(in super::super) request: &'static str,
    pub(in super::super) sign_in_again: &'static str,
    pub(in super::super) link_again: &'static str,
    pub(in super::super) home: &'static str,
    pub(in super::super) to_account: &'static str,
    state_mismatch: Told,
    cancelled: Told,
    not_here: Told,
    login_code_rejected: Told,
    login_blocked: Told,
    snapshot_user: Told,
    user_disabled: Told,
    account_closing: Told,
    signed_out: Told,
    removed: Told,
    login_method_taken: Told,
    last_login_method: Told,
    link_not_allowed: Told,
    cross_origin: Told,
    not_found: Told,
    too_often: Told,
    wechat_misconfigured: Told,
    wechat_unavailable: Told,
    unavailable: Told,
    other: Told,
}

impl Failure {
    /// Of a problem's code and reason.
    pub(in super::super) fn told(&self, code: &str, reason: Option<&str>) -> Told {
        match (code, reason) {
            ("state_mismatch", _) => self.state_mismatch,
            ("login_cancelled", _) => self.cancelled,
            ("login_not_here", _) => self.not_here,
            ("login_code_rejected", _) => self.login_code_rejected,
            ("login_blocked", Some("snapshot_user")) => self.snapshot_user,
            ("login_blocked", _) => self.login_blocked,
            ("user_disabled", _) | (_, Some("user_disabled")) => self.user_disabled,
            ("account_closing", _) => self.account_closing,
            ("session_revoked", Some("kicked" | "replaced")) => self.removed,
            ("unauthenticated" | "session_expired" | "session_revoked", _) => self.signed_out,
            ("login_method_taken", _) => self.login_method_taken,
            ("last_login_method", _) => self.last_login_method,
            ("return_to_not_allowed" | "app_unknown", _) => self.link_not_allowed,
            ("cross_origin", _) => self.cross_origin,
            ("not_found" | "method_not_allowed", _) => self.not_found,
            ("rate_limited" | "wechat_rate_limited", _) => self.too_often,
            ("wechat_misconfigured", _) => self.wechat_misconfigured,
            ("wechat_unavailable", _) => self.wechat_unavailable,
            ("dependency_unavailable" | "internal" | "request_timeout", _) => self.unavailable,
            _ => self.other,
        }
    }
}

const fn told(title: &'static str, cause: &'static str, cure: &'static str) -> Told {
    Told { title, cause, cure }
}

pub(super) const CHINESE: Failure = Failure {
    what_to_do: "怎么办",
    request: "请求编号",
    sign_in_again: "重新登录",
    link_again: "重新绑定",
    home: "返回首页",
    to_account: "返回账号管理",
    state_mismatch: told(
        "登录已失效",
        "这次登录不是在当前浏览器中发起的，或者停留时间太长，已经过期。",
        "请在当前浏览器中重新登录，并在十分钟内完成。如果反复出现，请检查浏览器是否禁用了 Cookie。",
    ),
    cancelled: told(
        "登录已取消",
        "你没有在微信中同意登录。",
        "如需继续，请重新登录，并在微信中点“允许”。",
    ),
    not_here: told(
        "请换一种方式打开",
        "手机浏览器无法扫描自己屏幕上的二维码。",
        "请复制链接，在微信中打开；或者在电脑上打开，用微信扫码登录。",
    ),
    login_code_rejected: told(
        "登录凭证已失效",
        "微信给出的登录凭证只能使用一次，并且很快会过期。刷新页面或返回上一页，都会重复使用它。",
        "请重新登录。",
    ),
    login_blocked: told(
        "微信拦截了这次登录",
        "微信认为这次登录存在风险。",
        "请稍后再试，或在微信中检查账号的安全状态。",
    ),
    snapshot_user: told(
        "请先进入完整页面",
        "你正在浏览微信的“快照页”，此时微信提供的是虚拟账号，不能用来登录。",
        "请点页面底部的“使用完整服务”，进入完整页面后再登录。",
    ),
    user_disabled: told("账号已停用", "此账号已被管理员停用。", "如有疑问，请联系客服。"),
    account_closing: told(
        "账号正在注销",
        "此账号已申请注销，暂时不能登录。",
        "如需恢复，请联系客服。",
    ),
    signed_out: told(
        "请重新登录",
        "登录已过期，或者已经退出登录。",
        "重新登录后即可继续。",
    ),
    removed: told(
        "这台设备已退出登录",
        "这台设备已在别处被移除，或者账号在其他设备上登录。",
        "如果不是你本人操作，请重新登录，然后移除不认识的设备。",
    ),
    login_method_taken: told(
        "这个微信已绑定其他账号",
        "一个微信只能绑定一个账号。没有做任何更改。",
        "请换一个微信绑定；或者先用这个微信登录，把它从原来的账号解绑。",
    ),
    last_login_method: told(
        "不能解绑",
        "这是此账号唯一的登录方式，解绑后将无法再登录。",
        "请先绑定另一个微信，再解绑这个。",
    ),
    link_not_allowed: told(
        "链接不正确",
        "打开本页的链接有误：要返回的地址或要登录的应用不在允许范围内。",
        "请回到原来的网站重新进入登录页。网站开发者请检查链接中的 return_to 和 app 参数。",
    ),
    cross_origin: told(
        "已拒绝此操作",
        "这次操作来自其他网站，为了你的账号安全，没有执行。",
        "请从账号管理页重新操作。",
    ),
    not_found: told(
        "找不到页面",
        "地址可能输错了，或者页面已经移走。",
        "请检查地址，或返回首页。",
    ),
    too_often: told("操作太频繁", "短时间内的登录次数太多。", "请等一分钟再试。"),
    wechat_misconfigured: told(
        "暂时无法登录",
        "微信没有接受本站的登录请求，需要网站管理员处理。",
        "请稍后再试；如果一直不行，请把下面的请求编号告诉客服。",
    ),
    wechat_unavailable: told(
        "微信暂无响应",
        "没有收到微信的回复，或者网络中断。",
        "请稍后重新登录。",
    ),
    unavailable: told(
        "服务暂时不可用",
        "我们的服务出现了临时故障，你的账号不受影响。",
        "请稍后再试；如果一直不行，请把下面的请求编号告诉客服。",
    ),
    other: told(
        "暂时无法完成操作",
        "这次请求有误，没有做任何更改。",
        "请返回上一步再试；如果一直不行，请把下面的请求编号告诉客服。",
    ),
};

pub(super) const ENGLISH: Failure = Failure {
    what_to_do: "What you can do",
    request: "Request",
    sign_in_again: "Sign in again",
    link_again: "Link again",
    home: "Home",
    to_account: "Back to my account",
    state_mismatch: told(
        "This sign-in is no longer valid",
        "It was not begun in this browser, or it took too long.",
        "Sign in again in this browser, and finish within ten minutes. If this keeps happening, check that the browser accepts cookies.",
    ),
    cancelled: told(
        "Sign-in cancelled",
        "You did not allow the sign-in in WeChat.",
        "To go on, sign in again and tap “Allow” in WeChat.",
    ),
    not_here: told(
        "Please open this elsewhere",
        "A phone’s browser cannot scan the QR code on its own screen.",
        "Copy the link and open it in WeChat; or open it on a computer and scan the QR code with WeChat.",
    ),
    login_code_rejected: told(
        "Sign-in expired",
        "What WeChat hands out for a sign-in works once, and not for long. Reloading the page or going back uses it a second time.",
        "Please sign in again.",
    ),
    login_blocked: told(
        "WeChat blocked this sign-in",
        "WeChat sees a risk in it.",
        "Please try again later, or check the state of your account in WeChat.",
    ),
    snapshot_user: told(
        "Please open the full page first",
        "This is WeChat’s snapshot of the page. In it WeChat gives everybody a virtual account, which cannot sign in.",
        "Tap “Use full service” (使用完整服务) at the bottom of the page, and sign in there.",
    ),
    user_disabled: told(
        "Account disabled",
        "An administrator disabled this account.",
        "If you do not know why, please contact support.",
    ),
    account_closing: told(
        "The account is being closed",
        "Somebody asked to close this account, so it cannot be used to sign in.",
        "To keep it, please contact support.",
    ),
    signed_out: told(
        "Please sign in again",
        "The sign-in has expired, or you signed out.",
        "Sign in again to go on.",
    ),
    removed: told(
        "This device was signed out",
        "It was removed from another device, or the account signed in elsewhere.",
        "If that was not you, sign in again and remove the devices that you do not know.",
    ),
    login_method_taken: told(
        "This WeChat account is linked to another account",
        "A WeChat account belongs to one account only. Nothing was changed.",
        "Link another WeChat account; or sign in with this one first, and unlink it there.",
    ),
    last_login_method: told(
        "This cannot be unlinked",
        "It is the only way into this account: without it nobody could sign in.",
        "Link another WeChat account first, then unlink this one.",
    ),
    link_not_allowed: told(
        "This link is not right",
        "The address to go back to, or the app to sign in to, is not one that this service allows.",
        "Go back to the website and start again. If you made that website: check return_to and app in the link.",
    ),
    cross_origin: told(
        "Not done",
        "Another website asked for this. To keep your account safe, nothing was changed.",
        "Do it again from your account page.",
    ),
    not_found: told(
        "Page not found",
        "The address may be mistyped, or the page has moved.",
        "Check the address, or go to the first page.",
    ),
    too_often: told(
        "Too many attempts",
        "There were too many sign-ins in a short time.",
        "Please wait a minute and try again.",
    ),
    wechat_misconfigured: told(
        "Sign-in is not possible right now",
        "WeChat does not accept this website’s request. Its operator has to act.",
        "Please try again later. If it stays like this, tell support the request number below.",
    ),
    wechat_unavailable: told(
        "WeChat is not responding",
        "WeChat did not answer, or the connection was lost.",
        "Please sign in again in a moment.",
    ),
    unavailable: told(
        "Not available right now",
        "Something on our side is down for the moment. Your account is safe.",
        "Please try again later. If it stays like this, tell support the request number below.",
    ),
    other: told(
        "This cannot be done right now",
        "Something is wrong with the request. Nothing was changed.",
        "Go back and try again. If it stays like this, tell support the request number below.",
    ),
};
