//! How programs read the proxy variables, which no two libraries do alike. One row a reader; sources and measurements as
//! in `no_proxy`.

use super::no_proxy::{Does, Match, Reader, Target, curl, go, httpx, hyper, node, npm, python, ruby, wget};
use super::setting::{Proxy, Scheme};
use crate::redact;

/// What a variable that is set and empty means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Empty {
    /// No proxy, whatever else is set.
    Direct,
    /// As if it were not set.
    Unset,
    /// Its other spelling does not count either; what comes after the two does.
    HidesOther,
}

impl Empty {
    /// The first of these spellings that counts.
    fn first(
        self,
        names: &[&'static str],
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Option<(&'static str, String)> {
        let mut set = names.iter().filter_map(|name| Some((*name, env(name)?)));
        set.find(|(_, value)| self != Self::Unset || !value.is_empty())
    }
}

/// One reader.
#[derive(Debug)]
pub struct Dialect {
    /// The library or program, for people.
    pub name: &'static str,
    /// The variables for https URLs: pairs of spellings, the first wins within a pair, and the first pair with a value.
    pub https: &'static [&'static [&'static str]],
    /// The same for http URLs.
    pub http: &'static [&'static [&'static str]],
    /// The list of hosts without a proxy: spellings, the first wins.
    pub no_proxy: &'static [&'static str],
    /// What set and empty means.
    pub empty: Empty,
    /// The same of the list.
    pub empty_list: Empty,
    /// Reads the list.
    pub reader: Reader,
    /// Whether an address without `http://` is one.
    pub takes_bare: bool,
    /// Whether it speaks SOCKS.
    pub socks: bool,
}

const LOWER_HTTPS: &[&str] = &["https_proxy", "HTTPS_PROXY"];
const LOWER_HTTP: &[&str] = &["http_proxy", "HTTP_PROXY"];
const LOWER_ALL: &[&str] = &["all_proxy", "ALL_PROXY"];
const UPPER_HTTPS: &[&str] = &["HTTPS_PROXY", "https_proxy"];
const UPPER_HTTP: &[&str] = &["HTTP_PROXY", "http_proxy"];
const LOWER_NO: &[&str] = &["no_proxy", "NO_PROXY"];
const UPPER_NO: &[&str] = &["NO_PROXY", "no_proxy"];

/// libcurl itself: `HTTP_PROXY` in upper case is a header's name in CGI, and is not read.
pub static CURL: Dialect = Dialect {
    name: "libcurl",
    https: &[LOWER_HTTPS, LOWER_ALL],
    http: &[&["http_proxy"], LOWER_ALL],
    no_proxy: LOWER_NO,
    empty: Empty::Unset,
    empty_list: Empty::Unset,
    reader: curl::curl,
    takes_bare: true,
    socks: true,
};

/// libcurl of version 8.
pub static CURL_8: Dialect = Dialect { reader: curl::curl_8, ..CURL };

/// git, which looks at the variables itself before libcurl does (git's http.c): set and empty is an answer.
pub static GIT: Dialect = Dialect { name: "git", empty: Empty::Direct, empty_list: Empty::Direct, ..CURL };

/// wget: lower case alone.
pub static WGET: Dialect = Dialect {
    name: "wget",
    https: &[&["https_proxy"]],
    http: &[&["http_proxy"]],
    no_proxy: &["no_proxy"],
    empty: Empty::Direct,
    empty_list: Empty::Direct,
    reader: wget::wget,
    takes_bare: true,
    socks: false,
};

/// Go's net/http.
pub static GO: Dialect = Dialect {
    name: "Go",
    https: &[UPPER_HTTPS],
    http: &[UPPER_HTTP],
    no_proxy: UPPER_NO,
    empty: Empty::Unset,
    empty_list: Empty::Unset,
    reader: go::go,
    takes_bare: true,
    socks: true,
};

/// Python's urllib.
pub static URLLIB: Dialect = Dialect {
    name: "urllib",
    https: &[LOWER_HTTPS],
    http: &[LOWER_HTTP],
    no_proxy: LOWER_NO,
    empty: Empty::HidesOther,
    empty_list: Empty::HidesOther,
    reader: python::urllib,
    takes_bare: true,
    socks: false,
};

/// Python's requests.
pub static REQUESTS: Dialect = Dialect {
    name: "requests",
    https: &[LOWER_HTTPS, LOWER_ALL],
    http: &[LOWER_HTTP, LOWER_ALL],
    reader: python::requests,
    empty_list: Empty::Unset,
    ..URLLIB
};

/// Python's httpx.
pub static HTTPX: Dialect =
    Dialect { name: "httpx", reader: httpx::httpx, empty_list: Empty::HidesOther, ..REQUESTS };

/// Node's `fetch`.
pub static NODE_FETCH: Dialect = Dialect {
    name: "Node's fetch",
    https: &[LOWER_HTTPS, LOWER_HTTP],
    http: &[LOWER_HTTP],
    no_proxy: LOWER_NO,
    empty: Empty::HidesOther,
    empty_list: Empty::HidesOther,
    reader: node::fetch,
    takes_bare: false,
    socks: false,
};

/// Node's `http` and `https` modules.
pub static NODE_MODULES: Dialect =
    Dialect { name: "Node's http module", https: &[LOWER_HTTPS], reader: node::modules, ..NODE_FETCH };

/// npm: of two spellings the one that stands later in the environment wins, which is upper case in what was measured.
/// `proxy` is a variable too.
pub static NPM: Dialect = Dialect {
    name: "npm",
    https: &[UPPER_HTTPS],
    http: &[UPPER_HTTPS, UPPER_HTTP, &["PROXY", "proxy"]],
    no_proxy: UPPER_NO,
    empty: Empty::HidesOther,
    empty_list: Empty::HidesOther,
    reader: npm::npm,
    takes_bare: false,
    socks: true,
};

/// Rust's reqwest.
pub static HYPER: Dialect = Dialect {
    name: "reqwest",
    https: &[UPPER_HTTPS, &["ALL_PROXY", "all_proxy"]],
    http: &[UPPER_HTTP, &["ALL_PROXY", "all_proxy"]],
    no_proxy: UPPER_NO,
    empty: Empty::Unset,
    empty_list: Empty::Unset,
    reader: hyper::hyper,
    takes_bare: true,
    socks: true,
};

/// Ruby's Net::HTTP, and so bundler: `http_proxy` for https URLs too.
pub static RUBY: Dialect = Dialect {
    name: "Net::HTTP",
    https: &[LOWER_HTTP],
    http: &[LOWER_HTTP],
    no_proxy: LOWER_NO,
    empty: Empty::Direct,
    empty_list: Empty::Direct,
    reader: ruby::ruby,
    takes_bare: false,
    socks: false,
};

/// RubyGems.
pub static GEMS: Dialect =
    Dialect { name: "RubyGems", https: &[LOWER_HTTPS, LOWER_HTTP], reader: ruby::gems, ..RUBY };

/// Where a request goes.
#[derive(Debug, Clone)]
pub enum Goes {
    /// Straight to the server.
    Direct,
    /// Through this proxy.
    Through(Proxy),
    /// Nowhere: the program stops at the setting.
    Stops,
}

/// A decision and its reasons.
#[derive(Debug, Clone)]
pub struct Decision {
    /// Where the request goes.
    pub goes: Goes,
    /// Which setting decided, in one line, without secrets.
    pub because: String,
    /// The same without the proxy's address.
    pub by: String,
    /// What works with this program, but not with others.
    pub warnings: Vec<String>,
    /// Whether a setting of the program's own decided, and no variable.
    pub own: bool,
}

impl Decision {
    fn without_proxy(goes: Goes, because: String) -> Self {
        Self { goes, by: because.clone(), because, warnings: Vec::new(), own: false }
    }

    /// Straight to the server.
    #[must_use]
    pub fn direct(because: impl Into<String>) -> Self {
        Self::without_proxy(Goes::Direct, because.into())
    }

    /// The program stops.
    #[must_use]
    pub fn stops(because: impl Into<String>) -> Self {
        Self::without_proxy(Goes::Stops, because.into())
    }

    /// Decided by a setting of the program's own.
    #[must_use]
    pub fn by_own(mut self) -> Self {
        self.own = true;
        self
    }

    /// The proxy, if there is one.
    #[must_use]
    pub fn proxy(&self) -> Option<&Proxy> {
        match &self.goes {
            Goes::Through(proxy) => Some(proxy),
            Goes::Direct | Goes::Stops => None,
        }
    }
}

/// A setting of the program's own.
#[derive(Clone)]
pub struct Named {
    /// For people.
    pub name: String,
    /// May hold a password.
    pub value: String,
}

impl std::fmt::Debug for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Named").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The settings of the program's own, which win over the variables.
#[derive(Debug, Clone, Default)]
pub struct Own {
    /// The proxy.
    pub proxy: Option<Named>,
    /// The list of hosts that need none.
    pub list: Option<Named>,
}

impl Dialect {
    /// Decides as the program does. `env` answers with the raw value, so that "set and empty" can be told from "not
    /// set".
    pub fn decide(&self, target: &Target, own: &Own, env: &dyn Fn(&str) -> Option<String>) -> Decision {
        let decision = self.decision(target, own, env);
        if own.proxy.is_some() || own.list.is_some() { decision.by_own() } else { decision }
    }

    fn decision(&self, target: &Target, own: &Own, env: &dyn Fn(&str) -> Option<String>) -> Decision {
        let found = match &own.proxy {
            Some(named) => Some((named.name.as_str(), named.value.clone())),
            None => self.variable(if target.https { self.https } else { self.http }, env),
        };
        let Some((name, value)) = found else { return Decision::direct("no proxy is set") };
        let name = redact::said(name);
        if value.is_empty() {
            return Decision::direct(format!("{name} is set and empty"));
        }
        if let Some((list, found)) = self.excepted(target, own, env) {
            let entry = redact::for_terminal(&found.entry, false);
            if found.does == Does::Stops {
                return Decision::stops(format!("{list} holds {entry}, at which {} stops", self.name));
            }
            let mut decision = Decision::direct(format!("{list} holds {entry}"));
            if found.does == Does::FitsAfterBlank {
                let warning =
                    format!("{list} is split by blanks, which newer libcurl does not read: use commas");
                decision.warnings.push(warning);
            }
            return decision;
        }
        self.through(&name, &value)
    }

    /// The decision for a setting that is a proxy's address, when nothing keeps the host away from it.
    #[must_use]
    pub fn through(&self, name: &str, value: &str) -> Decision {
        let Some(proxy) = Proxy::read(value) else {
            return Decision::stops(format!("{name} is no proxy URL: {}", redact::proxy(value)));
        };
        if !self.takes_bare && !value.contains("://") {
            return Decision::stops(format!("{name} has no http:// in front, and {} needs it", self.name));
        }
        if !self.socks && !matches!(proxy.scheme, Scheme::Http | Scheme::Https) {
            return Decision::stops(format!(
                "{name} names a SOCKS proxy, which {} does not speak",
                self.name
            ));
        }
        let because = format!("{name} names {}", proxy.shown());
        let mut warnings = Vec::new();
        if !value.contains("://") {
            warnings.push(format!("{name} has no http:// in front, which many other tools need"));
        }
        Decision { because, by: name.to_owned(), goes: Goes::Through(proxy), warnings, own: false }
    }

    /// The list that keeps a host away from the proxy, and its entry.
    fn excepted(
        &self,
        target: &Target,
        own: &Own,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Option<(String, Match)> {
        let by_variable = || self.empty_list.first(self.no_proxy, env);
        let (name, list) = match &own.list {
            Some(named) => (named.name.as_str(), named.value.clone()),
            // What is built in holds without a list, too.
            None => by_variable().or_else(|| Some((*self.no_proxy.first()?, String::new())))?,
        };
        (self.reader)(target, &list).map(|found| (redact::said(name), found))
    }

    fn variable(
        &self,
        pairs: &[&'static [&'static str]],
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Option<(&'static str, String)> {
        let mut found = pairs.iter().filter_map(|pair| self.empty.first(pair, env));
        found.find(|(_, value)| !value.is_empty() || self.empty != Empty::HidesOther)
    }
}
