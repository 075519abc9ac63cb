//! Phone numbers and session_keys: the calls of `/wxa`, from outside.

use crate::wechat::{Answer, WeChat, mini};
use serde_json::{Value, json};

pub(crate) fn app_token(wechat: &WeChat) -> String {
    let body = json!({"grant_type": "client_credential", "appid": mini().app_id, "secret": mini().secret});
    let fetched = wechat.post("/cgi-bin/stable_token", &body.to_string()).json();
    fetched["access_token"].as_str().unwrap().to_owned()
}

fn phone_code(wechat: &WeChat, person: &str) -> String {
    let body = json!({"app_id": "shop_mini", "person": person, "kind": "phone"});
    let issued = wechat.control("/simulator/codes", &body);
    issued["code"].as_str().unwrap().to_owned()
}

fn number(wechat: &WeChat, body: &Value) -> Answer {
    let path = format!(
        "/wxa/business/getuserphonenumber?access_token={}",
        app_token(wechat)
    );
    wechat.post(&path, &body.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_written_as_wechat_does() {
    let wechat = WeChat::start();
    let answer = number(&wechat, &json!({"code": phone_code(&wechat, "张三")}));
    let head = r#"{"errcode":0,"errmsg":"ok","phone_info":{"phoneNumber":"13800138000","purePhoneNumber":"13800138000","countryCode":"86","watermark":{"timestamp":"#;
    assert!(answer.body.starts_with(head), "{}", answer.body);
    assert!(
        answer
            .body
            .ends_with(&format!(r#","appid":"{}"}}}}}}"#, mini().app_id)),
        "{}",
        answer.body
    );
    wechat.control(
        "/simulator/people",
        &json!({"name": "hong", "phone": "+85261234567"}),
    );
    let abroad = number(&wechat, &json!({"code": phone_code(&wechat, "hong")})).json();
    assert_eq!(abroad["phone_info"]["countryCode"], "852");
    assert_eq!(abroad["phone_info"]["purePhoneNumber"], "61234567");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_code_works_once_for_its_person_and_five_minutes() {
    let wechat = WeChat::start();
    let people = wechat.get("/simulator/people").json();
    let openid = |place: usize| people[place]["openids"][&mini().app_id].clone();
    let code = phone_code(&wechat, "张三");
    let foreign = number(&wechat, &json!({"code": code, "openid": openid(1)}));
    assert_eq!(foreign.errcode(), 40003);
    let own = json!({"code": code, "openid": openid(0)});
    assert_eq!(number(&wechat, &own).errcode(), 0);
    let again = number(&wechat, &own);
    assert_eq!(again.errcode(), 40029);
    assert!(
        again.body.contains("invalid code hint: [") && again.body.contains("] rid: "),
        "{}",
        again.body
    );
    assert_eq!(
        number(&wechat, &json!({"code": wechat.code("张三")})).errcode(),
        40029
    );
    assert_eq!(number(&wechat, &json!({})).errcode(), 40097);
    let late = phone_code(&wechat, "张三");
    wechat.control("/simulator/clock", &json!({"advance": "5m"}));
    assert_eq!(number(&wechat, &json!({"code": late})).errcode(), 40029);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_apps_token_or_an_app_without_the_right_gets_no_number() {
    let wechat = WeChat::start();
    let personal = json!({"channel": "mini_program", "name": "personal", "phone_enabled": false});
    let companys = json!({"channel": "mini_program", "name": "companys"});
    for (app, errcode) in [(personal, 48001), (companys, 40013)] {
        let app = wechat.control("/simulator/apps", &app);
        let body =
            json!({"grant_type": "client_credential", "appid": app["app_id"], "secret": app["secret"]});
        let fetched = wechat.post("/cgi-bin/stable_token", &body.to_string()).json();
        let path = format!(
            "/wxa/business/getuserphonenumber?access_token={}",
            fetched["access_token"].as_str().unwrap()
        );
        let body = json!({"code": phone_code(&wechat, "张三")}).to_string();
        assert_eq!(wechat.post(&path, &body).errcode(), errcode);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_mini_programs_have_these_calls() {
    let wechat = WeChat::start();
    let web = wechat_login_simulator::demo_apps().remove(1);
    let body = json!({"grant_type": "client_credential", "appid": web.app_id, "secret": web.secret});
    let fetched = wechat.post("/cgi-bin/stable_token", &body.to_string()).json();
    let token = fetched["access_token"].as_str().unwrap();
    for path in [
        "/wxa/getwxacodeunlimit",
        "/wxa/business/getuserphonenumber",
        "/wxa/checksession",
    ] {
        let answer = wechat.post(
            &format!("{path}?access_token={token}"),
            r#"{"scene":"a","code":"b"}"#,
        );
        assert_eq!(answer.errcode(), 48001, "{path}");
    }
    let page = wechat.get("/simulator/mini-program?app_id=shop_web");
    assert!(page.body.contains(r#"role="alert""#), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_takes_json_takes_it_nowhere_else() {
    let wechat = WeChat::start();
    let (token, code) = (app_token(&wechat), phone_code(&wechat, "张三"));
    let path = "/wxa/business/getuserphonenumber";
    let in_body = json!({"access_token": token, "code": code}).to_string();
    assert_eq!(wechat.post(path, &in_body).errcode(), 41001);
    let in_query = format!("{path}?access_token={token}&code={code}");
    assert_eq!(wechat.post(&in_query, "{}").errcode(), 40097);
    let app = mini();
    let secret_in_query = format!(
        "/cgi-bin/stable_token?grant_type=client_credential&appid={}&secret={}",
        app.app_id, app.secret
    );
    assert_eq!(wechat.post(&secret_in_query, "{}").errcode(), 40002);
    assert_eq!(
        number(&wechat, &json!({"code": code})).errcode(),
        0,
        "nothing was spent"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_number_binds_one_when_pressing_the_button() {
    let wechat = WeChat::start();
    let answer = number(&wechat, &json!({"code": phone_code(&wechat, "李四")})).json();
    let people = wechat.get("/simulator/people").json();
    assert_eq!(answer["phone_info"]["purePhoneNumber"], people[1]["phone"]);
    let bound = people[1]["phone"].as_str().unwrap();
    assert!(bound.len() == 11 && bound.starts_with("12"), "{bound}");
    wechat.control(
        "/simulator/phone-data",
        &json!({"app_id": "shop_mini", "person": "李四"}),
    );
    assert_eq!(wechat.get("/simulator/people").json()[1]["phone"], bound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_checked_by_a_signature_and_can_be_reset() {
    let wechat = WeChat::start();
    let session = wechat.log_in(&mini(), &wechat.code("张三")).json();
    let openid = session["openid"].as_str().unwrap();
    let token = app_token(&wechat);
    let call = |path: &str, key: &str, method: &str| {
        wechat.get(&format!(
            "{path}?access_token={token}&openid={openid}&signature={}&sig_method={method}",
            signature(key)
        ))
    };
    let key = session["session_key"].as_str().unwrap();
    let check = "/wxa/checksession";
    assert_eq!(
        call(check, key, "hmac_sha256").body,
        r#"{"errcode":0,"errmsg":"ok"}"#
    );
    assert_eq!(
        call(check, "AAECAwQFBgcICQoLDA0ODw==", "hmac_sha256").errcode(),
        87009
    );
    assert_eq!(call(check, key, "md5").errcode(), 87008);

    let reset = call("/wxa/resetusersessionkey", key, "hmac_sha256").json();
    assert_eq!(
        (&reset["errcode"], &reset["openid"]),
        (&json!(0), &session["openid"])
    );
    assert_eq!(call(check, key, "hmac_sha256").errcode(), 87009);
    let new = reset["session_key"].as_str().unwrap();
    assert_eq!(call(check, new, "hmac_sha256").errcode(), 0);
    let nobody = format!("{check}?access_token={token}&openid=oNobody&signature=x&sig_method=hmac_sha256");
    assert_eq!(wechat.get(&nobody).errcode(), 40003);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_key_may_stay_for_a_while() {
    let wechat = WeChat::start();
    wechat.control("/simulator/settings", &json!({"session_key_min_age": "10m"}));
    let key = || wechat.log_in(&mini(), &wechat.code("张三")).json()["session_key"].clone();
    let first = key();
    assert_eq!(key(), first);
    wechat.control("/simulator/clock", &json!({"advance": "10m"}));
    assert_ne!(key(), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_shown_checked_and_reset() {
    let wechat = WeChat::start();
    let first = wechat.get("/simulator/settings").json();
    assert_eq!(
        first,
        json!({"session_key_min_age": "0s", "web_code_life": "10m", "unknown_token_errcode": 40001})
    );
    for bad in [
        json!({"web_code_life": "1m", "unknown_token_errcode": 1}),
        json!({"web_code_life": "25h"}),
        json!({"session_key_min_age": "soon"}),
    ] {
        assert_eq!(
            wechat.post("/simulator/settings", &bad.to_string()).status,
            400,
            "{bad}"
        );
        assert_eq!(wechat.get("/simulator/settings").json(), first);
    }
    wechat.control("/simulator/settings", &json!({"web_code_life": "5m"}));
    wechat.control("/simulator/reset", &json!({}));
    assert_eq!(wechat.get("/simulator/settings").json(), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mini_program_code_is_an_image_and_a_failure_is_json() {
    let wechat = WeChat::start();
    let path = format!("/wxa/getwxacodeunlimit?access_token={}", app_token(&wechat));
    let head = wechat.head_of_post(&path, &json!({"scene": "T=1", "page": "pages/login/index"}));
    assert!(head.contains("content-type: image/jpeg"), "{head}");
    for (body, errcode) in [
        (json!({"scene": "a%b"}), 40129),
        (json!({"scene": ""}), 40169),
        (json!({"scene": "a", "page": "/pages/index"}), 41030),
        (json!({"scene": "a", "env_version": "beta"}), 40097),
        (json!({"scene": "a", "width": 100}), 40097),
        (json!({"scene": "a", "page": 7}), 40097),
        (json!({"scene": "a", "check_path": "false"}), 40097),
        (json!({"scene": "a", "page": "p".repeat(257)}), 41030),
    ] {
        assert_eq!(wechat.post(&path, &body.to_string()).errcode(), errcode, "{body}");
    }
    assert_eq!(wechat.post(&path, "").errcode(), 44002);
    assert_eq!(wechat.post(&path, "scene=a").errcode(), 47001);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scanned_mini_program_code_opens_a_page_that_logs_in() {
    let wechat = WeChat::start();
    let path = "/simulator/mini-program?app_id=wxdec0000000000001&page=pages%2Flogin&scene=T%3D%3Cb%3E&env_version=trial";
    let page = wechat.get(path);
    assert_eq!(page.status, 200);
    for shown in ["shop_mini", "pages/login", "T=&lt;b&gt;", "trial"] {
        assert!(page.body.contains(shown), "{shown}");
    }
    let answer = wechat.post(path, "person=%E6%9D%8E%E5%9B%9B").body;
    let (_, after) = answer.split_once(r#"<code id="code">"#).unwrap();
    let session = wechat.log_in(&mini(), after.split('<').next().unwrap()).json();
    let people = wechat.get("/simulator/people").json();
    assert_eq!(session["openid"], people[1]["openids"][&mini().app_id]);
    let unknown = wechat.get("/simulator/mini-program?app_id=wx1");
    assert!(unknown.body.contains(r#"role="alert""#), "{}", unknown.body);
}

/// HMAC-SHA256 of nothing, keyed with the text.
fn signature(key: &str) -> String {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let hmac = Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).unwrap();
    let digits = hmac.finalize().into_bytes();
    digits
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}
