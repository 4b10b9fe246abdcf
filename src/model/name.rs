//! Names that go into files of git and ssh, checked once and carried as types.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a name cannot be used. The text is fit to be shown to people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {given:?} {problem}")]
pub struct BadName {
    /// `profile name`, `host name` or `user name`.
    pub what: &'static str,
    /// What was given.
    pub given: String,
    /// What is wrong with it.
    pub problem: String,
}

fn bad(what: &'static str, given: &str, problem: &str) -> BadName {
    BadName { what, given: given.into(), problem: problem.into() }
}

/// A profile's name: `^[a-z0-9][a-z0-9._-]{0,62}$`, no `..`, no Windows device name (SECURITY rule 18).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProfileName(String);

impl ProfileName {
    /// Checks a name.
    ///
    /// # Errors
    /// Says which rule it breaks.
    pub fn new(name: &str) -> Result<Self, BadName> {
        let what = "profile name";
        let first_ok = name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        let all_ok = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c));
        if !first_ok || !all_ok || name.len() > 63 {
            return Err(bad(
                what,
                name,
                "may only hold a-z, 0-9, '.', '_' and '-', starts with a letter or digit, and has at most 63 characters",
            ));
        }
        if name.contains("..") || name.ends_with('.') {
            return Err(bad(what, name, "may not hold '..' or end in '.'"));
        }
        let stem = name.split('.').next().unwrap_or_default();
        let numbered = |prefix: &str| {
            stem.len() == 4 && stem.starts_with(prefix) && stem.ends_with(|c: char| c.is_ascii_digit())
        };
        if ["con", "prn", "aux", "nul"].contains(&stem) || numbered("com") || numbered("lpt") {
            return Err(bad(what, name, "is the name of a device on Windows"));
        }
        Ok(Self(name.into()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for ProfileName {
    type Error = BadName;
    fn try_from(name: String) -> Result<Self, BadName> {
        Self::new(&name)
    }
}

impl From<ProfileName> for String {
    fn from(name: ProfileName) -> Self {
        name.0
    }
}

/// A host's name in its ASCII form (RFC 5890 A-labels, RFC 952/1123 letters, digits, hyphen) or an IP address.
///
/// Always lower case, without a final dot and without brackets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostName(String);

impl HostName {
    /// Checks a name, after IDNA.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn new(name: &str) -> Result<Self, BadName> {
        let what = "host name";
        let bare = name.strip_prefix('[').and_then(|n| n.strip_suffix(']')).unwrap_or(name);
        if let Ok(ip) = bare.parse::<std::net::IpAddr>() {
            return Ok(Self(ip.to_string()));
        }
        if name.is_ascii() {
            return Self::new_ascii(name);
        }
        // The url crate's host parser does IDNA (UTS 46); what it makes is checked by our own stricter rule.
        match url::Host::parse(name) {
            Ok(url::Host::Domain(ascii)) => Self::new_ascii(&ascii),
            _ => Err(bad(what, name, "is not a host name")),
        }
    }

    fn new_ascii(name: &str) -> Result<Self, BadName> {
        let what = "host name";
        let name = name.to_ascii_lowercase();
        let name = name.strip_suffix('.').unwrap_or(&name);
        let label_ok = |label: &str| {
            (1..=63).contains(&label.len())
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if name.is_empty() || name.len() > 253 || !name.split('.').all(label_ok) {
            return Err(bad(
                what,
                name,
                "is not a host name: letters, digits, hyphens and dots, or an IP address",
            ));
        }
        Ok(Self(name.into()))
    }

    /// The name without brackets.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as it stands in a URL: an IPv6 address in brackets.
    #[must_use]
    pub fn in_url(&self) -> String {
        if self.0.contains(':') { format!("[{}]", self.0) } else { self.0.clone() }
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for HostName {
    type Error = BadName;
    fn try_from(name: String) -> Result<Self, BadName> {
        Self::new(&name)
    }
}

impl From<HostName> for String {
    fn from(name: HostName) -> Self {
        name.0
    }
}

/// A user name for git or ssh: none of the characters that shells, ssh or git's URLs give a meaning (SECURITY rule 18).
///
/// # Errors
/// Says which character is at fault.
pub fn check_user(user: &str) -> Result<(), BadName> {
    let what = "user name";
    if user.is_empty() || user.len() > 255 {
        return Err(bad(what, user, "must have 1 to 255 characters"));
    }
    if user.starts_with('-') {
        return Err(bad(what, user, "may not start with '-'"));
    }
    if user.contains(':') {
        // RFC 7617 section 2.
        return Err(bad(what, user, "may not hold ':', which ends the name in a login over HTTP"));
    }
    match user.chars().find(|c| c.is_control() || c.is_whitespace() || "'\"`$\\;&<>|(){}".contains(*c)) {
        Some(c) => Err(bad(what, user, &format!("may not hold {c:?}"))),
        None => Ok(()),
    }
}
