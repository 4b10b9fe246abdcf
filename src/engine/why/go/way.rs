//! The way that go takes to a module.

use super::settings::Settings;
use crate::formats::go::patterns;
use crate::formats::go::proxy_list::{self, Entry, Way as Kind};
use serde::Serialize;

/// Servers that are open to everybody, so that a private name has no business there.
const PUBLIC: [&str; 7] = [
    "proxy.golang.org",
    "goproxy.io",
    "goproxy.cn",
    "proxy.golang.com.cn",
    "mirrors.aliyun.com",
    "sum.golang.org",
    "sum.golang.google.cn",
];

/// Which servers are asked, in order.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Way {
    /// The entries of GOPROXY that count for this module; empty where it is fetched from its own host at once.
    #[serde(skip)]
    pub proxies: Vec<Entry>,
    /// In words: `https://proxy.example`, `direct`, `off`.
    pub asked: Vec<String>,
    /// The pattern of GONOPROXY or GOPRIVATE that keeps it away from proxies.
    pub private_by: Option<String>,
    /// The checksum database that would be asked where go.sum does not know the module.
    pub sum_database: Option<String>,
}

impl Way {
    /// `cmd/go/internal/modfetch`: `lookup` and `useSumDB`.
    pub(super) fn of(settings: &Settings, module: &str) -> Self {
        let matched = |name| patterns::matching(settings.value(name), module).map(str::to_owned);
        let private_by = matched("GONOPROXY");
        let proxies =
            if private_by.is_some() { Vec::new() } else { proxy_list::read(settings.value("GOPROXY")) };
        let asked = match &private_by {
            Some(_) => vec!["direct".to_owned()],
            None => proxies.iter().map(|e| crate::redact::urls(&e.text)).collect(),
        };
        let database = settings.value("GOSUMDB");
        let used = database != "off" && matched("GONOSUMDB").is_none();
        // `name+hash+key url`, or a name alone.
        let name = database.split([' ', '+']).next().unwrap_or_default();
        let sum_database = used.then(|| name.to_owned());
        Self { proxies, asked, private_by, sum_database }
    }

    /// The public proxy that learns the module's name.
    pub(super) fn public_proxy(&self) -> Option<&str> {
        self.proxies.iter().find_map(|entry| match &entry.way {
            Kind::Proxy(url) if PUBLIC.contains(&host(url)) => Some(host(url)),
            _ => None,
        })
    }

    /// The public checksum database that learns the module's name.
    pub(super) fn public_database(&self) -> Option<&str> {
        self.sum_database.as_deref().filter(|name| PUBLIC.contains(name))
    }
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default()
}

/// The repository that holds a module, where its path tells it (`cmd/go/internal/vcs`, `vcsPaths`), and for hosts of a
/// profile; `None` where only the host's `?go-get=1` page knows.
pub(super) fn repository(module: &str, claimed: bool) -> Option<String> {
    const FORGES: [&str; 4] = ["github.com", "bitbucket.org", "gitlab.com", "codeberg.org"];
    let path = crate::formats::go::version::split_path(module).map_or(module, |(path, _)| path);
    let parts: Vec<&str> = path.split('/').collect();
    let host = *parts.first()?;
    if host == "gopkg.in" {
        return match parts.get(1..)? {
            [package] => Some(format!("https://github.com/go-{package}/{package}")),
            [user, package] => Some(format!("https://github.com/{user}/{package}")),
            _ => None,
        };
    }
    // An element that ends in .git marks the repository on any host.
    let length = match parts.iter().position(|p| p.ends_with(".git")) {
        Some(at) if at > 0 => at + 1,
        _ if FORGES.contains(&host) || claimed => 3,
        _ => return None,
    };
    Some(format!("https://{}", parts.get(..length)?.join("/")))
}
