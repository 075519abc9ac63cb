//! The pages in a real browser: Chromium, with the simulator as WeChat and its phone in a second window.

#[path = "../api/answer.rs"]
mod answer;
#[path = "../api/stores.rs"]
#[expect(dead_code, reason = "shared with the black-box tests, which use all of it")]
mod stores;
#[path = "../api/test_app.rs"]
#[expect(dead_code, reason = "shared with the black-box tests, which use all of it")]
mod test_app;

mod account;
mod addresses;
mod browser;
mod doors;
mod driver;
mod failure;
mod gallery;
mod login;
mod phone;
mod window;

use browser::Browser;
use test_app::TestApp;
use window::Window;

/// A service that browsers know as `localhost`, while WeChat's pages are at `127.0.0.1`: another site, as in the world.
async fn spawn_with(settings: &[(&str, &str)]) -> TestApp {
    let here = [("server.public_url", "http://localhost:0")];
    TestApp::spawn_with(&[&here, settings].concat()).await
}

/// A page of the service's, as people reach it.
fn at(app: &TestApp, path: &str) -> String {
    format!("http://localhost:{}{path}", app.address.port())
}
