use super::answer;
use super::words::Words;
use crate::page::language::Language;

/// What WeChat says of an address that it does not accept. Nobody is sent anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// WeChat's own words.
    title: &'static str,
    /// What pages inside WeChat show beside them.
    number: Option<u16>,
    /// For the developer, in Chinese and English.
    hint: [&'static str; 2],
}

impl Refused {
    pub(super) const APP_ID: Self = Self {
        title: "AppID 参数错误",
        number: None,
        hint: [
            "appid 缺失，或没有这个应用。",
            "appid is missing, or there is no such app.",
        ],
    };
    pub(super) const RESPONSE_TYPE: Self = Self {
        title: "response_type 参数错误",
        number: None,
        hint: ["response_type 必须是 code。", "response_type must be code."],
    };
    pub(super) const SCOPE: Self = Self {
        title: "Scope 参数错误或没有 Scope 权限",
        number: None,
        hint: [
            "scope 必须是 snsapi_login，并且 appid 必须是网站应用的。",
            "scope must be snsapi_login, and appid must be a website app's.",
        ],
    };
    pub(super) const REDIRECT_URI: Self = Self {
        title: "redirect_uri 参数错误",
        number: None,
        hint: [
            "redirect_uri 必须是经过一次 URL 编码的 http 或 https 完整地址，域名与应用的授权回调域完全一致。",
            "redirect_uri must be a complete http or https address, encoded once, whose host is exactly the app's callback domain.",
        ],
    };
    pub(super) const REDIRECT_DOMAIN: Self = Self {
        title: "redirect_uri 域名与后台配置不一致",
        number: Some(10003),
        ..Self::REDIRECT_URI
    };
    pub(super) const REDIRECT_SCHEME: Self = Self {
        title: "redirect_uri 协议与后台配置不一致",
        number: Some(10039),
        hint: [
            "应用配置的回调地址是另一种协议：http 与 https 必须一致。",
            "The app is set up for the other scheme: http and https must agree.",
        ],
    };
    pub(super) const NO_SCOPE: Self = Self {
        title: "scope 不能为空",
        number: Some(10010),
        hint: [
            "scope 缺失。redirect_uri 没有编码时，它后面的参数也会丢失。",
            "scope is missing. Parameters after a redirect_uri that is not encoded are lost too.",
        ],
    };
    pub(super) const SCOPE_OF_ACCOUNT: Self = Self {
        title: "此公众号并没有这些 scope 的权限",
        number: Some(10005),
        hint: [
            "scope 必须是 snsapi_base 或 snsapi_userinfo，并且 appid 必须是公众号的。",
            "scope must be snsapi_base or snsapi_userinfo, and appid must be an official account's.",
        ],
    };
    pub(super) const STATE: Self = Self {
        title: "state 参数错误",
        number: None,
        hint: [
            "state 最多 128 字节，只能是字母和数字。",
            "state has at most 128 letters and digits.",
        ],
    };
    pub(super) const ORDER: Self = Self {
        title: "链接参数顺序错误",
        number: None,
        hint: [
            "参数必须依次为 appid、redirect_uri、response_type、scope、state。",
            "The parameters must be, in this order: appid, redirect_uri, response_type, scope, state.",
        ],
    };

    pub(super) fn page(self, language: Language) -> String {
        let words = Words::of(language);
        let hint = match language {
            Language::Chinese => self.hint[0],
            Language::English => self.hint[1],
        };
        let number = self.number.map_or_else(String::new, |number| {
            format!(r#"<p>{} <b id="errcode">{number}</b></p>"#, words.error_number)
        });
        let title = self.title;
        let main = format!(
            r#"<main id="refused" class="sheet" role="alert"><div class="mark bad" aria-hidden="true">!</div>
<h1 lang="zh">{title}</h1>{number}<p class="quiet">{hint}</p></main>"#
        );
        answer::html(words, title, "", &main)
    }
}
