//! Who speaks for a repository: (scheme, host, port, owner path) -> profile.
//!
//! Whole path segments, the longest owner wins, no owner = the whole host; what is not decided gets nothing
//! (SECURITY rules 1 and 8).

use super::name::{BadName, HostName, ProfileName};
use std::cmp::Ordering;
use std::fmt;

/// How a repository is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// `https`, port 443.
    Https,
    /// `http`, port 80. Never answered unless the profile lists that exact origin as plain text.
    Http,
    /// `ssh`, port 22.
    Ssh,
}

impl Scheme {
    /// The port when none is given.
    #[must_use]
    pub fn default_port(self) -> u16 {
        match self {
            Self::Https => 443,
            Self::Http => 80,
            Self::Ssh => 22,
        }
    }

    /// As in a URL.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
            Self::Ssh => "ssh",
        }
    }

    /// Reads `https`, `http`, `ssh` and git's `git+ssh`, `ssh+git`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "https" => Some(Self::Https),
            "http" => Some(Self::Http),
            "ssh" | "git+ssh" | "ssh+git" => Some(Self::Ssh),
            _ => None,
        }
    }
}

/// (scheme, host, port): what a credential belongs to (RFC 6454 section 4).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// How.
    pub scheme: Scheme,
    /// Where.
    pub host: HostName,
    /// The port, also when it is the scheme's own.
    pub port: u16,
}

impl Origin {
    /// Reads `https://host[:port]`; anything after the authority but one `/` is refused.
    ///
    /// # Errors
    /// It is not an origin.
    pub fn parse(text: &str) -> Result<Self, BadName> {
        let bad = |problem: &str| BadName { what: "origin", given: text.into(), problem: problem.into() };
        let (scheme, rest) =
            text.split_once("://").ok_or_else(|| bad("is not of the form https://host[:port]"))?;
        let scheme =
            Scheme::parse(scheme).ok_or_else(|| bad("has a scheme other than https, http and ssh"))?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '@', '?', '#']) {
            return Err(bad("holds more than scheme, host and port"));
        }
        Self::from_authority(scheme, rest)
    }

    /// Reads `host[:port]`, with an IPv6 address in brackets.
    ///
    /// # Errors
    /// Host or port are not well formed.
    pub fn from_authority(scheme: Scheme, authority: &str) -> Result<Self, BadName> {
        let after_bracket = authority.rfind(']').map_or(0, |i| i + 1);
        let tail = authority.get(after_bracket..).unwrap_or_default();
        let (host, port) = match tail.rfind(':') {
            Some(colon) => {
                let split = after_bracket + colon;
                let digits = authority.get(split + 1..).unwrap_or_default();
                let well_formed = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
                let port = digits.parse::<u16>().ok().filter(|p| well_formed && *p != 0);
                let port = port.ok_or_else(|| BadName {
                    what: "port",
                    // A whole URL given for a host has its password here.
                    given: if digits.contains('@') { "***".into() } else { digits.into() },
                    problem: "is not a number from 1 to 65535".into(),
                })?;
                (authority.get(..split).unwrap_or_default(), port)
            }
            None => (authority, scheme.default_port()),
        };
        if host.contains(':') && !host.starts_with('[') {
            return Err(BadName {
                what: "host name",
                given: host.into(),
                problem: "has more than one ':'".into(),
            });
        }
        Ok(Self { scheme, host: HostName::new(host)?, port })
    }

    /// `host`, or `host:port` when the port is not the scheme's own.
    #[must_use]
    pub fn authority(&self) -> String {
        if self.port == self.scheme.default_port() {
            self.host.in_url()
        } else {
            format!("{}:{}", self.host.in_url(), self.port)
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.authority())
    }
}

/// The owner part of a route: whole path segments, in the spelling that was given. Empty = the whole host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct OwnerPath(String);

impl OwnerPath {
    /// Checks `acme`, `group/sub` or `acme/app`: segments of a repository's path.
    ///
    /// # Errors
    /// Empty, dot or control segments, or an encoded slash.
    pub fn new(text: &str) -> Result<Self, BadName> {
        let trimmed = text.trim_matches('/');
        let trimmed = trimmed.strip_suffix(".git").unwrap_or(trimmed);
        match clean_path(trimmed) {
            Ok(path) => Ok(Self(path)),
            Err(problem) => Err(BadName { what: "owner", given: text.into(), problem: problem.to_string() }),
        }
    }

