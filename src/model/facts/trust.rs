//! Which roots are trusted, and by whose word.

use super::{Region, Spot, as_text};
use serde::Serialize;
use std::path::PathBuf;

/// The trust of this machine and session.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Trust {
    /// The system's bundle. Its certificates were counted, not read.
    pub system: TrustPlace,
    /// The variables that are set.
    pub variables: Vec<TrustVariable>,
    /// `http.sslCAInfo` of git, and what it holds.
    pub git: Vec<TrustPlace>,
    /// Lines of other tools' files that switch the check of certificates off.
    pub unverified: Vec<Unverified>,
    /// Whether the roots that are merged for this user's tools are others than the system's and the installed ones.
    pub bundle_outdated: bool,
}

/// A line that switches the check of certificates off.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Unverified {
    /// Whose.
    pub tool: &'static str,
    /// Where.
    pub spot: Spot,
    /// What it says.
    pub said: String,
    /// The whole line, where taking it out is all that there is to do.
    #[serde(skip)]
    pub region: Option<Region>,
}

/// A file or folder of roots.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct TrustPlace {
    /// Where.
    #[serde(serialize_with = "as_text")]
    pub path: PathBuf,
    /// Why it gives nothing, in words that follow the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Whether it is not there, or no file.
    pub unusable: bool,
    /// The first damaged line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub damaged_line: Option<usize>,
    /// It starts with a byte order mark.
    pub bom: bool,
    /// A private key is in it.
    pub private_key: bool,
    /// How many certificates.
    pub certificates: usize,
    /// Whether it holds none of the public roots.
    pub private_only: bool,
    /// Those that are out of date and are neither public roots nor the system's.
    pub expired: Vec<Certificate>,
    /// Those that are no public roots.
    pub others: Vec<Certificate>,
}

/// A certificate in a list.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Certificate {
    /// What people call it.
    pub name: String,
    /// SHA-256.
    pub fingerprint: String,
    /// Its last second, since 1970.
    pub not_after: i64,
}

/// A trust variable that is set.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct TrustVariable {
    /// Its name.
    pub name: &'static str,
    /// Whether it takes the place of the system's roots, for some tools at least.
    pub replaces: bool,
    /// Whether that holds for all its tools.
    pub surely: bool,
    /// Whether a path that is not there stops its tools.
    pub fatal_when_missing: bool,
    /// Who reads it.
    pub tools: Vec<&'static str>,
    /// What it points at.
    pub places: Vec<TrustPlace>,
}
