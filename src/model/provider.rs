//! Which kind of git host it is, and what follows from that. The facts are data in `templates/hosts.toml`.

use serde::Deserialize;
use std::sync::OnceLock;

const PRESETS: &str = include_str!("../../templates/hosts.toml");

#[derive(Debug, Deserialize)]
struct Presets {
    host: Vec<KnownHost>,
    provider: Vec<Provider>,
}

/// A git host that everybody knows.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct KnownHost {
    /// Its name.
    pub name: String,
    /// The name of its [`Provider`].
    pub provider: String,
}

/// A kind of git host.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Provider {
    /// `github`, `gitlab`, `gitea`, `bitbucket`, `bitbucket-dc`, `azure-devops` or `generic`.
    pub name: String,
    case: Case,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Case {
    Sensitive,
    Insensitive,
}

impl Provider {
    /// Whether `ACME` and `acme` are the same owner there.
    #[must_use]
    pub fn folds_case(&self) -> bool {
        self.case == Case::Insensitive
    }
}

fn presets() -> &'static Presets {
    static PRESETS_ONCE: OnceLock<Presets> = OnceLock::new();
    PRESETS_ONCE.get_or_init(|| {
        toml_edit::de::from_str(PRESETS).unwrap_or(Presets { host: Vec::new(), provider: Vec::new() })
    })
}

/// All kinds of git host.
#[must_use]
pub fn providers() -> &'static [Provider] {
    &presets().provider
}

/// All known hosts.
#[must_use]
pub fn known_hosts() -> &'static [KnownHost] {
    &presets().host
}

/// The known host of that name.
#[must_use]
pub fn known(host: &str) -> Option<&'static KnownHost> {
    known_hosts().iter().find(|k| k.name == host)
}

/// Whether owner names fold case: by the provider the profile names, else by the preset for the host; an unknown host
/// is taken at its word.
#[must_use]
pub fn folds_case(host: &str, provider: Option<&str>) -> bool {
    let name = provider.or_else(|| known(host).map(|k| k.provider.as_str()));
    name.and_then(|n| providers().iter().find(|p| p.name == n)).is_some_and(Provider::folds_case)
}