    /// From a path that was decoded already, such as [`crate::formats::remote_url::RemoteUrl::repo_path`] gives.
    ///
    /// # Errors
    /// As [`clean_decoded_path`].
    pub fn of_decoded(path: &str) -> Result<Self, BadPath> {
        let path = clean_decoded_path(path)?;
        Ok(Self(path.strip_suffix(".git").unwrap_or(&path).into()))
    }

    /// As [`OwnerPath::as_str`] gave it: nothing is decoded or taken off again.
    ///
    /// # Errors
    /// As [`clean_decoded_path`].
    pub fn of_clean(path: &str) -> Result<Self, BadPath> {
        clean_decoded_path(path).map(Self)
    }

    /// The whole host.
    #[must_use]
    pub fn whole_host() -> Self {
        Self::default()
    }

    /// The path; empty for the whole host.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As people write it in a profile or an argument: [`OwnerPath::new`] reads it back.
    #[must_use]
    pub fn written(&self) -> String {
        self.0.replace('%', "%25")
    }

    /// How many segments it has: the more, the stronger the claim.
    #[must_use]
    pub fn depth(&self) -> usize {
        if self.0.is_empty() { 0 } else { self.0.split('/').count() }
    }

    /// Whether a clean repository path lies below it, segment by segment. The last segment may carry `.git`.
    #[must_use]
    pub fn covers(&self, path: &str, fold_case: bool) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let depth = self.depth();
        let mut theirs = path.split('/');
        self.0.split('/').enumerate().all(|(index, ours)| {
            theirs.next().is_some_and(|segment| {
                // A claim on one repository: `acme/app` is also asked for as `acme/app.git`. Never an owner's own name.
                let repository = index > 0 && index + 1 == depth;
                same(ours, segment, fold_case)
                    || repository
                        && segment.strip_suffix(".git").is_some_and(|bare| same(ours, bare, fold_case))
            })
        })
    }

    /// Whether two claims are the same claim.
    #[must_use]
    pub fn same_as(&self, other: &Self, fold_case: bool) -> bool {
        same(&self.0, &other.0, fold_case)
    }
}

/// Hosts that fold owners' names allow ASCII in them only; Unicode's folding would take a Kelvin sign for a `k`.
fn same(a: &str, b: &str, fold_case: bool) -> bool {
    if fold_case { a.eq_ignore_ascii_case(b) } else { a == b }
}

/// Why a repository path is refused (SECURITY, "What routing decides").
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPath {
    /// A `.` or `..` segment.
    #[error("has a '.' or '..' segment")]
    Dots,
    /// Two slashes in a row.
    #[error("has an empty segment")]
    EmptySegment,
    /// `%2f`: one segment for the sender, two for the server.
    #[error("has an encoded '/'")]
    EncodedSlash,
    /// A control character, also encoded.
    #[error("holds a control character")]
    Control,
    /// A `%` that is not followed by two hexadecimal digits, or bytes that are not UTF-8.
    #[error("is not percent-encoded correctly")]
    Encoding,
    /// A backslash, which some servers read as `/`.
    #[error("holds a backslash")]
    Backslash,
}

/// Brings the path of a URL into the one form that is compared: percent-decoded once (RFC 3986 section 2.4),
/// without a leading `/` and without the final one.
///
/// # Errors
/// The path could be read in two ways.
pub fn clean_path(path: &str) -> Result<String, BadPath> {
    refuse_encoded_slash(path)?;
    clean_decoded_path(&decode_once(path)?)
}

fn refuse_encoded_slash(path: &str) -> Result<(), BadPath> {
    let lower = path.to_ascii_lowercase();
    if lower.contains("%2f") || lower.contains("%5c") { Err(BadPath::EncodedSlash) } else { Ok(()) }
}

/// The origin of an https URL, and the path below it without slashes at the ends.
///
/// # Errors
/// In words, without the URL.
pub fn https_place(url: &str) -> Result<(Origin, String), String> {
    let (host, path) = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/').unwrap_or((rest, "")),
        None => return Err("it is not an https URL".into()),
    };
    if host.is_empty() || path.contains(['?', '#', '%']) {
        return Err("it is written in a form that is not followed".into());
    }
    let root = url.get(..url.len() - path.len()).unwrap_or_default();
    let origin = Origin::parse(root).map_err(|e| e.to_string())?;
    if origin.scheme != Scheme::Https {
        return Err("only https is answered".into());
    }
    Ok((origin, clean_decoded_path(path).map_err(|e| e.to_string())?))
}

