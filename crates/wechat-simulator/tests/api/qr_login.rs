//! A website's login: the page with the QR code, its poll, and who answers it.

use crate::browser::{between, login_page, poll, shown_uuid};
use crate::wechat::WeChat;
use rqrr::PreparedImage;
use serde_json::json;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

const CALLBACK: &str = "http://127.0.0.1:8080/callback?next=%2Fa";

/// What a phone's camera makes of an answer that is an image.
fn scanned(answer: &[u8]) -> String {
    let start = answer.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
    let gray = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::Luma);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&answer[start..]), gray);
    let pixels = decoder.decode().unwrap();
    let (width, height) = decoder.dimensions().unwrap();
    let mut image = PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    image.detect_grids()[0].decode().unwrap().1
}

fn scan(wechat: &WeChat, uuid: &str, person: &str, action: &str) -> serde_json::Value {
    wechat.control(
        "/simulator/scan",
        &json!({"uuid": uuid, "person": person, "action": action}),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_scans_allows_and_comes_back_with_a_code() {
    let wechat = WeChat::start();
    let uuid = shown_uuid(&wechat, CALLBACK);
    assert!(uuid.len() == 16 && uuid.bytes().all(|letter| letter.is_ascii_alphanumeric()));

    let scanned = scan(&wechat, &uuid, "张三", "scan");
    assert_eq!(
        (&scanned["state"], &scanned["app_id"], scanned.get("code")),
        (&json!("scanned"), &json!("wxdec0000000000002"), None)
    );
    assert_eq!(
        poll(&wechat, &uuid, ""),
        json!({"wx_errcode": 404, "wx_code": ""})
    );

    let allowed = scan(&wechat, &uuid, "张三", "allow");
    let code = allowed["code"].as_str().unwrap();
    let redirect = format!("http://127.0.0.1:8080/callback?next=%2Fa&code={code}&state=S1");
    assert_eq!((code.len(), &allowed["redirect_uri"]), (32, &json!(redirect)));
    for _ in 0..2 {
        assert_eq!(
            poll(&wechat, &uuid, "&last=404"),
            json!({"wx_errcode": 405, "wx_code": code})
        );
    }
    let script = wechat.get(&format!("/connect/l/qrconnect?uuid={uuid}&last=404&_=1"));
    assert_eq!(
        script.body,
        format!("window.wx_errcode=405;window.wx_code='{code}';")
    );
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    let with_address = wechat
        .get(&format!("/connect/l/qrconnect?uuid={uuid}&f=url"))
        .body;
    assert_eq!(
        with_address,
        format!("window.wx_errcode=405;window.wx_code='{code}';window.wx_redirecturl='{redirect}';")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_that_waits_is_woken_by_the_phone_and_by_the_clock() {
    let wechat = WeChat::start();
    let uuids = [CALLBACK, CALLBACK].map(|callback| shown_uuid(&wechat, callback));
    std::thread::scope(|threads| {
        // Whether the poll or the phone comes first, the answer is the same.
        let polls = uuids
            .each_ref()
            .map(|uuid| threads.spawn(|| poll(&wechat, uuid, "")));
        scan(&wechat, &uuids[0], "李四", "scan");
        wechat.control("/simulator/clock", &json!({"advance": "5m"}));
        let [scanned, expired] = polls.map(|poll| poll.join().unwrap()["wx_errcode"].clone());
        assert!(scanned == 404 || scanned == 402, "{scanned}");
        assert_eq!(expired, 402);
    });
    assert_eq!(wechat.get("/simulator/scans").json(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cancels_stays_on_the_page_and_may_scan_again() {
    let wechat = WeChat::start();
    let uuid = shown_uuid(&wechat, CALLBACK);
    let cancelled = scan(&wechat, &uuid, "张三", "cancel");
    assert_eq!(
        (&cancelled["state"], cancelled.get("redirect_uri")),
        (&json!("cancelled"), None)
    );
    assert_eq!(poll(&wechat, &uuid, "")["wx_errcode"], 403);
    scan(&wechat, &uuid, "李四", "scan");
    assert_eq!(poll(&wechat, &uuid, "&last=403")["wx_errcode"], 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn until_2021_who_cancelled_was_sent_back_with_the_state_alone() {
    let wechat = WeChat::start();
    let uuid = shown_uuid(&wechat, CALLBACK);
    let request = json!({"uuid": uuid, "person": "张三", "action": "cancel", "legacy_redirect": true});
    let cancelled = wechat.control("/simulator/scan", &request);
    let redirect = "http://127.0.0.1:8080/callback?next=%2Fa&state=S1";
    assert_eq!(cancelled["redirect_uri"], redirect);
    let script = wechat
        .get(&format!("/connect/l/qrconnect?uuid={uuid}&f=url"))
        .body;
    assert_eq!(
        script,
        format!("window.wx_errcode=403;window.wx_code='';window.wx_redirecturl='{redirect}';")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_qr_code_is_answered_once_by_who_scanned_it_and_not_at_all_when_unknown() {
    let wechat = WeChat::start();
    let uuid = shown_uuid(&wechat, CALLBACK);
    let refused = |person: &str, action: &str, uuid: &str| {
        let request = json!({"uuid": uuid, "person": person, "action": action});
        let answer = wechat.post("/simulator/scan", &request.to_string());
        assert!(answer.json()["error"].is_string());
        answer.status
    };
    let link = format!("https://open.weixin.qq.com/connect/confirm?uuid={uuid}");
    scan(&wechat, &link, "张三", "scan");
    assert_eq!(refused("李四", "allow", &uuid), 409);
    scan(&wechat, &uuid, "张三", "allow");
    for action in ["scan", "allow", "cancel"] {
        assert_eq!(refused("张三", action, &uuid), 409);
    }
    assert_eq!(refused("张三", "scan", "0000000000000000"), 404);
    assert_eq!(refused("张三", "scan", ""), 404);
    assert_eq!(refused("张三", "approve", &uuid), 400);
    assert_eq!(poll(&wechat, "0000000000000000", "")["wx_errcode"], 402);
    assert_eq!(poll(&wechat, "", "")["wx_errcode"], 500);
    let listed = wechat.get("/simulator/scans").json();
    assert_eq!(
        (&listed[0]["uuid"], &listed[0]["state"]),
        (&json!(uuid), &json!("confirmed"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_address_is_answered_with_wechats_words_and_leads_nowhere() {
    let wechat = WeChat::start();
    wechat.control(
        "/simulator/apps",
        &json!({"channel": "web", "app_id": "wxshop", "callback_domain": "shop.example.com"}),
    );
    let base = "/connect/qrconnect?response_type=code&scope=snsapi_login&appid=";
    let uri = "redirect_uri=https%3A%2F%2Fshop.example.com%2F";
    for (path, words) in [
        (format!("{base}nobody&{uri}"), "AppID 参数错误"),
        (format!("{base}wxshop"), "redirect_uri 参数错误"),
        (
            format!("{base}wxshop&redirect_uri=https%3A%2F%2Fwww.shop.example.com"),
            "redirect_uri 参数错误",
        ),
        (
            format!("{base}wxdec0000000000002&redirect_uri=javascript%3Aalert(1)"),
            "redirect_uri 参数错误",
        ),
        (
            format!("{base}wxdec0000000000001&{uri}"),
            "Scope 参数错误或没有 Scope 权限",
        ),
        (
            format!("/connect/qrconnect?appid=wxshop&response_type=code&scope=snsapi_base&{uri}"),
            "Scope 参数错误或没有 Scope 权限",
        ),
        (
            format!("/connect/qrconnect?appid=wxshop&scope=snsapi_login&{uri}"),
            "response_type 参数错误",
        ),
    ] {
        let page = wechat.get(&path);
        assert!(page.status == 200 && page.location.is_empty(), "{path}");
        assert!(
            page.body.contains(words) && !page.body.contains("qrcode"),
            "{path}: {}",
            page.body
        );
    }
    assert_eq!(wechat.get("/simulator/scans").json(), json!([]));
    let good = wechat.get(&format!("{base}wxshop&{uri}&unknown=1"));
    assert!(good.body.contains("/connect/qrcode/"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_may_stand_in_a_frame_and_says_where_its_redirect_goes() {
    let wechat = WeChat::start();
    let page = wechat.get(&login_page(
        CALLBACK,
        "&login_type=jssdk&self_redirect=true&style=white",
    ));
    assert!(
        page.body.contains(r#"class="qr-login embedded white""#)
            && page.body.contains(r#"data-self-redirect="true""#)
    );
    assert!(!page.head.contains("frame-ancestors") && !page.head.contains("x-frame-options"));
    assert!(!page.body.contains("style=\"") && !page.body.contains("onclick"));
    for extra in ["&self_redirect=false", ""] {
        let page = wechat.get(&login_page(CALLBACK, extra));
        assert!(page.body.contains(r#"data-self-redirect="false""#));
    }
    let english = wechat.get(&login_page(CALLBACK, "&lang=en")).body;
    let chinese = wechat
        .call(
            "GET",
            &login_page(CALLBACK, "&lang=cn"),
            "Accept-Language: en\r\n",
            "",
        )
        .body;
    assert!(english.contains("Scan with WeChat") && chinese.contains("使用微信扫一扫登录"));
    let script = wechat.get("/simulator/qrconnect.js");
    assert!(script.status == 200 && script.body.contains("/connect/l/qrconnect?uuid="));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_uuid_is_also_to_be_had_as_xml_and_its_image_while_it_lives() {
    let wechat = WeChat::start();
    let xml = wechat.get(&login_page(CALLBACK, "&f=xml"));
    assert!(xml.header("content-type").starts_with("text/xml"));
    let uuid = between(&xml.body, "<uuid><![CDATA[", "]]></uuid>");
    let image = format!("/connect/qrcode/{uuid}");
    assert_eq!(wechat.get(&image).header("content-type"), "image/jpeg");
    // The phone comes back the way that the browser came.
    let request = format!("GET {image} HTTP/1.1\r\nHost: wechat.test:81\r\nConnection: close\r\n\r\n");
    assert_eq!(
        scanned(&wechat.bytes(request.as_bytes())),
        format!("http://wechat.test:81/connect/confirm?uuid={uuid}")
    );
    wechat.control("/simulator/clock", &json!({"advance": "5m"}));
    assert_eq!(wechat.get(&image).status, 404);
}
