/// On every page, and on the first.
pub(in super::super) struct Common {
    pub(in super::super) skip: &'static str,
    pub(in super::super) language: &'static str,
    pub(in super::super) terms: &'static str,
    pub(in super::super) privacy: &'static str,
    pub(in super::super) sign_in_with_wechat: &'static str,
    pub(in super::super) my_account: &'static str,
    pub(in super::super) somebody: &'static str,
    pub(in super::super) home_signed_out: &'static str,
    pub(in super::super) home_signed_in: &'static str,
}

pub(super) const CHINESE: Common = Common {
    skip: "跳到主要内容",
    language: "语言",
    terms: "《用户协议》",
    privacy: "《隐私政策》",
    sign_in_with_wechat: "微信登录",
    my_account: "账号管理",
    somebody: "微信用户",
    home_signed_out: "用微信登录，不用注册，也不用记密码。",
    home_signed_in: "你已登录",
};

pub(super) const ENGLISH: Common = Common {
    skip: "Skip to content",
    language: "Language",
    terms: "Terms of Service",
    privacy: "Privacy Policy",
    sign_in_with_wechat: "Sign in with WeChat",
    my_account: "Manage account",
    somebody: "WeChat user",
    home_signed_out: "Sign in with WeChat: nothing to register, no password to remember.",
    home_signed_in: "You are signed in",
};
