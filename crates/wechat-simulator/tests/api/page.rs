//! The page for people.

use crate::wechat::{WeChat, mini};
use serde_json::json;
use wechat_login_simulator::Options;

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn it_shows_the_world_and_a_line_that_works() {
    let wechat = WeChat::start();
    let page = wechat.get("/?lang=en");
    assert_eq!(page.status, 200);
    for text in [
        "This is not WeChat",
        "shop_mini",
        "shop_h5",
        &mini().app_id,
        "张三",
        "李四",
        "the code is a mock one",
    ] {
        assert!(page.body.contains(text), "{text}");
    }
    assert!(
        page.body
            .contains("curl http://127.0.0.1:8080/v1/login/mini-program ")
    );
    assert!(page.head.contains("content-type: text/html; charset=utf-8"));
    assert!(
        page.head.contains("content-security-policy: default-src 'none'"),
        "{}",
        page.head
    );
    assert!(
        !page.body.contains("style=") && !page.body.contains("onclick") && !page.body.contains("https://")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_speaks_chinese_and_english() {
    let wechat = WeChat::start();
    let in_english = |page: &str| page.contains(r#"<html lang="en">"#) && page.contains("WeChat simulator");
    let in_chinese = |page: &str| page.contains(r#"<html lang="zh-CN">"#) && page.contains("微信模拟器");
    let accept = |language: &str| {
        wechat
            .call("GET", "/", &format!("Accept-Language: {language}\r\n"), "")
            .body
    };
    assert!(in_chinese(&wechat.get("/").body));
    assert!(in_english(&accept("en-US,en;q=0.9")) && in_chinese(&accept("zh-CN")));
    let switched = wechat
        .call("GET", "/?lang=zh", "Accept-Language: en\r\n", "")
        .body;
    assert!(in_chinese(&switched));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_hands_out_a_code_that_can_be_spent() {
    let wechat = WeChat::with(Options {
        service_url: Some("http://localhost:9/".to_owned()),
        ..Options::default()
    });
    let form = format!("app={}&person=%E5%B0%8F%E6%98%8E", mini().app_id);
    let page = wechat.call("POST", "/?lang=en", FORM, &form);
    let code = page
        .body
        .split(r#"<code id="code">"#)
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap();
    let line = format!(
        "curl http://localhost:9/v1/login/mini-program -H &#39;Content-Type: application/json&#39; -d &#39;{{&quot;code&quot;:&quot;{code}&quot;}}&#39;"
    );
    assert!(page.body.contains(&line), "{}", page.body);
    let alices = wechat.control("/simulator/people", &json!({"name": "小明"}));
    let session = wechat.log_in(&mini(), code).json();
    assert_eq!(session["openid"], alices["openids"][mini().app_id]);
}

#[tokio::test(flavor = "multi_thread")]
async fn markup_in_names_stays_text() {
    let wechat = WeChat::start();
    let evil = "<script>alert('1')</script>";
    wechat.control("/simulator/people", &json!({"name": evil, "nickname": evil}));
    wechat.control(
        "/simulator/apps",
        &json!({"channel": "mini_program", "name": evil, "open_platform": evil}),
    );
    let page = wechat.call(
        "POST",
        "/",
        FORM,
        "person=%3Cscript%3Ealert(%271%27)%3C%2Fscript%3E",
    );
    assert!(!page.body.contains("<script>") && page.body.contains("&lt;script&gt;alert(&#39;1&#39;)"));
    let refused = wechat.call("POST", "/", FORM, "app=%3Cscript%3E&person=x");
    assert!(
        refused.status == 200
            && refused.body.contains(r#"role="alert""#)
            && !refused.body.contains("<script>")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_form_is_no_more_than_an_empty_or_refused_one() {
    let wechat = WeChat::start();
    for form in [
        "",
        "&&=",
        "app=&person=+",
        "app=%FF",
        "person=person_0123456789abcdef",
    ] {
        let page = wechat.call("POST", "/", FORM, form);
        assert_eq!(page.status, 200, "{form}");
    }
    assert_eq!(wechat.call("POST", "/", FORM, &"x".repeat(70_000)).status, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_style_and_script_come_from_here() {
    let wechat = WeChat::start();
    for (path, kind) in [
        ("/simulator/page.css", "text/css"),
        ("/simulator/page.js", "text/javascript"),
    ] {
        let file = wechat.get(path);
        assert!(
            file.status == 200
                && file
                    .head
                    .contains(&format!("content-type: {kind}; charset=utf-8")),
            "{path}"
        );
    }
}
