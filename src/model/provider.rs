//! Which kind of git host it is, and what follows from that. The facts are data in `templates/hosts.txt`.

const FACTS: &str = include_str!("../../templates/hosts.txt");

/// A git host that everybody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownHost {
    /// Its name.
    pub name: &'static str,
    /// The name of its [`Provider`].
    pub provider: &'static str,
}

/// A kind of git host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provider {
    /// `github`, `gitlab`, `gitea`, `bitbucket`, `bitbucket-dc`, `azure-devops` or `generic`.
    pub name: &'static str,
    /// Whether `ACME` and `acme` are the same owner there.
    pub folds_case: bool,
}

/// The words after `kind` in each of its lines.
fn facts(kind: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    FACTS.lines().filter_map(move |line| {
        let mut words = line.split_ascii_whitespace();
        (words.next()? == kind).then_some((words.next()?, words.next()?))
    })
}

/// All kinds of git host.
pub fn providers() -> impl Iterator<Item = Provider> {
    facts("provider").map(|(name, case)| Provider { name, folds_case: case == "folds-case" })
}

/// All known hosts.
pub fn known_hosts() -> impl Iterator<Item = KnownHost> {
    facts("host").map(|(name, provider)| KnownHost { name, provider })
}

/// The known host of that name.
#[must_use]
pub fn known(host: &str) -> Option<KnownHost> {
    known_hosts().find(|k| k.name == host)
}

/// Whether owner names fold case: by the provider the profile names, else by the preset for the host; an unknown host
/// is taken at its word.
#[must_use]
pub fn folds_case(host: &str, provider: Option<&str>) -> bool {
    let name = provider.or_else(|| known(host).map(|k| k.provider));
    name.and_then(|n| providers().find(|p| p.name == n)).is_some_and(|p| p.folds_case)
}
