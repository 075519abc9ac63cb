//! The phone in somebody's other hand.

use serde_json::{Value, json};

use crate::{Browser, TestApp};

/// Waits for the QR code in the frame, and gives what it says.
pub(crate) async fn qr_code(browser: &Browser) -> String {
    browser.see("#qr iframe").await;
    browser.client.enter_frame(0).await.expect("a frame");
    browser.see("#qr-login").await;
    let uuid = browser
        .run("return document.getElementById('qr-login').dataset.uuid")
        .await;
    browser.client.enter_parent_frame().await.expect("our page");
    uuid.as_str().expect("a QR code").to_owned()
}

/// Waits until the frame shows the login in that state.
pub(crate) async fn frame_shows(browser: &Browser, state: &str) {
    browser.client.enter_frame(0).await.expect("a frame");
    browser.see(&format!("#qr-login[data-state={state}]")).await;
    browser.client.enter_parent_frame().await.expect("our page");
}

/// Scans the code with the simulator's phone in a second window, as this person, and presses that button.
pub(crate) async fn scan_by_hand(browser: &Browser, app: &TestApp, uuid: &str, person: &str, button: &str) {
    let page = browser.second_window().await;
    browser
        .go(&app.simulator_url(&format!("/connect/confirm?uuid={uuid}")))
        .await;
    // After a scan the phone knows whose it is.
    if browser.has("#scan").await {
        browser.click(&format!("[data-person='{person}']")).await;
        browser.click("#scan").await;
    }
    browser.click(button).await;
    let state = if button == "#allow" {
        "confirmed"
    } else {
        "cancelled"
    };
    browser.see(&format!("#phone[data-state={state}]")).await;
    browser.back_to(page).await;
}

/// The same without a window.
pub(crate) async fn scan(app: &TestApp, uuid: &str, person: &str) -> Value {
    let scan = json!({"uuid": uuid, "person": person, "action": "allow"});
    app.simulate("/simulator/scan", scan).await
}

/// Signs this person in, in this browser.
pub(crate) async fn sign_in(browser: &Browser, app: &TestApp, person: &str) {
    browser.go(&crate::at(app, "/login")).await;
    let uuid = qr_code(browser).await;
    scan(app, &uuid, person).await;
    browser.arrive("/account").await;
}
