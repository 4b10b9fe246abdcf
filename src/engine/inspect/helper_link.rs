//! A `credential.helper` line: which helper it names, without its secrets, and whether its program is there.

use crate::model::facts::ChainLink;
use crate::sys::Sys;
use crate::sys::fs::Kind;
use std::path::{Path, PathBuf};

/// A helper's name: never its other arguments, and never the text of a snippet, which may hold a password.
pub(super) fn link(sys: &Sys, text: &str, ours: bool) -> ChainLink {
    let first = text.split_whitespace().next().unwrap_or_default();
    let (name, snippet) = match text.strip_prefix('!') {
        Some(_) if ours => ("doorkey".to_owned(), false),
        Some(rest) => {
            let word = rest.split_whitespace().next().unwrap_or_default().trim_matches(['"', '\'']);
            let plain =
                word.starts_with('/') || word == "gh" || word == "glab" || word == "git-credential-oauth";
            (if plain { format!("!{word}") } else { "a shell snippet".to_owned() }, true)
        }
        None => (if ours { "doorkey".to_owned() } else { first.to_owned() }, false),
    };
    let holds_password = snippet
        && text.split("password=").skip(1).any(|rest| {
            let value: String =
                rest.chars().take_while(|c| !c.is_whitespace() && !"\"';".contains(*c)).collect();
            !value.is_empty() && !value.starts_with('$') && !value.starts_with('`')
        });
    ChainLink {
        plain_text: first == "store" || first.ends_with("git-credential-store"),
        installed: if ours { None } else { installed(sys, &name) },
        file: file(sys, text),
        name,
        ours,
        password: holds_password,
    }
}

/// What follows `--file` of `store` or `--socket` of `cache`. git gives the line to a shell, so a tilde counts only at
/// the start of a word.
fn file(sys: &Sys, text: &str) -> Option<PathBuf> {
    if text.contains(['"', '\'', '\\', '$', '`']) {
        return None;
    }
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        if matches!(word, "--file" | "--socket") {
            return words.next().map(|file| sys.expanded(file));
        }
        if let Some(file) = word.strip_prefix("--file=").or_else(|| word.strip_prefix("--socket=")) {
            return Some(PathBuf::from(file));
        }
    }
    None
}

/// gitcredentials(7), CUSTOM HELPERS: a path is run as it is, `!` by a shell, a name as `git credential-NAME`.
fn installed(sys: &Sys, name: &str) -> Option<bool> {
    let runs = |path: &Path| matches!(sys.look_through(path), Ok(Some(l)) if l.kind == Kind::File && l.mode & 0o111 != 0);
    if let Some(word) = name.strip_prefix('!') {
        return Some(if word.starts_with('/') { runs(Path::new(word)) } else { sys.program(word).is_some() });
    }
    if name.starts_with('/') {
        return Some(runs(Path::new(name)));
    }
    if name.is_empty() || name.contains(' ') {
        return None;
    }
    let program = format!("git-credential-{name}");
    let found = sys.program(&program).is_some()
        || exec_folders(sys)?.iter().any(|folder| runs(&folder.join(&program)));
    Some(found)
}

/// Where git keeps its own programs (git(1), `--exec-path`), for every git that PATH may mean; `None` when that cannot be
/// told.
fn exec_folders(sys: &Sys) -> Option<Vec<PathBuf>> {
    if let Some(folder) = sys.env("GIT_EXEC_PATH") {
        return Some(vec![PathBuf::from(folder)]);
    }
    let git = sys.program("git")?;
    let prefix = sys.real_path(&git)?.parent()?.parent()?.to_path_buf();
    let folders: Vec<PathBuf> = ["lib/git-core", "libexec/git-core"]
        .iter()
        .map(|below| prefix.join(below))
        .filter(|folder| sys.look_through(folder).ok().flatten().is_some())
        .collect();
    (!folders.is_empty()).then_some(folders)
}
