//! Somebody in front of a browser.

use std::{path::PathBuf, time::Instant};

use base64::{Engine, engine::general_purpose::STANDARD};
use fantoccini::{Client, Locator, elements::Element, error::CmdError, wd::WindowHandle};
use serde_json::{Value, json};

use crate::{
    driver::{Driver, PATIENCE},
    window::{DevTools, Window},
};

/// A browser and who uses it.
pub(crate) struct Browser {
    pub(crate) client: Client,
    // Ends the browser when the test is over, however that is.
    _driver: Driver,
}

impl Browser {
    pub(crate) async fn open(window: &Window) -> Self {
        let driver = Driver::start();
        let browser = Self {
            client: driver.open().await,
            _driver: driver,
        };
        browser.become_(window).await;
        browser
    }

    /// From now on it is such a window.
    pub(crate) async fn become_(&self, window: &Window) {
        for command in window.commands() {
            self.client.issue_cmd(command).await.expect("the browser obeys");
        }
    }

    pub(crate) async fn go(&self, address: &str) {
        self.client.goto(address).await.expect("a page");
    }

    /// The path and query that are shown.
    pub(crate) async fn path(&self) -> String {
        let url = self.client.current_url().await.expect("an address");
        let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
        format!("{}{query}", url.path())
    }

    /// Waits for that to be there.
    #[track_caller]
    pub(crate) fn see(&self, css: &str) -> impl Future<Output = Element> + use<'_> {
        let (caller, css) = (std::panic::Location::caller(), css.to_owned());
        async move {
            let found = self
                .client
                .wait()
                .at_most(PATIENCE)
                .for_element(Locator::Css(&css))
                .await;
            match found {
                Ok(element) => element,
                Err(error) => panic!("{css} ({caller}): {error}\n{}", self.text().await),
            }
        }
    }

    /// Waits for that and clicks it.
    #[track_caller]
    pub(crate) fn click(&self, css: &str) -> impl Future<Output = ()> + use<'_> {
        let (caller, css) = (std::panic::Location::caller(), css.to_owned());
        async move {
            let begun = Instant::now();
            // A page that is just being replaced has it, and no more a moment later.
            loop {
                match self.see(&css).await.click().await {
                    Ok(()) => return,
                    Err(error) if begun.elapsed() > PATIENCE => panic!("{css} ({caller}): {error}"),
                    Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
                }
            }
        }
    }

    /// Waits until it reads so.
    #[track_caller]
    pub(crate) fn read(&self, css: &str, expected: &str) -> impl Future<Output = ()> + use<'_> {
        let (caller, css, expected) = (
            std::panic::Location::caller(),
            css.to_owned(),
            expected.to_owned(),
        );
        async move {
            let begun = Instant::now();
            loop {
                let text = self.text_of(&css).await.unwrap_or_default();
                if text.contains(&expected) {
                    return;
                }
                assert!(begun.elapsed() < PATIENCE, "{caller}: {css} reads {text:?}");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    }

    /// Waits until the address is that.
    #[track_caller]
    pub(crate) fn arrive(&self, expected: &str) -> impl Future<Output = ()> + use<'_> {
        let (caller, expected) = (std::panic::Location::caller(), expected.to_owned());
        async move {
            let begun = Instant::now();
            loop {
                let path = self.path().await;
                if path == expected {
                    return;
                }
                assert!(
                    begun.elapsed() < PATIENCE,
                    "{caller}: at {path}, not at {expected}\n{}",
                    self.text().await
                );
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    }

    pub(crate) async fn has(&self, css: &str) -> bool {
        let found = self.client.find_all(Locator::Css(css)).await;
        !found.expect("a page").is_empty()
    }

    async fn text_of(&self, css: &str) -> Result<String, CmdError> {
        self.client.find(Locator::Css(css)).await?.text().await
    }

    /// All that the page says.
    pub(crate) async fn text(&self) -> String {
        self.text_of("body").await.unwrap_or_default()
    }

    /// What this script returns.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.expect("a value")
    }

    /// Opens a window beside this one, and goes there; what comes back is the one of before.
    pub(crate) async fn second_window(&self) -> WindowHandle {
        let first = self.client.window().await.expect("a window");
        let second = self.client.new_window(true).await.expect("another window");
        self.client
            .switch_to_window(second.handle)
            .await
            .expect("that window");
        first
    }

    /// Closes this window and goes to that one.
    pub(crate) async fn back_to(&self, window: WindowHandle) {
        self.client.close_window().await.expect("a window");
        self.client.switch_to_window(window).await.expect("that window");
    }

    /// Goes through the page by the Tab key, and tells what it comes to: name or text of each stop that is ours.
    pub(crate) async fn tab_stops(&self, count: usize) -> Vec<String> {
        let mut stops = Vec::new();
        for _ in 0..count {
            self.client
                .active_element()
                .await
                .expect("an element")
                .send_keys("\u{e004}")
                .await
                .expect("a key");
            let stop = self
                .run(
                    "const element = document.activeElement;
                    const outline = getComputedStyle(element).outlineStyle;
                    if (outline === 'none') return 'a stop that cannot be seen';
                    return element.ariaLabel || element.title || element.innerText || element.name || element.localName;",
                )
                .await;
            stops.push(stop.as_str().unwrap_or_default().trim().to_owned());
        }
        stops
    }

    /// What holds for every page.
    pub(crate) async fn is_well_made(&self, language: &str) {
        let faults = self.run(include_str!("well_made.js")).await;
        let path = self.path().await;
        assert_eq!(faults, serde_json::json!([language]), "{path}");
    }

    /// Keeps a picture of the whole page in the folder that `WECHAT_LOGIN_TEST_PICTURES` names, if it names one.
    pub(crate) async fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("WECHAT_LOGIN_TEST_PICTURES") else {
            return;
        };
        let whole = json!({"format": "png", "captureBeyondViewport": true});
        let taken = self
            .client
            .issue_cmd(DevTools::new("Page.captureScreenshot", &whole))
            .await;
        let picture = STANDARD.decode(taken.expect("a picture")["data"].as_str().expect("base64"));
        let file = PathBuf::from(folder).join(format!("{name}.png"));
        std::fs::write(file, picture.expect("base64")).expect("a folder");
    }
}
