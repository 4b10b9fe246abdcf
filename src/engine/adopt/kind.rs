//! The kinds of places from which tokens are moved.

/// A kind of place from which tokens are moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The URL of a remote or a submodule.
    Remote,
    /// `url.<base>.insteadOf`: the rewriting stays.
    InsteadOf,
    /// `http.<url>.extraHeader: Authorization`
    ExtraHeader,
    /// A line of git's helper `store`.
    GitCredentials,
    /// A login of docker's `config.json`.
    Docker,
    /// A token of cargo's `credentials.toml`.
    Cargo,
    /// An entry of `.netrc`; only where it is asked for, since other programs than git read it too.
    Netrc,
    /// A token of `.npmrc`; only where it is asked for, since npm gets it in a session alone then.
    Npm,
}

impl Kind {
    /// Stable name for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Remote => "remote",
            Self::InsteadOf => "instead-of",
            Self::ExtraHeader => "extra-header",
            Self::GitCredentials => "git-credentials",
            Self::Docker => "docker",
            Self::Cargo => "cargo",
            Self::Netrc => "netrc",
            Self::Npm => "npm",
        }
    }

    /// For people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Remote => "the URL of a remote",
            Self::InsteadOf => "url.<base>.insteadOf",
            Self::ExtraHeader => "http.<url>.extraHeader",
            Self::GitCredentials => "a line of .git-credentials",
            Self::Docker => "a docker login",
            Self::Cargo => "a cargo token",
            Self::Netrc => "an entry of .netrc",
            Self::Npm => "an npm token",
        }
    }

    /// Whether doorkey answers for it though git does not ask doorkey.
    pub(super) fn works_without_git(self) -> bool {
        // `doorkey use` wants .netrc out of the way first; npm is given its token by `doorkey exec`.
        matches!(self, Self::Netrc | Self::Npm)
    }

    /// Why it stays where it is not asked for, and what moves it.
    pub(super) fn only_when_asked(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Netrc => Some((
                "git would get the token from doorkey, but curl, go, pip and others read this file too",
                "to move it all the same: doorkey token adopt --kind netrc",
            )),
            Self::Npm => Some((
                "npm asks no helper: it would get the token in a session only (doorkey exec PROFILE -- npm ...)",
                "to move it all the same: doorkey token adopt --kind npm",
            )),
            _ => None,
        }
    }

    /// Whether it is for one place among several on its host.
    pub(super) fn is_of_one_place(self) -> bool {
        matches!(self, Self::Cargo | Self::Npm)
    }
}
