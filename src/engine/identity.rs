//! Whose name stands in commits: of the profile in force, or of the one that a repository's folder belongs to.

use super::generation;
use super::render::unescape_pattern;
use crate::formats::git_config::{self, Entry};
use crate::model::name::ProfileName;
use crate::sys::Sys;
use std::path::Path;

/// The profile whose identity a folder brings.
#[derive(Debug)]
pub struct Here {
    /// Whose.
    pub profile: ProfileName,
    /// The folder, as the profile writes it: `~/work/acme`.
    pub folder: String,
}

/// The profile that the repository around the working folder belongs to by its `dirs`, as git reads them now.
#[must_use]
pub fn here(sys: &Sys) -> Option<Here> {
    let folder = generation::folder_in_force(sys)?;
    let bytes = sys.read(&folder.join("gitconfig")).ok()??;
    let settings = git_config::parse(&bytes).ok()?;
    // git-config(1), Conditional includes: what counts is where the `.git` folder lies.
    let repository = git2::Repository::discover(sys.cwd()?).ok()?;
    let inside = |folder: &str| {
        let written = sys.expanded(folder);
        let real = sys.real_path(&written).unwrap_or_else(|| written.clone());
        [written, real].iter().any(|path| repository.path().starts_with(path))
    };
    // Of several the last one counts, since git reads it last.
    let found = folders(&settings).into_iter().rev().find(|(_, folder)| inside(folder));
    found.map(|(profile, folder)| Here { profile, folder })
}

/// The profiles' folders in a generation's git settings, in order.
pub(super) fn folders(settings: &[Entry]) -> Vec<(ProfileName, String)> {
    let mut found = Vec::new();
    for entry in settings.iter().filter(|e| e.is("includeif", "path")) {
        let file = entry.text().and_then(|path| Path::new(path).file_name()?.to_str());
        let name = file.and_then(|file| ProfileName::new(file.strip_prefix(FILE)?).ok());
        let condition = entry.subsection.as_deref().and_then(|s| std::str::from_utf8(s).ok());
        if let (Some(name), Some(folder)) = (name, condition.and_then(|c| c.strip_prefix("gitdir:"))) {
            found.push((name, unescape_pattern(folder.trim_end_matches('/'))));
        }
    }
    found
}

/// How the file of a generation with one profile's identity begins; the profile's name follows.
const FILE: &str = "identity.";
