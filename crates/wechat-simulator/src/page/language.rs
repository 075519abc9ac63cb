/// The languages of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Chinese,
    English,
}

impl Language {
    /// The language that a tag such as `zh-Hans-CN` means, where the page has it; `cn` is WeChat's own word.
    pub(crate) fn of_tag(tag: &str) -> Option<Self> {
        match tag.trim().split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "zh" | "cn" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The one that an `Accept-Language` header likes best; Chinese where it likes neither.
    pub(crate) fn accepted(header: &str) -> Self {
        let mut liked: Vec<(f32, Self)> = header.split(',').filter_map(weighted).collect();
        // Stable, so that of equals the first stays first.
        liked.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        liked.first().map_or(Self::Chinese, |(_, language)| *language)
    }

    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh",
            Self::English => "en",
        }
    }
}

fn weighted(part: &str) -> Option<(f32, Language)> {
    let (tag, parameters) = part.split_once(';').unwrap_or((part, ""));
    let weight = parameters
        .trim()
        .strip_prefix("q=")
        .map_or(Some(1.0), |weight| weight.trim().parse().ok())?;
    Language::of_tag(tag)
        .filter(|_| weight > 0.0)
        .map(|language| (weight, language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_liked_language_is_taken() {
        for (header, language) in [
            ("", Language::Chinese),
            ("fr-FR, *;q=0.1", Language::Chinese),
            ("en-GB,en;q=0.9,zh;q=0.8", Language::English),
            ("en;q=0.5, zh-TW", Language::Chinese),
            ("EN", Language::English),
            ("zh_TW", Language::Chinese),
            ("en;q=0, zh;q=0.1", Language::Chinese),
            ("en;q=banana", Language::Chinese),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }
}
