//! GOPROXY: the servers that are asked for a module, in order.
//!
//! `cmd/go/internal/modfetch`, `proxyList` and `newProxyRepo`; `go help goproxy`.

/// One entry of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// As written, without the spaces around it.
    pub text: String,
    /// What it is.
    pub way: Way,
    /// When the next one is asked.
    pub next: Next,
}

/// What an entry means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// A module proxy at this URL, with the scheme that go adds.
    Proxy(String),
    /// The version control system of the module's own host.
    Direct,
    /// No download at all.
    Off,
    /// go refuses the whole list, or cannot reach anything by it.
    Invalid(&'static str),
}

/// When go goes on to the entry behind this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// A comma: after HTTP 404 and 410 only.
    NotFound,
    /// A pipe: after any error.
    AnyError,
    /// It is the last.
    Never,
}

/// Reads it. Empty parts do not count, and nothing does after `off` or `direct`. An empty answer for a text that is not
/// empty is an error of its own for go ("contains no entries").
#[must_use]
pub fn read(text: &str) -> Vec<Entry> {
    let mut found: Vec<Entry> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let at = rest.find([',', '|']).unwrap_or(rest.len());
        let (one, tail) = rest.split_at(at);
        let next = if tail.starts_with('|') { Next::AnyError } else { Next::NotFound };
        rest = tail.get(1..).unwrap_or_default();
        let one = one.trim();
        if one.is_empty() {
            continue;
        }
        let way = way(one);
        let last = matches!(way, Way::Direct | Way::Off);
        found.push(Entry { text: one.into(), way, next });
        if last {
            break;
        }
    }
    if let Some(last) = found.last_mut() {
        last.next = Next::Never;
    }
    found
}

fn way(text: &str) -> Way {
    match text {
        "off" => return Way::Off,
        "direct" => return Way::Direct,
        _ => {}
    }
    if text.contains(';') {
        return Way::Invalid("a semicolon parts nothing: entries are parted by a comma or a pipe");
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Way::Invalid("there is a space in it: entries are parted by a comma or a pipe");
    }
    // Words are kept for later meanings; go adds https:// to what looks like a host.
    let bare = text.contains(['.', ':', '/']) && !text.contains(":/") && !text.starts_with('/');
    let url = if bare { format!("https://{text}") } else { text.to_owned() };
    let Some((scheme, after)) = url.split_once(':') else {
        return Way::Invalid("it has no scheme, as in https://HOST");
    };
    if scheme.is_empty() || scheme.contains('/') {
        return Way::Invalid("it has no scheme, as in https://HOST");
    }
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => {}
        "file" if after.contains(['?', '#']) || !after.starts_with("///") => {
            return Way::Invalid("a file:// entry may hold a path only, as in file:///srv/goproxy");
        }
        "file" => return Way::Proxy(url),
        _ => return Way::Invalid("its scheme is none of https, http and file"),
    }
    let Some(after) = after.strip_prefix("//") else {
        return Way::Invalid("it lacks the two slashes of https://HOST");
    };
    let authority = after.split(['/', '?', '#']).next().unwrap_or_default();
    let place = authority.rsplit('@').next().unwrap_or_default();
    let port = if place.ends_with(']') { "" } else { place.rsplit_once(':').map_or("", |(_, port)| port) };
    if place.is_empty() || place.starts_with(':') {
        return Way::Invalid("it names no host");
    }
    if !port.bytes().all(|b| b.is_ascii_digit()) {
        return Way::Invalid("its port is not a number");
    }
    if place.contains(['<', '>', '"', '\\', '^', '`', '{', '}']) {
        return Way::Invalid("its host has a character that no host name has");
    }
    Way::Proxy(url)
}
