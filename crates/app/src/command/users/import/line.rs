//! One line: one person. What is wrong is told by the field's name and never by its value, which is somebody's.

use serde_json::{Map, Value};
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};
use wechat_login_domain::{
    AppId, Apps, ExternalId, OpenId, Phone, Profile, Scope, UnionId,
    import::{ImportedIdentity, ImportedUser},
};

use super::unambiguous;

/// Reads a person.
///
/// # Errors
/// The field and what is wrong with it.
pub(super) fn parse(line: &str, apps: &Apps, now: OffsetDateTime) -> Result<ImportedUser, String> {
    let value = unambiguous::parse(line)?;
    let Value::Object(fields) = value else {
        return Err("must be a JSON object".to_owned());
    };
    let mut person = ImportedUser::default();
    for (name, value) in fields {
        let fault = match (name.as_str(), value) {
            (_, Value::Null) => Ok(()),
            ("external_id", value) => external_id(&value).map(|id| person.external_id = Some(id)),
            ("created_at", value) => moment(&value, now).map(|at| person.created_at = Some(at)),
            ("nickname", value) => nickname(&value).map(|nickname| person.nickname = nickname),
            ("phone", value) => phone(&value).map(|phone| person.phone = phone),
            ("scopes", value) => scopes(&value).map(|scopes| person.scopes = scopes),
            ("wechat", value) => identities(value, apps).map(|wechat| person.wechat = wechat),
            _ => Err("is no field of a person".to_owned()),
        };
        fault.map_err(|fault| format!("{} {fault}", shown(&name)))?;
    }
    if person.names_somebody() {
        Ok(person)
    } else {
        Err("names nobody: needs external_id, phone or wechat".to_owned())
    }
}

/// A field's name as it can stand in one line.
fn shown(name: &str) -> String {
    let readable = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    name.chars().filter(readable).take(32).collect()
}

fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| "must be a text".to_owned())
}

/// A text, or a number: most user tables count.
fn external_id(value: &Value) -> Result<ExternalId, String> {
    let text = match value {
        Value::Number(number) if number.is_u64() => number.to_string(),
        other => text(other)?.to_owned(),
    };
    ExternalId::parse(&text).map_err(|error| error.to_string())
}

fn moment(value: &Value, now: OffsetDateTime) -> Result<OffsetDateTime, String> {
    let fault = "must be a time such as 2020-01-31T08:00:00+08:00";
    let moment = OffsetDateTime::parse(text(value)?, &Rfc3339).map_err(|_would_be_vague| fault)?;
    // Stores keep whole microseconds.
    let moment = moment
        .replace_nanosecond(moment.microsecond() * 1_000)
        .map_err(|_cannot_be| fault)?
        .to_offset(UtcOffset::UTC);
    if moment.year() < 1970 {
        return Err("is before 1970".to_owned());
    }
    if moment > now {
        return Err("is in the future".to_owned());
    }
    Ok(moment)
}

/// As WeChat's word is taken: without control characters, and 微信用户 is no name.
fn nickname(value: &Value) -> Result<Option<String>, String> {
    let text = text(value)?;
    let nickname = Profile::from_wechat(text, "", false).nickname;
    if nickname.is_none() && text.chars().count() > 64 {
        return Err("must be at most 64 characters".to_owned());
    }
    Ok(nickname)
}

fn phone(value: &Value) -> Result<Option<Phone>, String> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        other => text(other)?.to_owned(),
    };
    if text.trim().is_empty() {
        return Ok(None);
    }
    let phone = Phone::parse_written(&text);
    phone.map(Some).map_err(|_says_another_form| {
        "must be a phone number: of mainland China, or with '+' and the country".to_owned()
    })
}

