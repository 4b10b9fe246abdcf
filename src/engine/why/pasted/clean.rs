//! Logs made fit for reading, and their lines fit for showing.

use crate::formats::token::is_user_a_token;
use crate::redact;

/// A log without colours and cursor movements, one line end for all.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\u{1b}', '\r', '\u{feff}']) {
        let (head, tail) = rest.split_at(at);
        out.push_str(head);
        let mut chars = tail.chars();
        rest = match chars.next() {
            Some('\u{1b}') => after_escape(chars.as_str()),
            Some('\r') => {
                out.push('\n');
                chars.as_str()
            }
            _ => chars.as_str(),
        };
    }
    out.push_str(rest);
    out
}

/// What follows a control sequence: `[31m`, `]8;;URL BEL`, or one letter.
fn after_escape(tail: &str) -> &str {
    let mut chars = tail.chars();
    match chars.next() {
        Some('[') => {
            let body = chars.as_str();
            let end = body.find(|c: char| !matches!(c, ' '..='?')).unwrap_or(body.len());
            let mut last = body.get(end..).unwrap_or_default().chars();
            // A line end is no part of a sequence that was cut off.
            if last.clone().next().is_some_and(|c| matches!(c, '@'..='~')) {
                last.next();
            }
            last.as_str()
        }
        Some(']') => {
            let body = chars.as_str();
            match body.find(['\u{7}', '\u{1b}', '\n']) {
                Some(end) if body.get(end..).is_some_and(|b| b.starts_with('\u{7}')) => {
                    body.get(end + 1..).unwrap_or_default()
                }
                // `ESC \` is taken by the next turn.
                Some(end) => body.get(end..).unwrap_or_default(),
                None => "",
            }
        }
        Some('\n') | None => tail,
        Some(_) => chars.as_str(),
    }
}

/// A line without secrets: whatever stands before `@` in a URL, the value of a telling name, and tokens.
pub(super) fn masked(line: &str) -> String {
    tokens(&values(&users(line)))
}

/// A masked line as it may be shown: controls escaped, not endless.
pub(super) fn shown(masked: &str) -> String {
    let short: String = masked.trim().chars().take(400).collect();
    redact::said(&short)
}

/// `scheme://user:password@host`: all before the last `@` of the authority, and a password with `/` in it too.
fn users(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find("://") {
        let (head, tail) = rest.split_at(at + 3);
        out.push_str(head);
        let word = tail.find(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '<' | '>' | '`'));
        let word = tail.get(..word.unwrap_or(tail.len())).unwrap_or_default();
        let authority = word.find(['/', '?', '#']).and_then(|end| word.get(..end)).unwrap_or(word);
        let port = authority.rsplit_once(':').map_or("", |(_, port)| port);
        // An IPv6 address and a port hold colons too.
        let odd = !authority.contains('@')
            && !authority.starts_with('[')
            && authority.contains(':')
            && !port.trim_end_matches([':', ',', ')', '.', ';']).bytes().all(|b| b.is_ascii_digit());
        let within = if odd { word } else { authority };
        if let Some(end) = within.rfind('@') {
            out.push_str("***");
            rest = tail.get(end..).unwrap_or_default();
        } else {
            rest = tail;
        }
    }
    out.push_str(rest);
    out
}

/// Names that a secret follows, in lower case; a `:` or `=` comes between.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "token",
    "secret",
    "_auth",
    "apikey",
    "api_key",
    "api-key",
    "signature",
    "access_key",
    "accesskey",
];
/// Headers whose whole value is secret.
const HEADERS: &[&str] = &[
    "authorization:",
    "cookie:",
    "authorization=",
    "private-token:",
    "job-token:",
    "x-api-key:",
    "extraheader",
];

fn values(line: &str) -> String {
    let lower = line.to_ascii_lowercase();
    let header = HEADERS.iter().filter_map(|name| Some(lower.find(name)? + name.len())).min();
    let (line, hidden) = match header.and_then(|end| line.get(..end)) {
        Some(head) => (head, " ***"),
        None => (line, ""),
    };
    let lower = line.to_ascii_lowercase();
    let mut out = String::with_capacity(line.len());
    let mut at = 0;
    while let Some((start, end)) = next_value(line, &lower, at) {
        out.push_str(line.get(at..start).unwrap_or_default());
        out.push_str("***");
        at = end;
    }
    out.push_str(line.get(at..).unwrap_or_default());
    out + hidden
}

/// Where the next secret value begins and ends.
fn next_value(line: &str, lower: &str, from: usize) -> Option<(usize, usize)> {
    let tail = lower.get(from..)?;
    let mut best: Option<(usize, usize)> = None;
    for name in NAMES {
        for found in memchr::memmem::find_iter(tail.as_bytes(), name.as_bytes()) {
            let end = from + found + name.len();
            let rest = line.get(end..)?;
            let between = rest.trim_start_matches(['"', '\'', ' ']);
            let Some(value) = between.strip_prefix(['=', ':']) else { continue };
            // `URL://` after a name, and a sentence's colon with nothing behind, are no secrets.
            let value = value.trim_start_matches(['"', '\'', ' ', '=']);
            let start = line.len() - value.len();
            let long = value.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '&' | ','));
            let stop = start + long.unwrap_or(value.len());
            if stop > start && best.is_none_or(|(s, _)| start < s) {
                best = Some((start, stop));
            }
            break;
        }
    }
    let scheme = ["bearer ", "basic "].iter().filter_map(|s| Some(from + tail.find(s)? + s.len())).min();
    if let Some(start) = scheme.filter(|s| best.is_none_or(|(b, _)| *s < b)) {
        let value = line.get(start..)?;
        let long = value.find(char::is_whitespace).unwrap_or(value.len());
        let word = value.get(..long)?;
        let secret =
            word.len() >= 8 && !word.contains("=\"") && word.bytes().any(|b| b.is_ascii_digit() || b == b'=');
        if secret {
            return Some((start, start + long));
        }
    }
    best
}

/// Tokens that stand anywhere.
fn tokens(line: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        let mixed = word.bytes().any(|b| b.is_ascii_digit());
        let secret = word.len() >= 8 && (mixed || word.len() <= 32) && is_user_a_token(word);
        out.push_str(if secret { "***" } else { word });
        let next = tail.find(is_part).unwrap_or(tail.len());
        let (gap, after) = tail.split_at(next);
        out.push_str(gap);
        rest = after;
    }
    out
}
