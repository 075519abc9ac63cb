//! What somebody looks at a page with, as far as it tells.

/// Which way in works there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Browser {
    /// WeChat's own: it takes the official account's way, and its phone cannot scan its own screen.
    WeChat,
    /// A phone's other browsers: they cannot call WeChat, and their phone cannot scan its own screen.
    Phone,
    /// A screen that a phone can scan.
    Screen,
}

impl Browser {
    /// Of this `User-Agent`.
    pub(crate) fn of(user_agent: &str) -> Self {
        let has = |word: &str| user_agent.contains(word);
        // WeCom says that it is WeChat, too, and knows nothing of official accounts.
        if has("MicroMessenger/") && !has("wxwork/") {
            Self::WeChat
        } else if has("iPhone") || has("iPod") || has("Windows Phone") || (has("Mobile") && !has("iPad")) {
            // Android's tablets leave "Mobile" out, iPads look like computers.
            Self::Phone
        } else {
            Self::Screen
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_gets_the_way_in_that_works() {
        for (user_agent, browser) in [
            ("", Browser::Screen),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 \
                 MicroMessenger/8.0.54(0x18003632) NetType/WIFI Language/zh_CN",
                Browser::WeChat,
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Safari/537.36 \
                 MicroMessenger/7.0.20.1781(0x6700143B) NetType/WIFI MiniProgramEnv/Windows WindowsWechat/WMPF",
                Browser::WeChat,
            ),
            (
                "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/81.0 Safari/537.36 wxwork/4.1.0 \
                 MicroMessenger/7.0.1 appScheme/wxwork",
                Browser::Screen,
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36",
                Browser::Phone,
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36",
                Browser::Screen,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 \
                 Mobile/15E148 Safari/604.1",
                Browser::Phone,
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 12_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15A5341f Safari/604.1",
                Browser::Screen,
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
                Browser::Screen,
            ),
        ] {
            assert_eq!(Browser::of(user_agent), browser, "{user_agent}");
        }
    }
}
