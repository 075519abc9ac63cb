//! Whether this browser's person has agreed to the company's terms.

use actix_web::{HttpRequest, cookie::Cookie};

use super::{assets::fingerprint, visit::Visit};

const COOKIE: &str = "wechat_login_agreed";

impl Visit {
    /// Whether there is nothing to agree to, or it was agreed to before, as it is today.
    pub(super) fn has_agreed(&self, request: &HttpRequest) -> bool {
        !self.look.company.asks_for_consent()
            || request
                .cookie(COOKIE)
                .is_some_and(|cookie| cookie.value() == self.agreement())
    }

    /// What remembers that they agreed, for a year.
    pub(super) fn agreed(&self) -> Cookie<'static> {
        self.cookie(COOKIE, self.agreement())
    }

    /// What they agree to: other addresses are other terms.
    fn agreement(&self) -> String {
        let (terms, privacy) = self.look.agreements();
        fingerprint([terms.unwrap_or_default(), "\n", privacy.unwrap_or_default()])
    }
}
