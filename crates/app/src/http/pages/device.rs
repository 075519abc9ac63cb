//! How a device is called, from what it told at its login.

use wechat_login_domain::{Channel, Client};

use super::words::Account;

/// The picture beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Picture {
    WeChat,
    Phone,
    Computer,
}

/// What it called itself, else its system and browser.
pub(super) fn name(client: &Client, words: &Account) -> String {
    if let Some(name) = &client.device_name {
        return name.clone();
    }
    let user_agent = client.user_agent.as_deref().unwrap_or_default();
    let system = system(user_agent).or(client.os.as_deref());
    let browser = browser(user_agent, words);
    match (system, browser) {
        (Some(system), Some(browser)) => format!("{system} · {browser}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => words.unknown_device.to_owned(),
    }
}

/// A mini-program lives on a phone, a mobile app is one; of browsers the system tells.
pub(super) fn picture(client: &Client, channel: Channel) -> Picture {
    let user_agent = client.user_agent.as_deref().unwrap_or_default();
    match channel {
        Channel::MiniProgram | Channel::OfficialAccount => Picture::WeChat,
        Channel::MobileApp => Picture::Phone,
        Channel::Web
            if matches!(
                system(user_agent),
                Some("iPhone" | "iPad" | "Android" | "HarmonyOS")
            ) =>
        {
            Picture::Phone
        }
        Channel::Web => Picture::Computer,
    }
}

fn system(user_agent: &str) -> Option<&'static str> {
    // The first that is named: many name several.
    [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("OpenHarmony", "HarmonyOS"),
        ("HarmonyOS", "HarmonyOS"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Macintosh", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]
    .into_iter()
    .find_map(|(mark, name)| user_agent.contains(mark).then_some(name))
}

fn browser(user_agent: &str, words: &Account) -> Option<&'static str> {
    // Nearly all of them say that they are Chrome and Safari, too.
    [
        ("MicroMessenger/", words.wechat),
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("QQBrowser/", words.qq_browser),
        ("HuaweiBrowser/", words.huawei_browser),
        ("MiuiBrowser/", words.xiaomi_browser),
        ("UCBrowser/", "UC"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]
    .into_iter()
    .find_map(|(mark, name)| user_agent.contains(mark).then_some(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Language, http::pages::words};

    fn called(user_agent: &str) -> String {
        let client = Client {
            user_agent: Some(user_agent.to_owned()),
            ..Client::default()
        };
        name(&client, &words::of(Language::English).account)
    }

    #[test]
    fn a_device_is_called_by_its_system_and_browser() {
        for (user_agent, expected) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0",
                "Windows · Edge",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
                "macOS · Safari",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36",
                "Android · Chrome",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Mobile/15E148 MicroMessenger/8.0.54",
                "iPhone · WeChat",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
                "Linux · Firefox",
            ),
            ("curl/8.0", "Unknown device"),
        ] {
            assert_eq!(called(user_agent), expected);
        }
    }

    #[test]
    fn what_it_calls_itself_comes_first() {
        let client = Client {
            device_name: Some("小明的手机".to_owned()),
            user_agent: Some("Firefox/1 Linux".to_owned()),
            ..Client::default()
        };
        let words = &words::of(Language::Chinese).account;
        assert_eq!(name(&client, words), "小明的手机");
        assert_eq!(picture(&client, Channel::Web), Picture::Computer);
        assert_eq!(picture(&client, Channel::MiniProgram), Picture::WeChat);
    }
}
