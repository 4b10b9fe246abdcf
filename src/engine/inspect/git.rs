//! git's configuration: the files in git's order, read without running git.

use super::git_settings::{Source, include_path, is_ours, settings};
use super::walk;
use crate::formats::git_config::{self, Entry};
use crate::model::facts::{Git, GitFile, GitSetting, Own, Scope, Spot, Unreadable};
use crate::sys::Sys;
use std::path::{Path, PathBuf};

/// git's own limit (config.c, MAX_INCLUDE_DEPTH).
const DEEPEST: usize = 10;

pub(super) struct Reader<'a> {
    sys: &'a Sys,
    troubles: &'a mut Vec<Unreadable>,
    git: Git,
    /// Unconditional entries in the order in which git reads them, each with its setting's index.
    pub(super) entries: Vec<(Entry, Option<usize>)>,
}

pub(super) fn look(sys: &Sys, own: &Own, troubles: &mut Vec<Unreadable>) -> Git {
    let mut reader = Reader::read(sys, troubles, None);
    reader.look_after_include(own);
    reader.git.identity = reader.identity();
    reader.git.chains = walk::chains(own, &reader);
    reader.git
}

/// The files alone, without what they come to.
pub(super) fn read(sys: &Sys, troubles: &mut Vec<Unreadable>) -> Git {
    Reader::read(sys, troubles, None).git
}

/// git-config(1), FILES and ENVIRONMENT.
fn files(sys: &Sys) -> Vec<(PathBuf, Scope)> {
    let mut found = Vec::new();
    let no_system =
        sys.env("GIT_CONFIG_NOSYSTEM").is_some_and(|v| !matches!(v, "0" | "false" | "no" | "off"));
    if !no_system {
        let path = sys.env("GIT_CONFIG_SYSTEM").map_or_else(|| system_file(sys), PathBuf::from);
        found.push((path, Scope::System));
    }
    if sys.env("GIT_CONFIG_GLOBAL").is_none()
        && let Some(config) = sys.places().xdg_config()
    {
        found.push((config.join("git/config"), Scope::Global));
    }
    found.extend(sys.places().git_config().map(|path| (path, Scope::Global)));
    found
}

/// `$(prefix)/etc/gitconfig`, where the prefix /usr means /etc.
fn system_file(sys: &Sys) -> PathBuf {
    let usual = PathBuf::from("/etc/gitconfig");
    let Some(git) = sys.program("git").and_then(|git| sys.real_path(&git)) else { return usual };
    match git.parent().and_then(Path::parent) {
        Some(prefix) if prefix != Path::new("/usr") => {
            let other = prefix.join("etc/gitconfig");
            if sys.look_through(&other).ok().flatten().is_some() { other } else { usual }
        }
        _ => usual,
    }
}

impl<'a> Reader<'a> {
    /// Reads everything that git reads in `repository` (the folder with its `config`), or outside any.
    pub(super) fn read(sys: &'a Sys, troubles: &'a mut Vec<Unreadable>, repository: Option<&Path>) -> Self {
        let mut reader = Reader { sys, troubles, git: Git::default(), entries: Vec::new() };
        for (path, scope) in files(sys) {
            reader.file(&path, scope, false, 0);
        }
        if let Some(folder) = repository {
            reader.file(&folder.join("config"), Scope::Repository, false, 0);
        }
        reader.environment();
        reader
    }

    fn file(&mut self, path: &Path, scope: Scope, conditional: bool, depth: usize) {
        let troubles = self.troubles.len();
        let Some(bytes) = super::read(self.sys, path, self.troubles) else {
            if self.troubles.len() > troubles {
                self.git.passed_over.push(path.into());
            }
            return;
        };
        let scope = if is_ours(self.sys, path) { Scope::Doorkey } else { scope };
        let parsed = git_config::parse(&bytes);
        let problem = parsed.as_ref().err().map(ToString::to_string);
        self.git.files.push(GitFile { path: path.into(), scope, conditional, problem });
        let source = Source { path, scope, conditional, bytes: &bytes };
        for entry in parsed.unwrap_or_default() {
            let next = match (entry.section.as_str(), entry.key.as_str()) {
                ("include", "path") => Some(conditional),
                ("includeif", "path") => Some(true),
                _ => None,
            };
            let target = next.and_then(|_| include_path(self.sys, entry.text().unwrap_or_default(), path));
            self.take(entry, source);
            if let (Some(conditional), Some(target)) = (next, target)
                && depth < DEEPEST
            {
                self.file(&target, scope, conditional, depth + 1);
            }
        }
    }

