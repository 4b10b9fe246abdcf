//! What a profile's folders bring into a shell: its proxy, its roots, Go's private hosts, its name. Never a credential, and
//! nothing that a file in the folder says (SECURITY rule 15): which folders count stands in the profiles alone.
//!
//! A generation holds all of it in one file, so that a prompt reads no more, whatever the number of profiles.

use super::generation;
use super::in_force::{self, InForceError, Pending};
use super::proxy_variables;
use crate::model::name::ProfileName;
use crate::model::profile::{Profile, Proxy};
use crate::sys::Sys;
use crate::trust::env_vars::{self, Form};
use std::path::{Path, PathBuf};

/// The variable with the name of the profile whose folder this is, for prompts.
pub const PROFILE: &str = "DOORKEY_PROFILE";

/// The generation's file: a line a folder, with tabs between its profile, the folder, and what the profile brings.
pub(super) const FOLDERS: &str = "folders";

/// What a profile brings.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Brings {
    profile: String,
    proxy: Proxy,
    /// The file with its roots and the public ones.
    roots: Option<PathBuf>,
    go_private: String,
}

impl Brings {
    fn of(profile: &Profile, roots: Option<&Path>) -> Self {
        Self {
            profile: profile.name.to_string(),
            proxy: profile.proxy.clone(),
            roots: roots.map(Path::to_path_buf),
            go_private: go_private(profile),
        }
    }

    /// Fields of one line; `None` where one cannot stand in it.
    fn fields(&self) -> Option<String> {
        let roots = match &self.roots {
            Some(roots) => roots.to_str()?,
            None => "",
        };
        let url = self.proxy.url.as_deref().unwrap_or_default();
        let fields = [url, &self.proxy.no_proxy.join(","), roots, &self.go_private].map(str::to_owned);
        let plain = fields.iter().all(|field| !field.chars().any(char::is_control));
        plain.then(|| fields.join("\t"))
    }

    fn read(profile: &str, fields: &str) -> Option<Self> {
        let mut fields = fields.split('\t').map(str::to_owned);
        let mut next = || fields.next();
        let (url, no_proxy, roots, go_private) = (next()?, next()?, next()?, next()?);
        let no_proxy = no_proxy.split(',').filter(|entry| !entry.is_empty()).map(str::to_owned).collect();
        Some(Self {
            profile: profile.to_owned(),
            proxy: Proxy { url: Some(url).filter(|url| !url.is_empty()), no_proxy, for_ssh: false },
            roots: Some(roots).filter(|roots| !roots.is_empty()).map(PathBuf::from),
            go_private,
        })
    }

    fn variables(&self) -> Vec<(String, String)> {
        let mut found = vec![(PROFILE, self.profile.clone())];
        found.extend(proxy_variables::variables(&self.proxy));
        if let Some(roots) = self.roots.as_deref().and_then(Path::to_str) {
            let given = env_vars::KNOWN.iter().filter(|known| known.form == Form::File && known.given);
            found.extend(given.map(|known| (known.name, roots.to_owned())));
        }
        if !self.go_private.is_empty() {
            found.push(("GOPRIVATE", self.go_private.clone()));
        }
        found.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// The text of [`FOLDERS`]. `roots` tells each profile's file.
pub(super) fn folders<'r>(profiles: &[Profile], roots: impl Fn(&Profile) -> Option<&'r Path>) -> String {
    let mut text = String::new();
    for profile in profiles.iter().filter(|profile| !profile.dirs.is_empty()) {
        let Some(fields) = Brings::of(profile, roots(profile)).fields() else { continue };
        for dir in profile.dirs.iter().filter(|dir| !dir.chars().any(char::is_control)) {
            text.push_str(&format!("{}\t{}\t{fields}\n", profile.name, dir.trim_end_matches('/')));
        }
    }
    text
}

/// What Go fetches from the hosts themselves, without a public proxy or checksum database: all that the profile claims.
pub(super) fn go_private(profile: &Profile) -> String {
    let mut found = Vec::new();
    for host in &profile.hosts {
        if host.owners.is_empty() {
            found.push(host.name.to_string());
        }
        found.extend(host.owners.iter().map(|owner| format!("{}/{}", host.name, owner.as_str())));
    }
    found.dedup();
    found.join(",")
}

/// A profile's variables, with the roots of the generation in force. `None` when none is.
///
/// # Errors
/// Its roots cannot be told.
pub fn of(sys: &Sys, profile: &Profile) -> Result<Option<Vec<(String, String)>>, InForceError> {
    let Some(folder) = generation::folder_in_force(sys) else { return Ok(None) };
    let alone = std::slice::from_ref(profile);
    let files = in_force::made(sys, alone, None, &folder, &Pending::new())?;
    let roots = files.keys().find(|name| name.starts_with("roots.")).map(|name| folder.join(name));
    Ok(Some(Brings::of(profile, roots.as_deref()).variables()))
}

/// What the folder brings that the working folder is in.
#[derive(Debug)]
pub struct Here {
    /// Whose folder it is.
    pub profile: ProfileName,
    /// The folder, as the profile writes it.
    pub folder: String,
    /// The variables.
    pub variables: Vec<(String, String)>,
}

/// The profile whose folder the working folder is in. The longest counts; of two profiles with the same one, neither.
#[must_use]
pub fn here(sys: &Sys) -> Option<Here> {
    let folder = generation::folder_in_force(sys)?;
    let text = String::from_utf8(sys.read(&folder.join(FOLDERS)).ok()??).ok()?;
    // By inode, since a folder may be reached by links on either side: one look a folder.
    let cwd = sys.cwd()?;
    let cwd = sys.real_path(&cwd).unwrap_or(cwd);
    let id = |path: &Path| sys.look_through(path).ok().flatten().map(|look| look.id);
    let above: Vec<(usize, (u64, u64))> =
        cwd.ancestors().filter_map(|path| Some((path.components().count(), id(path)?))).collect();
    let mut best: Vec<(usize, &str, &str, &str)> = Vec::new();
    for line in text.lines() {
        let Some((profile, rest)) = line.split_once('\t') else { continue };
        let Some((written, fields)) = rest.split_once('\t') else { continue };
        let path = sys.expanded(written);
        let found = id(&path).filter(|_| path.is_absolute());
        if let Some((depth, _)) = above.iter().find(|(_, id)| Some(*id) == found) {
            best.push((*depth, profile, written, fields));
        }
    }
    let longest = best.iter().map(|(depth, ..)| *depth).max()?;
    best.retain(|(depth, ..)| *depth == longest);
    let (_, profile, written, fields) = *best.first()?;
    if best.iter().any(|(_, other, ..)| *other != profile) {
        return None;
    }
    let variables = Brings::read(profile, fields)?.variables();
    Some(Here { profile: ProfileName::new(profile).ok()?, folder: written.to_owned(), variables })
}
