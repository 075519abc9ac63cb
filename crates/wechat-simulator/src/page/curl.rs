use serde_json::json;

/// A line for a shell that signs in to the service with a mini-program's login code.
///
/// `app` is needed only where the service may know several mini-programs.
pub(super) fn mini_program_login(service_url: &str, code: &str, app: Option<&str>) -> String {
    let mut body = json!({ "code": code });
    if let Some(app) = app {
        body["app"] = app.into();
    }
    format!("curl {service_url}/v1/login/mini-program -H 'Content-Type: application/json' -d '{body}'")
}

#[cfg(test)]
mod tests {
    use super::mini_program_login;

    #[test]
    fn the_line_can_be_pasted() {
        let head = "curl http://h:1/v1/login/mini-program -H 'Content-Type: application/json' -d ";
        assert_eq!(
            mini_program_login("http://h:1", "c", None),
            format!(r#"{head}'{{"code":"c"}}'"#)
        );
        assert_eq!(
            mini_program_login("http://h:1", "c", Some("wx1")),
            format!(r#"{head}'{{"app":"wx1","code":"c"}}'"#)
        );
    }
}
