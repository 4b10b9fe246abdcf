//! GOPRIVATE, GONOPROXY, GONOSUMDB and GOINSECURE: lists of patterns for the beginning of module paths.

/// Why no module can match a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `https://...`: a module path has no scheme.
    Scheme,
    /// A space, which is part of the pattern.
    Space,
    /// A semicolon, which parts nothing.
    Semicolon,
    /// `git@host:owner`, or a port.
    Colon,
    /// It begins with a slash.
    LeadingSlash,
    /// Written as a regular expression.
    Regex,
    /// A capital in the host: module paths have none there.
    Capital,
    /// The brackets or a backslash at the end are not well formed (`path.ErrBadPattern`).
    BadGlob,
    /// The first part is no host: it has no dot.
    NoHost,
}

impl Fault {
    /// In a sentence after the pattern.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Scheme => "has a scheme, and a module path has none",
            Self::Space => "holds a space: patterns are parted by a comma alone",
            Self::Semicolon => "holds a semicolon: patterns are parted by a comma",
            Self::Colon => "holds a colon, and no module path has one (no port, no git@HOST:OWNER)",
            Self::LeadingSlash => "begins with a slash, and no module path does",
            Self::Regex => "is written as a regular expression, and go reads shell patterns (* ? [a-z])",
            Self::Capital => "has a capital letter in the host, which a module path writes in lower case",
            Self::BadGlob => "is no well-formed pattern, so go takes it for one that matches nothing",
            Self::NoHost => "does not begin with a host name",
        }
    }
}

/// The pattern that the module's path matches, if one does.
///
/// `golang.org/x/mod/module`, `MatchPrefixPatterns`: a pattern with N elements is held against the first N elements of
/// the path by `path.Match`; one slash at its end is taken away.
#[must_use]
pub fn matching<'a>(list: &'a str, path: &str) -> Option<&'a str> {
    list.split(',').find(|written| {
        let glob = written.strip_suffix('/').unwrap_or(written);
        if glob.is_empty() {
            return false;
        }
        let slashes = glob.matches('/').count();
        let mut ends = path.match_indices('/').map(|(at, _)| at).skip(slashes);
        let prefix = match ends.next() {
            Some(end) => path.get(..end).unwrap_or(path),
            None if path.matches('/').count() >= slashes => path,
            None => return false,
        };
        glob_matches(glob, prefix)
    })
}

/// The patterns that match no module at all, each with the reason.
#[must_use]
pub fn faults(list: &str) -> Vec<(&str, Fault)> {
    list.split(',').filter(|p| !p.is_empty()).filter_map(|p| fault(p).map(|f| (p, f))).collect()
}

/// The usual repair of a pattern that matches nothing, where one is plain.
#[must_use]
pub fn mended(pattern: &str) -> Option<String> {
    let text = pattern.trim();
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let text = match text.split_once('@') {
        Some((_, rest)) => rest.replacen(':', "/", 1),
        None => text.to_owned(),
    };
    let (host, rest) = text.split_at(text.find('/').unwrap_or(text.len()));
    let host = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let rest = rest.trim_end_matches('/').trim_end_matches(".git");
    let rest = rest.strip_suffix("/.*").unwrap_or(rest);
    let mended = format!("{host}{rest}");
    (!mended.is_empty() && mended != pattern && fault(&mended).is_none()).then_some(mended)
}

fn fault(pattern: &str) -> Option<Fault> {
    let first = pattern.split('/').next().unwrap_or_default();
    let wild = first.contains(['*', '?', '[']);
    let regex = pattern.starts_with('^')
        || pattern.ends_with('$')
        || pattern.contains("\\.")
        || pattern.contains("/.*")
        || pattern.contains(".+")
        || pattern.contains(['(', ')', '|']);
    Some(match () {
        () if pattern.contains("://") => Fault::Scheme,
        () if pattern.chars().any(char::is_whitespace) => Fault::Space,
        () if pattern.contains(';') => Fault::Semicolon,
        () if regex => Fault::Regex,
        () if tokens(pattern).is_none() => Fault::BadGlob,
        () if pattern.contains(':') => Fault::Colon,
        () if pattern.starts_with('/') => Fault::LeadingSlash,
        () if first.chars().any(char::is_uppercase) && !first.contains('[') => Fault::Capital,
        // GONOPROXY=none is how one says "no module" (go.dev/ref/mod#private-module-proxy-private).
        () if !wild && !first.contains('.') && pattern != "none" => Fault::NoHost,
        () => return None,
    })
}

#[derive(Debug)]
enum Token {
    Star,
    Any,
    Char(char),
    Class { negated: bool, ranges: Vec<(char, char)> },
}

/// `path.Match`, where a malformed pattern matches nothing.
#[must_use]
pub fn glob_matches(glob: &str, name: &str) -> bool {
    let Some(tokens) = tokens(glob) else { return false };
    let name: Vec<char> = name.chars().collect();
    let (mut at, mut token) = (0, 0);
    // Where to go on when the part behind the last star does not fit: no star crosses a slash, so only the last matters.
    let mut star: Option<(usize, usize)> = None;
    loop {
        let c = name.get(at).copied();
        let fits = match (tokens.get(token), c) {
            (Some(Token::Star), _) => {
                star = Some((token, at));
                token += 1;
                continue;
            }
            (None, None) => return true,
            (None, _) | (Some(_), None) => false,
            (Some(Token::Any), Some(c)) => c != '/',
            (Some(Token::Char(wanted)), Some(c)) => *wanted == c,
            (Some(Token::Class { negated, ranges }), Some(c)) => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *negated
            }
        };
        if fits {
            at += 1;
            token += 1;
            continue;
        }
        let Some((star_token, taken)) = star else { return false };
        if name.get(taken).is_none_or(|c| *c == '/') {
            return false;
        }
        star = Some((star_token, taken + 1));
        at = taken + 1;
        token = star_token + 1;
    }
}

fn tokens(glob: &str) -> Option<Vec<Token>> {
    let mut found = Vec::new();
    let mut chars = glob.chars().peekable();
    while let Some(c) = chars.next() {
        found.push(match c {
            '*' => Token::Star,
            '?' => Token::Any,
            '\\' => Token::Char(chars.next()?),
            '[' => {
                let negated = chars.next_if_eq(&'^').is_some();
                let mut ranges = Vec::new();
                while ranges.is_empty() || chars.peek() != Some(&']') {
                    let low = class_char(&mut chars)?;
                    let high = match chars.next_if_eq(&'-') {
                        Some(_) => class_char(&mut chars)?,
                        None => low,
                    };
                    ranges.push((low, high));
                }
                chars.next();
                Token::Class { negated, ranges }
            }
            other => Token::Char(other),
        });
    }
    Some(found)
}

/// `getEsc`: a bare `-` or `]` has no place there.
fn class_char(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<char> {
    match chars.next()? {
        '-' | ']' => None,
        '\\' => chars.next(),
        c => Some(c),
    }
}
