//! `url.<base>.insteadOf`: a URL that loses its login may begin with what git rewrites, and lead elsewhere then.

use super::login::without_logins;
use crate::formats::git_config;
use crate::sys::Sys;

/// What git rewrites: the beginning, and what takes its place.
#[derive(Clone, Default)]
pub(super) struct Rewrites(Vec<(Vec<u8>, Vec<u8>)>);

impl Rewrites {
    /// Those of the user's own files.
    pub(super) fn of_user(sys: &Sys) -> Self {
        let home = sys.places().home().map(|home| home.join(".gitconfig"));
        let own = [home, sys.places().git_config()].into_iter().flatten();
        let texts = own.filter_map(|path| sys.read(&path).ok().flatten().map(zeroize::Zeroizing::new));
        texts.fold(Self::default(), |all, text| all.and(&text))
    }

    /// These, and those of a configuration.
    pub(super) fn and(mut self, bytes: &[u8]) -> Self {
        let entries = git_config::parse(bytes).unwrap_or_default();
        let rules = entries.into_iter().filter(|e| e.is("url", "insteadof") || e.is("url", "pushinsteadof"));
        self.0.extend(rules.filter_map(|e| Some((e.value?, without_logins(&e.subsection?)))));
        self
    }

    /// The beginning of a URL that git would rewrite into another.
    pub(super) fn of(&self, url: &str) -> Option<String> {
        let other = self.0.iter().find(|(from, to)| url.as_bytes().starts_with(from) && from != to)?;
        Some(String::from_utf8_lossy(&other.0).into_owned())
    }
}
