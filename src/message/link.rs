//! Whether a value holds something that a handset would turn into a link.

use unicode_normalization::UnicodeNormalization;

/// Endings that make `word.ending` a link by itself. Handsets know more; these are the common and the abused ones.
/// Anything with a scheme, `www.`, a path or a port behind the dot is a link whatever its ending.
const ENDINGS: &[&str] = &[
    "ae", "ai", "app", "ar", "asia", "at", "au", "be", "biz", "bond", "br", "buzz", "ca", "cam", "cc", "cf",
    "cfd", "ch", "cl", "click", "cloud", "club", "cn", "co", "com", "cyou", "cz", "de", "dev", "dk", "es",
    "eu", "fi", "fr", "ga", "gd", "gg", "gl", "gle", "gq", "gr", "gy", "hk", "hr", "hu", "icu", "ie", "il",
    "in", "info", "ink", "io", "is", "it", "jp", "kr", "la", "link", "live", "lol", "lt", "lu", "lv", "ly",
    "me", "ml", "mobi", "monster", "mx", "net", "ng", "nl", "no", "nu", "nz", "online", "org", "page", "pe",
    "ph", "pics", "pl", "promo", "pt", "pw", "quest", "re", "ro", "rs", "ru", "sbs", "se", "sg", "sh",
    "shop", "site", "sk", "skin", "so", "space", "store", "studio", "su", "support", "tech", "th", "tk",
    "to", "top", "tr", "tv", "tw", "ua", "uk", "us", "vip", "vn", "website", "wiki", "win", "ws", "xyz",
    "za", "zip",
];

/// True for a URL, a bare domain or an IPv4 address; compatibility forms (full-width dots and letters) are folded first.
pub(super) fn holds_link(value: &str) -> bool {
    let plain = |c: char| c.is_ascii() && !matches!(c, '.' | ':');
    if value.chars().all(|c| plain(c) || (c.is_alphabetic() && u32::from(c) < 0x2E80)) {
        return false;
    }
    let folded: String = value
        .nfkc()
        .map(|c| if c == '。' { '.' } else { c })
        .filter(|&c| !is_invisible(c))
        .collect::<String>();
    let folded = folded.to_lowercase();
    folded.contains("://")
        || folded.split(|c: char| c.is_whitespace() || "()<>[]{}\"',;:|?!=".contains(c)).any(is_link)
}

/// Zero-width characters that would hide a dot's neighbours.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}')
}

fn is_link(word: &str) -> bool {
    word.starts_with("www.") || host(word).is_some()
}

/// The host of a word in small letters that a handset would turn into a link.
pub(crate) fn host(word: &str) -> Option<&str> {
    let (schemed, rest) = word.split_once("://").map_or((false, word), |(_, rest)| (true, rest));
    let end = rest.find(['/', '?', '#', ':']).unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let host = host.rsplit('@').next().unwrap_or(host).trim_matches(|c: char| !c.is_alphanumeric());
    if schemed {
        return Some(host).filter(|host| !host.is_empty());
    }
    let (name, ending) = host.rsplit_once('.')?;
    if name.is_empty() || ending.is_empty() {
        return None;
    }
    let numeric = host.split('.').count() == 4 && host.split('.').all(|part| part.parse::<u8>().is_ok());
    // "4.8/5" and "9.99/month" are no hosts.
    let spelt = ending.chars().any(char::is_alphabetic);
    let known = numeric || spelt && (path.len() > 1 || host.starts_with("www."));
    let known = known || ending.starts_with("xn--") || ENDINGS.binary_search(&ending).is_ok();
    known.then_some(host)
}

#[cfg(test)]
mod tests {
    use super::{ENDINGS, holds_link};

    #[test]
    fn endings_are_sorted() {
        assert!(ENDINGS.is_sorted());
    }

    #[test]
    fn links_are_seen() {
        for text in [
            "https://evil.example",
            "evil.com",
            "Ana evil.com/x",
            "www.evil",
            "bit.ly/3x",
            "EVIL.COM",
            "ｅｖｉｌ．ｃｏｍ",
            "evil。com",
            "evil\u{200B}.com",
            "10.0.0.1",
            "a@evil.com",
            "evil.museum/x",
            "evil.com.",
            "claim at lune-gift.ai",
            "evil.com.tr",
            "(evil.com)",
            "e\u{301}vil.com",
            "пример.com",
        ] {
            assert!(holds_link(text), "{text}");
        }
    }

    #[test]
    fn names_are_not_links() {
        for text in [
            "Ana",
            "J.R.R. Tolkien",
            "Dr. Smith",
            "St.John",
            "O'Neil",
            "李明",
            "M. Dupont",
            "Zoë 🌸",
            "3.50 EUR",
            "Inc.",
            "12:30",
            "{link}",
        ] {
            assert!(!holds_link(text), "{text}");
        }
    }
}
