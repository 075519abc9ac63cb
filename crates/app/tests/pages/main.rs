//! The pages in a real browser: Chromium, with the simulator as WeChat and its phone in a second window.

#[path = "../api/answer.rs"]
#[expect(dead_code, reason = "shared with the black-box tests, which use all of it")]
mod answer;
#[path = "../api/stores.rs"]
#[expect(dead_code, reason = "shared with the black-box tests, which use all of it")]
mod stores;
#[path = "../api/test_app.rs"]
#[expect(dead_code, reason = "shared with the black-box tests, which use all of it")]
mod test_app;

mod browser;
mod driver;
mod failure;

use test_app::TestApp;
