//! A service with a path in `server.public_url`: a gateway takes that path off before we see it.

use crate::{TestApp, answer::Answer, browser::Browser};

const PUBLIC_URL: &str = "https://login.example.com/auth";

/// What the gateway asks for when the browser follows this redirect.
fn followed(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{}", answer.text);
    let to = answer.header("location").expect("a redirect");
    to.strip_prefix("/auth").expect("an address of ours")
}

/// The value that follows, as browsers read it.
fn value_after(page: &Answer, begin: &str) -> String {
    let (_, rest) = page.text.split_once(begin).expect("that is there");
    let value = rest.split('"').next().expect("a value");
    value.replace("&#38;", "&")
}

/// Scans the code that this page shows, and tells where its person comes out, as WeChat's frame and our page both say.
async fn scan(browser: &mut Browser<'_>, page: &Answer, person: &str) -> [String; 2] {
    let frame = value_after(page, "<iframe src=\"");
    let callback = browser.scan(&frame, person).await;
    let answer = browser.go(&callback).await;
    let to = answer.header("location").expect("a redirect").to_owned();
    [to, value_after(page, "data-next=\"")]
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_and_linking_lead_back_to_the_account_there() {
    let app = TestApp::spawn_with(&[("server.public_url", PUBLIC_URL)]).await;
    let mut browser = Browser::at(&app, PUBLIC_URL);
    let to_login = browser.go("/account").await;
    let page = browser.go(followed(&to_login)).await;
    let account = format!("{PUBLIC_URL}/account");
    assert_eq!(
        scan(&mut browser, &page, "李四").await,
        [account.clone(), account]
    );
    assert_eq!(browser.go("/account").await.status, 200);

    let page = browser.go("/account/link").await;
    let [to, next] = scan(&mut browser, &page, "李四的小号").await;
    assert_eq!(to, format!("{PUBLIC_URL}/account?done=linked"));
    assert_eq!(next, "/auth/account?done=linked");
}
