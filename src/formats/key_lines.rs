//! Files of `key = value` lines, as curl, wget, pip, npm and gem have them, in so far as one value is looked for.

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether `key: value` counts as well.
    pub colon: bool,
    /// Whether `key value` counts as well.
    pub blank: bool,
}

/// curl(1), `--config`.
pub const CURLRC: Style = Style { colon: true, blank: true };
/// wget(1), Wgetrc Syntax.
pub const WGETRC: Style = Style { colon: false, blank: true };
/// Python's configparser, as pip uses it.
pub const INI: Style = Style { colon: true, blank: false };
/// npm's ini.
pub const NPMRC: Style = Style { colon: false, blank: false };

/// A value that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Without quotes around it. May hold a password.
    pub text: String,
    /// Its line, from 1.
    pub line: usize,
}

/// The last value of a key in a section; the section of lines before the first `[name]` is empty. In keys, case, `-` and
/// `_` do not count.
#[must_use]
pub fn last(bytes: &[u8], style: Style, section: &str, key: &str) -> Option<Value> {
    let plain = |text: &str| text.replace(['-', '_'], "").to_ascii_lowercase();
    let key = plain(key);
    let (mut at, mut found) = (String::new(), None);
    for line in super::lines::lines(bytes) {
        let text = String::from_utf8_lossy(line.text);
        let text = text.trim();
        if text.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            at = name.trim().to_owned();
            continue;
        }
        // `--proxy` of curl, `:proxy` of a Ruby symbol.
        let bare = text.strip_prefix("--").or_else(|| text.strip_prefix(':')).unwrap_or(text);
        let divides = |c: char| c == '=' || (style.colon && c == ':') || (style.blank && c.is_whitespace());
        let Some((name, rest)) = bare.find(divides).map(|cut| bare.split_at(cut)) else { continue };
        if at == section && plain(name.trim()) == key {
            let value = rest.trim_start_matches(|c: char| matches!(c, '=' | ':') || c.is_whitespace());
            let text = value.trim().trim_matches(['"', '\'']).to_owned();
            found = Some(Value { text, line: line.number });
        }
    }
    found
}
