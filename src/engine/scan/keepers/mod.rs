//! Where programs keep secrets: one file and one line here for each kind of place.

use crate::formats::loose::{Care, Loose, urls};
use crate::registry::registry;
use std::fmt;

registry! {
    /// Every kind of file that is read by its meaning. The first that fits is taken.
    pub static ALL: Keeper = KEEPER;
    aws,
    cargo,
    ci,
    composer,
    docker,
    dotenv,
    gem,
    gh,
    git_config,
    git_cookies,
    git_credentials,
    glab,
    gradle,
    helm,
    history,
    hub,
    maven,
    netrc,
    npmrc,
    nuget,
    pip,
    poetry,
    project,
    pypirc,
    shell,
    tea,
    yarn,
}

/// Any other file: only what is a token by its own bytes.
pub(super) static TEXT: Keeper = Keeper {
    code: "text",
    title: "text",
    fits: |_| false,
    read: |_| Vec::new(),
    advice: "take it out, keep it in the store (doorkey token add PROFILE), and revoke this one",
};

/// The environment of this process.
pub(super) static ENVIRONMENT: Keeper = Keeper {
    code: "environment",
    title: "environment variable",
    fits: |_| false,
    read: |bytes| urls(bytes, Care::Any),
    advice: "every program that you start gets it: find out who sets it, and let the one program that needs it ask a store",
};

/// A kind of place that keeps secrets.
pub struct Keeper {
    /// Stable name for programs.
    pub code: &'static str,
    /// For people.
    pub title: &'static str,
    /// Whether a file is of this kind, by its name.
    pub(super) fits: fn(&At<'_>) -> bool,
    /// What lies in it.
    pub(super) read: fn(&[u8]) -> Vec<Loose>,
    /// What its owner should do.
    pub advice: &'static str,
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keeper({})", self.code)
    }
}

/// The name of a file, and that of the folder it lies in.
pub(super) struct At<'a> {
    pub(super) name: &'a str,
    pub(super) folder: &'a str,
}

impl At<'_> {
    /// Whether the last segments of the folder are these.
    fn folder_ends(&self, segments: &str) -> bool {
        self.folder.strip_suffix(segments).is_some_and(|before| before.is_empty() || before.ends_with('/'))
    }

    /// The user's, the system's, an included one, or that of a repository, a worktree or a submodule.
    fn is_git_config(&self) -> bool {
        let of_repository = self.name == "config" || self.name == "config.worktree";
        let in_git =
            self.folder_ends(".git") || self.folder.ends_with(".git") || self.folder.contains(".git/");
        self.name.starts_with(".gitconfig")
            || self.name == "gitconfig"
            || self.name.ends_with(".gitconfig")
            || (of_repository && (in_git || self.folder_ends("git")))
    }

    /// The kind of file, by its name.
    pub(super) fn keeper(&self) -> Option<&'static Keeper> {
        ALL.iter().copied().find(|keeper| (keeper.fits)(self))
    }
}
