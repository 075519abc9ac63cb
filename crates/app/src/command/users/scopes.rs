use anyhow::bail;
use wechat_login_domain::{Scope, ScopeChange};

use super::How;

/// What is to be changed.
///
/// # Errors
/// One line, where a text is no scope or hardly means one.
pub(super) fn change(how: How, texts: &[String]) -> anyhow::Result<ScopeChange> {
    let mut scopes = Vec::new();
    for text in texts {
        // RFC 6749 lets a comma be part of a scope, so that one which came by an import can be taken away again.
        if text.contains(',') && !matches!(how, How::Remove) {
            bail!("the scope {text:?} has a comma in it: write several scopes with blanks between them");
        }
        match Scope::parse(text) {
            Ok(scope) => scopes.push(scope),
            Err(error) => bail!("the scope {text:?} {error}"),
        }
    }
    match how {
        How::Set => Ok(ScopeChange::Set(scopes)),
        _ if scopes.is_empty() => bail!("name the scopes; only `set` takes none, which leaves the user none"),
        How::Add => Ok(ScopeChange::Add(scopes)),
        How::Remove => Ok(ScopeChange::Remove(scopes)),
    }
}