/// A list, or a text with blanks between, as OAuth writes them.
fn scopes(value: &Value) -> Result<Vec<Scope>, String> {
    let words: Vec<&str> = match value {
        Value::Array(values) => values.iter().map(text).collect::<Result<_, _>>()?,
        other => text(other)?.split_whitespace().collect(),
    };
    if words.len() > Scope::MOST {
        return Err(format!("must be at most {}", Scope::MOST));
    }
    let mut scopes: Vec<Scope> = Vec::new();
    for word in words {
        let scope = Scope::parse(word).map_err(|error| error.to_string())?;
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    Ok(scopes)
}

fn identities(value: Value, apps: &Apps) -> Result<Vec<ImportedIdentity>, String> {
    let Value::Array(values) = value else {
        return Err("must be a list".to_owned());
    };
    if values.len() > ImportedUser::MOST_IDENTITIES {
        return Err(format!("must be at most {}", ImportedUser::MOST_IDENTITIES));
    }
    let numbered = values.into_iter().enumerate();
    numbered
        .map(|(n, value)| match value {
            Value::Object(fields) => identity(&fields, apps).map_err(|fault| format!("[{n}] {fault}")),
            _ => Err(format!("[{n}] must be a JSON object")),
        })
        .collect()
}

fn identity(fields: &Map<String, Value>, apps: &Apps) -> Result<ImportedIdentity, String> {
    let field = |name: &str| match fields.get(name) {
        None | Some(Value::Null) => Ok::<_, String>(None),
        Some(value) => match text(value).map_err(|fault| format!("{name} {fault}"))? {
            "" => Ok(None),
            text => Ok(Some(text)),
        },
    };
    if let Some(name) = fields
        .keys()
        .find(|name| !["app_id", "openid", "unionid"].contains(&name.as_str()))
    {
        return Err(format!("{} is no field of it", shown(name)));
    }
    let app_id = field("app_id")?.and_then(|text| AppId::parse(text).ok());
    let app = app_id.and_then(|app_id| apps.by_app_id(&app_id));
    let app = app.ok_or("app_id is none of the configured apps")?;
    let openid = field("openid")?.map(OpenId::parse).transpose();
    let unionid = field("unionid")?.map(UnionId::parse).transpose();
    let identity = ImportedIdentity {
        app_id: app.app_id.clone(),
        open_platform: app.open_platform.clone(),
        openid: openid.map_err(|fault| format!("openid {fault}"))?,
        unionid: unionid.map_err(|fault| format!("unionid {fault}"))?,
    };
    if identity.openid.is_none() && identity.unionid.is_none() {
        return Err("has neither openid nor unionid".to_owned());
    }
    Ok(identity)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;
    use wechat_login_domain::{App, AppName, Channel, OpenPlatform};

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-21 08:00 UTC);

    fn read(line: &str) -> Result<ImportedUser, String> {
        let app = App {
            name: AppName::parse("shop").unwrap(),
            channel: Channel::MiniProgram,
            app_id: AppId::parse("wx1").unwrap(),
            open_platform: OpenPlatform::parse("default").unwrap(),
            is_default: false,
        };
        parse(line, &Apps::new([app]), NOW)
    }

    #[test]
    fn a_line_may_have_everything() {
        let person = read(
            r#"{"external_id":"42","created_at":"2020-01-31T08:00:00.1234567+08:00","nickname":" 小明 ","phone":"138 0013 8000",
                "scopes":["a","b","a"],"wechat":[{"app_id":"wx1","openid":"oA","unionid":"uA"},{"app_id":"wx1","unionid":"uB","openid":""}]}"#,
        )
        .unwrap();
        assert_eq!(person.external_id, ExternalId::parse("42").ok());
        assert_eq!(
            person.created_at,
            Some(datetime!(2020-01-31 00:00:00.123_456 UTC))
        );
        assert_eq!(person.nickname.as_deref(), Some("小明"));
        assert_eq!(person.phone, Phone::parse("+8613800138000").ok());
        assert_eq!(person.scopes.len(), 2);
        assert_eq!(person.wechat.len(), 2);
        assert_eq!(person.wechat[1].openid, None);
    }

    #[test]
    fn a_line_may_be_as_a_database_writes_it() {
        let person = read(
            r#"{"external_id":42,"created_at":null,"nickname":"微信用户","phone":"","scopes":"a b","wechat":null}"#,
        )
        .unwrap();
        let wanted = ImportedUser {
            external_id: ExternalId::parse("42").ok(),
            scopes: vec![Scope::parse("a").unwrap(), Scope::parse("b").unwrap()],
            ..ImportedUser::default()
        };
        assert_eq!(person, wanted);
    }

    #[test]
    fn a_fault_is_told_by_its_field_and_never_by_its_value() {
        for (line, field) in [
            ("13800138000 CANARY", "is no JSON"),
            ("\"CANARY\"", "must be a JSON object"),
            ("{}", "names nobody"),
            (r#"{"nickname":"CANARY"}"#, "names nobody"),
            (r#"{"external_id":1.5,"nickname":"CANARY"}"#, "external_id"),
            (r#"{"external_id":"","nickname":"CANARY"}"#, "external_id"),
            (r#"{"external_id":1,"phone":"CANARY"}"#, "phone"),
            (r#"{"external_id":1,"phone":["CANARY"]}"#, "phone"),
            (r#"{"external_id":1,"created_at":"CANARY"}"#, "created_at"),
            (
                r#"{"external_id":1,"created_at":"2020-01-31 08:00:00"}"#,
                "created_at",
            ),
            (
                r#"{"external_id":1,"created_at":"2126-01-31T08:00:00Z"}"#,
                "created_at",
            ),
            (
                r#"{"external_id":1,"created_at":"1926-01-31T08:00:00Z"}"#,
                "created_at",
            ),
            (r#"{"external_id":1,"scopes":["CANARY CANARY"]}"#, "scopes"),
            (r#"{"external_id":1,"unionId":"CANARY"}"#, "unionId"),
            (
                r#"{"wechat":[{"app_id":"CANARY","openid":"oA"}]}"#,
                "wechat [0] app_id",
            ),
            (
                r#"{"wechat":[{"app_id":"wx1","openid":"CANARY!"}]}"#,
                "wechat [0] openid",
            ),
            (r#"{"wechat":[{"app_id":"wx1","openid":7}]}"#, "wechat [0] openid"),
            (r#"{"wechat":[{"app_id":"wx1"}]}"#, "wechat [0] has neither"),
            (
                r#"{"wechat":[{"app_id":"wx1","openid":"oA","unionId":"CANARY"}]}"#,
                "wechat [0] unionId",
            ),
            (r#"{"wechat":{"app_id":"wx1"}}"#, "wechat must be a list"),
        ] {
            let fault = read(line).unwrap_err();
            assert!(fault.contains(field), "{field} is missing in {fault}");
            assert!(!fault.contains("CANARY"), "{fault}");
        }
        let long = format!(r#"{{"external_id":1,"nickname":"{}"}}"#, "x".repeat(65));
        assert!(read(&long).unwrap_err().contains("nickname"));
    }

    #[test]
    fn a_person_is_at_so_many_apps_and_no_more() {
        let at = |apps: usize| {
            let identities: Vec<_> = (0..apps)
                .map(|n| format!(r#"{{"app_id":"wx1","openid":"o{n}"}}"#))
                .collect();
            read(&format!(r#"{{"wechat":[{}]}}"#, identities.join(",")))
        };
        assert_eq!(at(64).unwrap().wechat.len(), 64);
        assert_eq!(at(65).unwrap_err(), "wechat must be at most 64");
    }

    #[test]
    fn a_field_that_is_there_twice_is_a_fault() {
        let fault = read(r#"{"external_id":"CANARY","external_id":"2"}"#).unwrap_err();
        assert!(fault.contains("twice") && !fault.contains("CANARY"), "{fault}");
    }
}