/// As [`clean_path`] for a path that was decoded already: git decodes once before it asks a credential helper or
/// starts ssh (credential.c, connect.c), so decoding again would make another path of it.
///
/// # Errors
/// The path could be read in two ways.
pub fn clean_decoded_path(decoded: &str) -> Result<String, BadPath> {
    refuse_encoded_slash(decoded)?;
    if decoded.chars().any(char::is_control) {
        return Err(BadPath::Control);
    }
    if decoded.contains('\\') {
        return Err(BadPath::Backslash);
    }
    let body = decoded.strip_prefix('/').unwrap_or(decoded);
    let body = body.strip_suffix('/').unwrap_or(body);
    if body.is_empty() {
        return Ok(String::new());
    }
    for segment in body.split('/') {
        if segment.is_empty() {
            return Err(BadPath::EmptySegment);
        }
        if segment == "." || segment == ".." {
            return Err(BadPath::Dots);
        }
    }
    Ok(body.into())
}

fn decode_once(path: &str) -> Result<String, BadPath> {
    if !path.contains('%') {
        return Ok(path.into());
    }
    let mut out = Vec::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || bytes.next().and_then(|b| char::from(b).to_digit(16));
        let (Some(high), Some(low)) = (digit(), digit()) else { return Err(BadPath::Encoding) };
        out.push(u8::try_from(high * 16 + low).map_err(|_| BadPath::Encoding)?);
    }
    String::from_utf8(out).map_err(|_| BadPath::Encoding)
}

/// One claim of a profile on one origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Whose it is.
    pub profile: ProfileName,
    /// On which origin.
    pub origin: Origin,
    /// For which owner.
    pub owner: OwnerPath,
    /// Whether the host takes `ACME` and `acme` for one.
    pub fold_case: bool,
    /// The user name the profile expects for HTTPS.
    pub user: Option<String>,
}

/// Who speaks for a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision<'a> {
    /// This claim, the longest that covers the path.
    Claimed(&'a Claim),
    /// The host is managed, but no profile claims this path.
    Unclaimed,
    /// The host is managed by several claims or by owner, and no path was given.
    NoPath,
    /// No profile claims anything on this origin.
    Unmanaged,
}

/// Decides over the claims on one origin. `path` must be clean ([`clean_path`]); `None` when the asker gave none.
pub fn decide<'a>(claims: impl IntoIterator<Item = &'a Claim>, path: Option<&str>) -> Decision<'a> {
    let mut managed = false;
    let mut best: Option<&Claim> = None;
    let mut tie = false;
    for claim in claims {
        managed = true;
        let fits = match path {
            Some(path) => claim.owner.covers(path, claim.fold_case),
            // Without a path only a claim on the whole host can be meant, and only if it is the only claim there.
            None => claim.owner.depth() == 0,
        };
        if fits {
            match best.map(|b| claim.owner.depth().cmp(&b.owner.depth())) {
                None | Some(Ordering::Greater) => (best, tie) = (Some(claim), false),
                Some(Ordering::Equal) => tie |= best.is_some_and(|b| b.profile != claim.profile),
                Some(Ordering::Less) => {}
            }
        }
        if path.is_none() && claim.owner.depth() > 0 {
            return Decision::NoPath;
        }
    }
    match best {
        // Two profiles with one claim: whoever comes first must not win by it.
        Some(_) if tie => Decision::Unclaimed,
        Some(claim) => Decision::Claimed(claim),
        None if !managed => Decision::Unmanaged,
        None if path.is_none() => Decision::NoPath,
        None => Decision::Unclaimed,
    }
}

/// Two claims that are the same claim of two profiles.
#[must_use]
pub fn conflicts(claims: &[Claim]) -> Vec<(&Claim, &Claim)> {
    let mut sorted: Vec<&Claim> = claims.iter().collect();
    let key = |c: &Claim| {
        (c.origin.clone(), if c.fold_case { c.owner.0.to_ascii_lowercase() } else { c.owner.0.clone() })
    };
    sorted.sort_by_cached_key(|c| key(c));
    let mut found = Vec::new();
    for pair in sorted.windows(2) {
        if let [a, b] = pair
            && a.profile != b.profile
            && a.origin == b.origin
            && a.owner.same_as(&b.owner, a.fold_case)
        {
            found.push((*a, *b));
        }
    }
    found
}
