//! Where the links of a text lead.

use std::{net::Ipv4Addr, ops::Range};

use super::{
    fold::Folded,
    lint::{Finding, Lint, pick},
    rows::Hosts,
    said::Said,
};
use crate::message::link::host;

impl Lint {
    /// Whether a text is one link to what may be a brand's own domain: no public shortener, no bare address.
    pub(crate) fn may_be_own(&self, link: &str) -> bool {
        let small = link.to_ascii_lowercase();
        matches!(links(&small)[..], [(host, _)] if !beneath(host, &self.book.shorteners) && !is_address(host))
    }

    /// Whether a value has a link through a public shortener or to a bare address.
    pub(crate) fn leads_astray(&self, value: &str) -> bool {
        let small = Folded::new(value).as_str().to_ascii_lowercase();
        links(&small).iter().any(|(host, _)| beneath(host, &self.book.shorteners) || is_address(host))
    }

    pub(super) fn check_links(&self, said: &Said<'_>, folded: &Folded, found: &mut Vec<Finding>) {
        let small = folded.as_str().to_ascii_lowercase();
        for (host, at) in links(&small) {
            let version = is_version(&small, host, &at, &self.book.numbered);
            let at_fault = |hosts: Hosts| match hosts {
                Hosts::PublicShorteners => beneath(host, &self.book.shorteners),
                Hosts::Ip => is_address(host) && !version,
                Hosts::Foreign => !said.domains.is_empty() && !beneath(host, said.domains),
            };
            for hosts in [Hosts::PublicShorteners, Hosts::Ip, Hosts::Foreign] {
                let rows: Vec<_> = self.book.links.iter().filter(|ruled| ruled.row.hosts == hosts).collect();
                if let Some(ruled) = pick(&rows, said).filter(|_| at_fault(hosts)) {
                    let span = folded.source(at.clone());
                    found.push(Finding::by(*ruled, ruled.code, ruled.row.severity, span));
                    break;
                }
            }
        }
    }
}

/// Whether four bare numbers stand behind a word such as "version".
fn is_version(small: &str, host: &str, at: &Range<usize>, words: &[String]) -> bool {
    let bare = at.len() == host.len() && host.parse::<Ipv4Addr>().is_ok();
    let before = small.get(..at.start).unwrap_or("").split(|c: char| !c.is_alphanumeric());
    bare && before
        .rev()
        .find(|word| !word.is_empty())
        .is_some_and(|word| words.iter().any(|known| known == word))
}

/// The host of each link in a text of small letters, and where the link stands.
fn links(text: &str) -> Vec<(&str, Range<usize>)> {
    let apart = |c: char| c.is_whitespace() || "()<>\"',;«»".contains(c);
    let mut links = Vec::new();
    for (word, start) in split(text, 0, apart) {
        if word.contains("://") {
            // "[2001:db8::1]" is an address whatever stands in it.
            let bracketed = word.find("://[").and_then(|from| word.get(from + 3..));
            links.extend(bracketed.or_else(|| host(word)).map(|host| (host, start..start + word.len())));
            continue;
        }
        // "Shop:bit.ly/x" is written without a space; a tag is no link, though its name may look like one.
        let parts = split(word, start, |c| "|:?!=".contains(c));
        let parts = parts.filter(|(part, _)| !part.starts_with('{'));
        links.extend(parts.filter_map(|(part, at)| Some((host(part)?, at..at + part.len()))));
    }
    links
}

/// The parts of a text between separators, each with its place when the text begins at `start`.
fn split<'t>(
    text: &'t str,
    start: usize,
    apart: impl Fn(char) -> bool + 't,
) -> impl Iterator<Item = (&'t str, usize)> {
    let mut at = start;
    text.split_inclusive(apart)
        .map(move |part| {
            let from = at;
            at += part.len();
            (part, from)
        })
        .map(|(part, from)| {
            (part.trim_end_matches(|c: char| c.is_whitespace() || "()<>\"',;«»|:?!=".contains(c)), from)
        })
        .filter(|(part, _)| !part.is_empty())
}

/// Whether a host is one of these domains or beneath one.
fn beneath(host: &str, domains: &[String]) -> bool {
    let host = host.strip_prefix("www.").unwrap_or(host);
    domains.iter().any(|domain| {
        host.strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// An address in any of the spellings that browsers take: dotted, one number, hexadecimal, version six.
fn is_address(host: &str) -> bool {
    host.parse::<Ipv4Addr>().is_ok()
        || host.starts_with('[')
        || host.split('.').all(|part| {
            let hexadecimal =
                part.strip_prefix("0x").is_some_and(|digits| u32::from_str_radix(digits, 16).is_ok());
            hexadecimal || !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::{beneath, is_address, links};

    #[test]
    fn hosts_are_found_where_they_stand() {
        let text = "see https://ml.example/a?x=1, or shop.fr (bit.ly/3x). http://[2001:db8::1]/ 12.50 e.g. a";
        let hosts: Vec<_> = links(text).into_iter().map(|(host, at)| (host, text.get(at).unwrap())).collect();
        assert_eq!(hosts[0], ("ml.example", "https://ml.example/a?x=1"));
        assert_eq!(hosts[1], ("shop.fr", "shop.fr"));
        assert_eq!(hosts[2], ("bit.ly", "bit.ly/3x"));
        for none in ["rated 4.8/5", "$9.99/month", "27.11./28.11.", "{shop.link}", "3.50 eur"] {
            assert!(links(none).is_empty(), "{none}");
        }
        for (text, at) in
            [("shop:bit.ly/3x", "bit.ly"), ("prêt?bit.ly/x", "bit.ly"), ("see bl.ink/{code}!", "bl.ink")]
        {
            assert_eq!(links(text)[0].0, at, "{text}");
        }
        assert!(is_address(hosts[3].0) && hosts.len() == 4, "{hosts:?}");
    }

    #[test]
    fn addresses_and_domains() {
        for host in ["10.0.0.1", "3232235777", "0xc0.0xa8.1.1"] {
            assert!(is_address(host), "{host}");
        }
        assert!(!is_address("1and1.com") && !is_address("360.cn"));
        let own = ["ml.example".to_owned()];
        assert!(beneath("ml.example", &own) && beneath("www.go.ml.example", &own));
        assert!(!beneath("notml.example", &own));
    }
}
