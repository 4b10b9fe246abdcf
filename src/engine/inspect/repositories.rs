//! The repositories below the home folder: a bounded walk that reads each one's own configuration and nothing else.
//!
//! The files are read as text: no git runs in a repository, so nothing in it can start a program (SECURITY rule 16).

use super::git_settings::{Source, remote_parts, settings as found_settings};
use crate::formats::git_config::{self, Entry};
use crate::formats::remote_url::Scheme;
use crate::formats::token::is_user_a_token;
use crate::model::facts::{About, Hidden, Remote, Repository, Scope, Spot, Unreadable};
use crate::redact;
use crate::sys::Sys;
use crate::sys::fs::Kind;
use std::path::{Path, PathBuf};

/// How many folders below home a repository may lie: `~/work/acme/team/app`.
const DEEPEST: usize = 4;

/// A home with more entries than this is not walked to its end.
const MOST_ENTRIES_IN_ALL: usize = 20_000;

/// A folder with more entries than this is data, not a workplace.
const MOST_ENTRIES: usize = 500;

/// Never a workplace, and often large.
const SKIPPED: &[&str] =
    &["node_modules", "target", "vendor", "Library", "snap", "venv", "__pycache__", "site-packages"];

pub(super) fn look(sys: &Sys, troubles: &mut Vec<Unreadable>) -> Vec<Repository> {
    let Some(home) = sys.places().home() else { return Vec::new() };
    let mut found = Vec::new();
    let mut left = MOST_ENTRIES_IN_ALL;
    let mut level = vec![home.to_path_buf()];
    for depth in 0..=DEEPEST {
        let mut next = Vec::new();
        for folder in level {
            if left == 0 {
                let problem = "has more folders than are looked through; some repositories were left out";
                troubles.push(Unreadable {
                    path: home.into(),
                    problem: problem.into(),
                    hidden: Hidden::Partly,
                });
                return found;
            }
            // The home folder itself may be a repository of dotfiles, and others still lie in it.
            match git_folder(sys, &folder) {
                Some(git) => {
                    found.extend(repository(sys, &folder, &git));
                    if depth > 0 {
                        continue;
                    }
                }
                None if depth == DEEPEST => continue,
                None => {}
            }
            next.extend(folders_in(sys, &folder, &mut left));
        }
        level = next;
    }
    found
}

/// The folder with `config` in it, when there is a repository: `.git`, or the folder itself when it is bare.
fn git_folder(sys: &Sys, folder: &Path) -> Option<PathBuf> {
    let dot_git = folder.join(".git");
    match sys.look_through(&dot_git).ok().flatten().map(|l| l.kind) {
        Some(Kind::Dir) => Some(dot_git),
        // A worktree or a submodule: `gitdir: PATH`. A worktree has no config of its own.
        Some(Kind::File) => {
            let text = String::from_utf8(sys.read(&dot_git).ok()??).ok()?;
            Some(folder.join(text.strip_prefix("gitdir:")?.trim()))
        }
        _ => is_bare(sys, folder).then(|| folder.to_path_buf()),
    }
}

fn is_bare(sys: &Sys, folder: &Path) -> bool {
    let there = |name: &str| sys.look(&folder.join(name)).ok().flatten().is_some();
    folder.extension().is_some_and(|e| e == "git") && there("HEAD") && there("config") && there("objects")
}

fn folders_in(sys: &Sys, folder: &Path, left: &mut usize) -> Vec<PathBuf> {
    let entries = sys.list(folder).unwrap_or_default();
    *left = left.saturating_sub(entries.len().min(MOST_ENTRIES) + 1);
    if entries.len() > MOST_ENTRIES {
        return Vec::new();
    }
    let wanted = |path: &PathBuf| {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or(".");
        !name.starts_with('.')
            && !SKIPPED.contains(&name)
            && matches!(sys.look(path), Ok(Some(l)) if l.kind == Kind::Dir)
    };
    entries.into_iter().filter(wanted).collect()
}

fn repository(sys: &Sys, folder: &Path, git: &Path) -> Option<Repository> {
    let path = git.join("config");
    let bytes = sys.read(&path).ok()??;
    let entries = git_config::parse(&bytes).unwrap_or_default();
    let source = Source { path: &path, scope: Scope::Repository, conditional: false, bytes: &bytes };
    let remotes: Vec<Remote> = entries.iter().filter_map(|entry| remote(entry, &path)).collect();
    let mut settings = Vec::new();
    for entry in entries.iter().filter(|e| e.section != "remote") {
        let found = found_settings(sys, entry, source).into_iter();
        // A repository may include what it likes: that is not looked at.
        settings
            .extend(found.filter(|s| !matches!(s.about, About::Include { .. } | About::UseHttpPath { .. })));
    }
    Some(Repository { path: folder.into(), remotes, settings })
}

fn remote(entry: &Entry, path: &Path) -> Option<Remote> {
    if !entry.is("remote", "url") && !entry.is("remote", "pushurl") {
        return None;
    }
    let name = String::from_utf8_lossy(entry.subsection.as_deref()?).into_owned();
    let text = entry.text()?;
    let spot = Spot { path: path.into(), line: entry.line };
    let Some(url) = remote_parts(text) else {
        // Not to be followed, but a password in it is one all the same.
        let masked = redact::urls(text);
        let password = masked != text;
        return Some(Remote {
            name: redact::urls(&name),
            url: masked,
            scheme: "other",
            clean: None,
            push: entry.key == "pushurl",
            host: None,
            port: None,
            user: None,
            owner: None,
            password,
            spot,
        });
    };
    let token = url.user.as_deref().is_some_and(is_user_a_token);
    let http = matches!(url.scheme, Scheme::Http | Scheme::Https);
    let repo = url.repo_path().unwrap_or_default();
    let owner = repo.split_once('/').map(|(owner, _)| owner.to_owned());
    let shown = if token && http { redact::urls(text) } else { url.to_string() };
    let password = url.password.is_some() || (token && http);
    Some(Remote {
        name: redact::urls(&name),
        url: shown,
        clean: without_user(text).filter(|_| http),
        push: entry.key == "pushurl",
        scheme: url.scheme.name(),
        host: url.canonical_host(),
        port: url.effective_port(),
        user: url.user.clone().filter(|_| !token),
        owner,
        password,
        spot,
    })
}

/// `https://user:password@host/path` is `https://host/path`.
fn without_user(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let (authority, path) = rest.split_once('/')?;
    let (_, host) = authority.rsplit_once('@')?;
    Some(format!("{scheme}://{host}/{path}"))
}
