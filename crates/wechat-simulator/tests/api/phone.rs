//! The phone that is a page.

use crate::browser::{between, poll, shown_uuid, submit};
use crate::wechat::WeChat;

#[tokio::test(flavor = "multi_thread")]
async fn a_person_scans_and_allows_by_forms_alone() {
    let wechat = WeChat::start();
    let uuid = shown_uuid(&wechat, "http://shop.test/cb");
    let confirm = format!("/connect/confirm?uuid={uuid}&lang=zh");
    let page = wechat.get(&confirm).body;
    assert!(page.contains(r#"data-state="waiting""#) && page.contains("shop_web") && page.contains("扫一扫"));

    let scanned = submit(&wechat, &confirm, "", "action=scan&name=%E5%B0%8F%E6%98%8E");
    assert_eq!((scanned.status, scanned.location()), (303, confirm.as_str()));
    let cookie = format!("Cookie: {}\r\n", between(&scanned.head, "set-cookie: ", ";"));
    let page = wechat.call("GET", &confirm, &cookie, "").body;
    assert!(page.contains(r#"data-state="scanned""#) && page.contains("<b>小明</b>"));
    let person = between(&page, r#"<input type="hidden" name="person" value=""#, "\"");

    let allowed = submit(
        &wechat,
        &confirm,
        &cookie,
        &format!("action=allow&person={person}"),
    );
    assert_eq!(allowed.status, 303);
    let page = wechat.get(&confirm).body;
    let code = between(&page, r#"<code id="code">"#, "<");
    assert_eq!(poll(&wechat, &uuid, "")["wx_code"], code);

    // A second time is refused, on the page.
    let again = submit(&wechat, &confirm, &cookie, "action=allow");
    assert!(again.status == 200 && again.body.contains(r#"role="alert""#));
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_is_shown_and_can_be_done_as_until_2021() {
    let wechat = WeChat::start();
    let uuid = shown_uuid(&wechat, "http://shop.test/cb");
    let confirm = format!("/connect/confirm?uuid={uuid}&lang=en");
    submit(&wechat, &confirm, "", "action=cancel&legacy_redirect=1");
    let page = wechat.get(&confirm).body;
    assert!(page.contains(r#"data-state="cancelled""#) && page.contains("Login cancelled"));
    let script = wechat
        .get(&format!("/connect/l/qrconnect?uuid={uuid}&f=url"))
        .body;
    assert!(script.contains("wx_redirecturl='http://shop.test/cb?state=S1'"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_qr_code_that_is_gone_says_so() {
    let wechat = WeChat::start();
    for path in [
        "/connect/confirm?uuid=0000000000000000",
        "/connect/confirm",
        "/connect/confirm?uuid=%3Cscript%3E",
    ] {
        let page = wechat.get(path);
        assert!(page.status == 200 && page.body.contains(r#"data-state="expired""#));
        assert!(page.body.contains("二维码已失效") && !page.body.contains("<script>"));
        assert_eq!(submit(&wechat, path, "", "action=allow").status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_phone_lists_what_waits_and_scans_what_is_pasted() {
    let wechat = WeChat::start();
    let uuid = shown_uuid(&wechat, "http://shop.test/cb");
    let page = wechat.get("/simulator/phone?lang=en").body;
    assert!(page.contains(&format!(r#"data-uuid="{uuid}" data-state="waiting""#)));
    for form in [
        format!("link=http%3A%2F%2Fh%2Fconnect%2Fconfirm%3Fuuid%3D{uuid}&person="),
        format!("uuid={uuid}&link="),
    ] {
        let scanned = submit(&wechat, "/simulator/phone?lang=en", "", &form);
        assert_eq!(
            scanned.location(),
            format!("/connect/confirm?uuid={uuid}&lang=en")
        );
    }
    for form in ["", "link=nonsense", "name=%FF%00", &"x".repeat(1_000)] {
        let page = submit(&wechat, "/simulator/phone", "", form);
        assert!(
            page.status == 200 && page.body.contains(r#"role="alert""#),
            "{form}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn markup_in_names_stays_text_on_the_phone_too() {
    let wechat = WeChat::start();
    let evil = "<script>alert('1')</script>";
    let app = serde_json::json!({"channel": "web", "app_id": "evil", "name": evil});
    wechat.control("/simulator/apps", &app);
    wechat.control("/simulator/people", &serde_json::json!({"name": evil}));
    let login = wechat.get(
        "/connect/qrconnect?appid=evil&redirect_uri=http%3A%2F%2Fh&response_type=code&scope=snsapi_login",
    );
    let uuid = between(&login.body, "/connect/qrcode/", "\"").to_owned();
    let confirm = format!("/connect/confirm?uuid={uuid}&x=%22%3E%3Cscript%3E");
    let before = wechat.get(&confirm);
    submit(
        &wechat,
        &confirm,
        "",
        "action=scan&name=%3Cscript%3Ealert(%271%27)%3C%2Fscript%3E",
    );
    let phone = wechat.get("/simulator/phone?%22%3E%3Cscript%3E");
    for page in [login, before, wechat.get(&confirm), phone] {
        assert!(!page.body.contains("<script>") && page.body.contains("&lt;script&gt;"));
    }
}
