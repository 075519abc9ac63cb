//! `/openapi.json`: what it says has to be what is answered.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    TestApp,
    answer::{Answer, http},
    browser::Browser,
};

const PROBLEM: &str = "application/problem+json";
const HTML: &str = "text/html";

/// An operation: its path, its method, and what is said of it.
type Operation<'a> = (&'a str, &'a str, &'a Value);

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().expect("paths");
    paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().expect("methods").iter();
            methods.map(move |(method, operation)| (&**path, &**method, operation))
        })
        .collect()
}

/// The types of the bodies that come with this status.
fn types<'a>(operation: &'a Value, status: &str) -> Vec<&'a str> {
    let content = operation["responses"][status]["content"].as_object();
    content
        .into_iter()
        .flat_map(|content| content.keys().map(String::as_str))
        .collect()
}

async fn document(app: &TestApp) -> Value {
    app.get("/openapi.json").await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_has_a_name_of_its_own() {
    let document = document(&TestApp::spawn().await).await;
    let operations = operations(&document);
    let names: BTreeSet<_> = operations
        .iter()
        .map(|(path, method, operation)| {
            let name = operation["operationId"].as_str();
            name.unwrap_or_else(|| panic!("{method} {path} has no name"))
        })
        .collect();
    assert_eq!(names.len(), operations.len(), "{names:?}");
    for (path, method, operation) in operations {
        for (status, response) in operation["responses"].as_object().expect("answers") {
            let description = response["description"].as_str().unwrap_or_default();
            assert!(!description.is_empty(), "{method} {path} {status}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_is_said_to_come_as_it_does() {
    let document = document(&TestApp::spawn().await).await;
    let navigations = [
        "/v1/login",
        "/v1/login/web",
        "/v1/login/official-account",
        "/v1/login/web/callback",
        "/v1/login/official-account/callback",
    ];
    for (path, method, operation) in operations(&document) {
        let mut failures = vec!["500"];
        if operation.get("requestBody").is_some() {
            failures.extend(["408", "413", "415"]);
        }
        for status in failures {
            assert!(
                types(operation, status).contains(&PROBLEM),
                "{method} {path} {status}"
            );
        }
        let is_navigation = method == "get" && navigations.contains(&path);
        let expected = if is_navigation {
            vec![PROBLEM, HTML]
        } else {
            vec![PROBLEM]
        };
        let all = operation["responses"].as_object().expect("answers").keys();
        for status in all.filter(|status| status.as_str() >= "400") {
            // Where it is not ready it says how it is, and that is no failure.
            if (path, &**status) != ("/readyz", "503") {
                let mut found = types(operation, status);
                found.sort_unstable();
                assert_eq!(found, expected, "{method} {path} {status}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_in_the_document() {
    let app = TestApp::spawn().await;
    let document = document(&app).await;
    let window = Browser::new(&app);
    let script = Browser::new(&app).script();
    let member = app.log_in("小明").await;
    let begin = |browser: &Browser<'_>, path: &str| browser.request(Method::GET, path);
    let no_json = |path: &str| http().post(app.url(path)).bearer_auth(&member.token);
    for (path, method, request) in [
        ("/v1/login", "get", begin(&window, "/v1/login?return_to=//x")),
        ("/v1/login/web", "get", begin(&window, "/v1/login/web?app=x")),
        ("/v1/login/web", "get", begin(&script, "/v1/login/web?app=x")),
        (
            "/v1/login/web/callback",
            "get",
            http().get(app.url("/v1/login/web/callback")),
        ),
        (
            "/v1/login/web/callback",
            "get",
            begin(&script, "/v1/login/web/callback"),
        ),
        ("/v1/login/web", "post", no_json("/v1/login/web")),
        ("/v1/me", "post", no_json("/v1/me")),
        ("/v1/me", "post", no_json("/v1/me").json(&json!({"nickname": 1}))),
    ] {
        let answer = Answer::of(request).await;
        assert!(answer.status >= 400, "{method} {path}: {}", answer.text);
        let content_type = answer.header("content-type").expect("a type");
        let content_type = content_type.split(';').next().expect("one at least");
        let told = types(&document["paths"][path][method], &answer.status.to_string());
        assert!(
            told.contains(&content_type),
            "{method} {path}: {content_type} of {told:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_body_that_may_be_missing_is_said_to_be_optional() {
    let document = document(&TestApp::spawn().await).await;
    for (path, method, operation) in operations(&document) {
        if let Some(body) = operation.get("requestBody") {
            let is_required = body["required"] == true;
            assert_eq!(is_required, path != "/v1/login/web/begin", "{method} {path}");
            for (_, content) in body["content"].as_object().expect("a type") {
                assert!(
                    content["schema"]["$ref"].is_string(),
                    "{method} {path}: {content}"
                );
            }
        }
    }
}

/// Whether an object may be that, as far as our schemas of objects say it: what it must have, and what a field can be.
fn allows(document: &Value, schema: &Value, object: &Value) -> bool {
    let name = schema["$ref"].as_str().expect("a schema with a name");
    let schema = document
        .pointer(name.trim_start_matches('#'))
        .expect("it is there");
    let required = schema["required"].as_array().expect("a field at least");
    let has_all = required
        .iter()
        .all(|field| object.get(field.as_str().expect("a name")).is_some());
    has_all
        && object
            .as_object()
            .expect("an object")
            .iter()
            .all(|(field, value)| {
                let values = schema["properties"][field]["enum"].as_array();
                values.is_none_or(|values| values.contains(value))
            })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_one_of_two_and_never_both() {
    let app = TestApp::spawn_with(&[("clients.api.secret", "secret")]).await;
    let document = document(&app).await;
    let introspection = &document["components"]["schemas"]["Introspection"];
    let member = app.log_in("小明").await;
    for (token, is_active) in [(&*member.token, true), ("nonsense", false)] {
        let request = http().post(app.url("/oauth2/introspect"));
        let request = request
            .basic_auth("api", Some("secret"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("token={token}"));
        let answer = Answer::of(request).await.json();
        assert_eq!(answer["active"], is_active);
        let kinds = introspection["oneOf"].as_array().expect("kinds");
        let allowed = kinds.iter().filter(|kind| allows(&document, kind, &answer));
        assert_eq!(allowed.count(), 1, "{answer} {introspection}");
    }
}