    fn take(&mut self, entry: Entry, source: Source<'_>) {
        let found = settings(self.sys, &entry, source);
        let index = (!found.is_empty()).then_some(self.git.settings.len());
        self.git.settings.extend(found);
        if !source.conditional {
            self.entries.push((entry, index));
        }
    }

    /// `GIT_CONFIG_COUNT`, `GIT_CONFIG_KEY_n`, `GIT_CONFIG_VALUE_n`, then `GIT_CONFIG_PARAMETERS`: read after all files.
    fn environment(&mut self) {
        let count = self.sys.env("GIT_CONFIG_COUNT").and_then(|n| n.parse::<usize>().ok()).unwrap_or(0);
        for number in 0..count.min(1000) {
            let Some(key) = self.sys.env(&format!("GIT_CONFIG_KEY_{number}")) else { continue };
            let value = self.sys.env(&format!("GIT_CONFIG_VALUE_{number}")).unwrap_or_default();
            self.variable(&format!("GIT_CONFIG_VALUE_{number}"), key, Some(value));
        }
        const PARAMETERS: &str = "GIT_CONFIG_PARAMETERS";
        let given = self.sys.env(PARAMETERS).and_then(git_config::parameters).unwrap_or_default();
        for (key, value) in given {
            self.variable(PARAMETERS, &key, value.as_deref());
        }
    }

    /// A setting that stands in a variable.
    fn variable(&mut self, name: &str, key: &str, value: Option<&str>) {
        let (Some((section, rest)), Some((_, last))) = (key.split_once('.'), key.rsplit_once('.')) else {
            return;
        };
        let subsection = rest.strip_suffix(last).and_then(|s| s.strip_suffix('.'));
        let entry = Entry {
            section: section.to_ascii_lowercase(),
            subsection: subsection.map(|s| s.as_bytes().to_vec()),
            key: last.to_ascii_lowercase(),
            value: value.map(|v| v.as_bytes().to_vec()),
            line: 0,
            span: 0..0,
        };
        let path = PathBuf::from(name);
        let source = Source { path: &path, scope: Scope::Environment, conditional: false, bytes: &[] };
        self.take(entry, source);
    }

    fn identity(&self) -> (Option<String>, Option<String>) {
        let last = |key: &str| {
            let mut found = self.entries.iter().rev().map(|(e, _)| e);
            found
                .find(|e| e.section == "user" && e.subsection.is_none() && e.key == key)?
                .text()
                .map(str::to_owned)
        };
        (last("name"), last("email"))
    }

    /// What stands below doorkey's include in the same file, and whether the include could be moved below it.
    fn look_after_include(&mut self, own: &Own) {
        let include = &own.git_include;
        let (Some(offset), Ok(Some(bytes))) = (include.offset, self.sys.read(&include.path)) else { return };
        let end = offset + include.text.len();
        let entries = git_config::parse(&bytes).unwrap_or_default();
        let after = entries.iter().find(|e| e.span.start >= end);
        self.git.after_include = after.map(|e| Spot { path: include.path.clone(), line: e.line });
        // A key without a section of its own would fall to the section above ours.
        let rest = bytes.get(end..).unwrap_or_default();
        let next = crate::formats::lines::lines(rest)
            .map(|line| line.text.trim_ascii())
            .find(|text| !text.is_empty() && !text.starts_with(b"#") && !text.starts_with(b";"));
        self.git.include_movable = next.is_none_or(|text| text.starts_with(b"["));
    }

    pub(super) fn setting_of(&self, entry: &Entry) -> Option<&GitSetting> {
        let (_, index) = self.entries.iter().find(|(e, _)| std::ptr::eq(e, entry))?;
        self.git.settings.get((*index)?)
    }
}
