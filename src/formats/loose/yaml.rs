//! YAML, as far as tools keep tokens in it: gh, glab, hub, tea, helm, yarn, gem. Block mappings and lists of one-line values;
//! flow style, anchors and block scalars hold no token in any of these files.

use super::{Loose, MOST, authority, is_literal, unquoted};
use crate::formats::lines::lines;
use std::ops::Range;

/// `key: value`, with the keys above it and the mapping that it belongs to.
struct Pair {
    above: Vec<String>,
    key: String,
    value: Range<usize>,
    mapping: usize,
}

struct Frame {
    indent: usize,
    key: String,
    inner: usize,
}

fn pairs(bytes: &[u8]) -> Vec<Pair> {
    let mut frames: Vec<Frame> = Vec::new();
    let mut mappings = 1;
    let mut found = Vec::new();
    for line in lines(bytes) {
        let mut indent = line.text.iter().take_while(|b| **b == b' ').count();
        let mut is_item = false;
        while line.text.get(indent..).is_some_and(|t| t.starts_with(b"- ")) {
            is_item = true;
            indent += 2;
        }
        let Some(text) = line.text.get(indent..).and_then(|t| std::str::from_utf8(t).ok()) else { continue };
        if text.starts_with('#') {
            continue;
        }
        let Some((key, _)) = text
            .split_once(':')
            .filter(|(_, v)| v.is_empty() || v.starts_with([' ', '\t']))
            .or_else(|| symbol(text))
        else {
            continue;
        };
        while frames.last().is_some_and(|f| f.indent >= indent) {
            frames.pop();
        }
        if is_item {
            mappings += 1;
            match frames.last_mut() {
                Some(parent) => parent.inner = mappings,
                None => frames.push(Frame { indent: indent - 2, key: String::new(), inner: mappings }),
            }
        }
        let mapping = frames.last().map_or(0, |f| f.inner);
        let start = line.span.start + indent + key.len() + 1;
        // A comment begins after a blank.
        let rest = bytes.get(start..line.span.end).unwrap_or_default();
        let end = memchr::memmem::find(rest, b" #").map_or(line.span.end, |at| start + at);
        let name = key.trim().trim_matches(['"', '\'']).to_owned();
        found.push(Pair {
            above: frames.iter().map(|f| f.key.clone()).collect(),
            key: name.clone(),
            value: unquoted(bytes, start..end),
            mapping,
        });
        mappings += 1;
        frames.push(Frame { indent, key: name, inner: mappings });
    }
    found
}

/// `:rubygems_api_key: value`, a key that begins with a colon; `"https://host": value`, one with colons inside.
fn symbol(text: &str) -> Option<(&str, &str)> {
    let at = text.find(": ").or_else(|| text.strip_suffix(':').map(str::len))?;
    text.split_at_checked(at).map(|(key, rest)| (key, rest.trim_start_matches(':')))
}

/// Files that have the host above the token: gh's `hosts.yml`, glab's and hub's settings, gem's credentials.
#[must_use]
pub fn hosts(bytes: &[u8]) -> Vec<Loose> {
    secrets(bytes, |pair, _| {
        let above = pair.above.iter().rev().find(|key| key.contains('.') || key.contains("://"));
        above.and_then(|key| authority(key)).map(str::to_owned)
    })
}

/// Files that list logins with their URL beside: tea, helm.
#[must_use]
pub fn listed(bytes: &[u8]) -> Vec<Loose> {
    secrets(bytes, |_, beside| {
        let url = beside("url").or_else(|| beside("server")).or_else(|| beside("host"));
        url.as_deref().and_then(authority).map(str::to_owned)
    })
}

type Beside<'a> = &'a dyn Fn(&str) -> Option<String>;

fn secrets(bytes: &[u8], host: impl Fn(&Pair, Beside<'_>) -> Option<String>) -> Vec<Loose> {
    let all = pairs(bytes);
    let text =
        |pair: &Pair| String::from_utf8_lossy(bytes.get(pair.value.clone()).unwrap_or_default()).into_owned();
    let is_secret = |pair: &&Pair| {
        let key = pair.key.to_ascii_lowercase();
        let named =
            ["token", "password", "apikey", "authident", "api_key"].iter().any(|end| key.ends_with(end));
        named && is_literal(bytes.get(pair.value.clone()).unwrap_or_default())
    };
    all.iter()
        .filter(is_secret)
        .take(MOST)
        .map(|pair| {
            let beside = |key: &str| all.iter().find(|o| o.mapping == pair.mapping && o.key == key).map(text);
            let user = ["user", "username", "login"].into_iter().find_map(beside);
            // gh writes the tokens of several users below `users`, each under its name.
            let user = user.or_else(|| match pair.above.as_slice() {
                [.., users, name] if users == "users" => Some(name.clone()),
                _ => None,
            });
            let host = host(pair, &beside);
            Loose::plain(bytes, pair.value.clone(), &pair.key).at(host.as_deref(), user.as_deref())
        })
        .collect()
}
