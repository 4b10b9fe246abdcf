//! The file of a profile: TOML that people may edit. Comments and order survive our own edits.

mod edit;
mod write;

pub use edit::Edit;
pub use write::write_new;

use super::bridge::Bridge;
use super::name::{HostName, ProfileName, check_user};
use super::npm::NpmRegistry;
use super::profile::{
    Compat, Host, Identity, Profile, Proxy, Registry, RegistryKind, RepoRoute, Transport, Trust, Verify,
};
use super::provider;
use super::route::{Origin, OwnerPath, Scheme};
use crate::formats::remote_url::RemoteUrl;
use crate::redact;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::{BTreeMap, BTreeSet};

/// What is wrong with a profile's file. The text is fit to be shown to people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct ProfileError {
    /// From 1.
    pub line: usize,
    /// What is wrong, in plain words.
    pub problem: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawProfile {
    version: u32,
    title: Option<String>,
    #[serde(default)]
    dirs: Vec<String>,
    #[serde(default)]
    identity: RawIdentity,
    #[serde(default)]
    host: Vec<RawHost>,
    #[serde(default)]
    route: Vec<RawRoute>,
    #[serde(default)]
    trust: RawTrust,
    #[serde(default)]
    proxy: RawProxy,
    #[serde(default)]
    verify: Vec<RawVerify>,
    #[serde(default)]
    compat: RawCompat,
    // Read by other commands; here only so that they are not taken for spelling mistakes.
    #[serde(default, rename = "go")]
    _go: Option<IgnoredAny>,
    #[serde(default)]
    registries: RawRegistries,
    #[serde(default, rename = "mirror")]
    _mirror: Option<IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawIdentity {
    name: Option<String>,
    email: Option<String>,
    signing_key: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawHost {
    name: String,
    port: Option<u16>,
    provider: Option<String>,
    #[serde(default)]
    owners: Vec<String>,
    transport: Option<String>,
    plain_http_port: Option<u16>,
    token: Option<RawToken>,
    ssh: Option<RawSsh>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawToken {
    user: Option<String>,
    from: Option<String>,
    #[serde(default)]
    scopes: Vec<String>,
    max_age: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawSsh {
    port: Option<u16>,
    user: Option<String>,
    key: Option<String>,
    #[serde(default)]
    known_hosts: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawRoute {
    url: String,
}

// Registries of other kinds are not read, and not taken for spelling mistakes.
#[derive(Debug, Default, Deserialize)]
struct RawRegistries {
    #[serde(default)]
    docker: Vec<String>,
    #[serde(default)]
    cargo: Vec<String>,
    /// The URL of each scope.
    #[serde(default)]
    npm: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawTrust {
    #[serde(default)]
    ca: Vec<String>,
    #[serde(rename = "scope")]
    _scope: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawProxy {
    https: Option<String>,
    http: Option<String>,
    #[serde(default)]
    no_proxy: Vec<String>,
    #[serde(default)]
    ssh: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawVerify {
    repo: String,
    access: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawCompat {
    #[serde(default)]
    store_unknown_origins: bool,
    #[serde(default)]
    forget_on_erase: bool,
}

/// Reads a profile's file.
///
/// # Errors
/// The line, and what is wrong there.
pub fn read(name: &ProfileName, text: &str) -> Result<Profile, ProfileError> {
    let raw: RawProfile = toml_edit::de::from_str(text).map_err(|e| {
        let line = e.span().map_or(1, |s| line_of(text, s.start));
        ProfileError { line, problem: plain_words(e.message()) }
    })?;
    let at = |what: &str, problem: String| ProfileError { line: line_with(text, what), problem };
    if raw.version != 1 {
        let problem = format!("version is {}, but this doorkey knows version 1 only", raw.version);
        return Err(at("version", problem));
    }
    for line in [raw.identity.name.as_deref(), raw.identity.email.as_deref()].into_iter().flatten() {
        if line.chars().any(char::is_control) {
            return Err(at("identity", "identity may not hold control characters".into()));
        }
    }
    for dir in &raw.dirs {
        let whole = dir.starts_with("~/") || dir.starts_with('/');
        if !whole || dir.chars().any(char::is_control) {
            return Err(at(dir, format!("the folder {dir:?} must start with ~/ or /")));
        }
    }
    let hosts: Vec<Host> = raw.host.into_iter().map(|h| host(h, text)).collect::<Result<_, _>>()?;
    check_hosts(&hosts).map_err(|problem| at("host", problem))?;
    let routes = raw
        .route
        .into_iter()
        .map(|r| check_no_secret(&r.url).and_then(|()| repo_route(&r.url)).map_err(|p| at(&r.url, p)))
        .collect::<Result<_, _>>()?;
    let registry = |kind, text: &String| {
        let problem = |p: String| at(text, format!("the registry {:?}: {p}", redact::urls(text)));
        let origin = match text.contains("://") {
            true => Origin::parse(text),
            false => Origin::from_authority(Scheme::Https, text),
        };
        match origin {
            Ok(origin) if origin.scheme == Scheme::Https => Ok(Registry { kind, origin }),
            Ok(_) => Err(problem("only https is answered".into())),
            Err(error) => Err(problem(error.problem)),
        }
    };
    let docker = raw.registries.docker.iter().map(|text| registry(RegistryKind::Docker, text));
    let cargo = raw.registries.cargo.iter().map(|text| registry(RegistryKind::Cargo, text));
    let registries = docker.chain(cargo).collect::<Result<_, _>>()?;
    let npm = raw.registries.npm.iter().map(|(scope, url)| {
        let read = check_no_secret(url).and_then(|()| NpmRegistry::parse(scope, url));
        read.map_err(|p| at(scope, format!("the npm registry of {scope:?}: {p}")))
    });
    let npm = npm.collect::<Result<_, _>>()?;
    for url in [&raw.proxy.https, &raw.proxy.http].into_iter().flatten() {
        check_proxy(url).map_err(|p| at(url, p))?;
    }
    let proxy = Proxy {
        url: raw.proxy.https.or(raw.proxy.http),
        no_proxy: raw.proxy.no_proxy,
        for_ssh: raw.proxy.ssh,
    };
    if proxy.for_ssh && !proxy.url.as_deref().is_some_and(|url| url.starts_with("http://")) {
        return Err(at("ssh", "ssh goes through an http:// proxy only, and [proxy] names none".into()));
    }
    for verify in &raw.verify {
        check_no_secret(&verify.repo).map_err(|p| at(&verify.repo, p))?;
    }
    Ok(Profile {
        name: name.clone(),
        title: raw.title,
        dirs: raw.dirs,
        identity: Identity {
            name: raw.identity.name,
            email: raw.identity.email,
            signing_key: raw.identity.signing_key,
        },
        hosts,
        routes,
        registries,
        npm,
        trust: Trust { ca: raw.trust.ca },
        proxy,
        verify: raw
            .verify
            .into_iter()
            .map(|v| Verify { repo: v.repo, access: v.access.unwrap_or_else(|| "read".into()) })
            .collect(),
        compat: Compat {
            store_unknown_origins: raw.compat.store_unknown_origins,
            forget_on_erase: raw.compat.forget_on_erase,
        },
    })
}

fn host(raw: RawHost, text: &str) -> Result<Host, ProfileError> {
    let at = |what: &str, problem: String| ProfileError { line: line_with(text, what), problem };
    let name = HostName::new(&raw.name).map_err(|e| at(&raw.name, e.to_string()))?;
    if let Some(provider) = &raw.provider
        && !provider::providers().any(|p| p.name == *provider)
    {
        let known: Vec<_> = provider::providers().map(|p| p.name).collect();
        let problem = format!("provider {provider:?} is not known; use one of {}", known.join(", "));
        return Err(at(provider, problem));
    }
    let owners = raw
        .owners
        .iter()
        .map(|o| match OwnerPath::new(o) {
            Ok(owner) if owner.depth() > 0 => Ok(owner),
            Ok(_) => Err(at("owners", "an owner may not be empty".into())),
            Err(e) => Err(at(o, e.to_string())),
        })
        .collect::<Result<_, _>>()?;
    let transport = match raw.transport.as_deref() {
        Some("https") => Transport::Https,
        Some("ssh") => Transport::Ssh,
        Some("both") | None => Transport::Both,
        Some(other) => return Err(at(other, format!("transport {other:?} is none of https, ssh, both"))),
    };
    let token = raw.token.unwrap_or(RawToken { user: None, from: None, scopes: Vec::new(), max_age: None });
    if let Some(user) = &token.user {
        check_user(user).map_err(|e| at(user, e.to_string()))?;
    }
    if let Some(scope) =
        token.scopes.iter().find(|s| s.is_empty() || !s.bytes().all(|b| b.is_ascii_graphic()))
    {
        return Err(at("scopes", format!("{scope:?} is no scope")));
    }
    let from = match token.from.as_deref() {
        Some(text_) => {
            let problem = || format!("from {text_:?} is neither \"gh\" nor \"helper:NAME\"");
            let bridge = Bridge::parse(text_).ok_or_else(|| at(text_, problem()))?;
            if token.user.is_none() {
                return Err(at(text_, "a token from elsewhere needs its user: user = \"NAME\"".into()));
            }
            if bridge == Bridge::Gh && raw.port.is_some_and(|port| port != 443) {
                return Err(at(text_, "gh knows hosts on port 443 only".into()));
            }
            Some(bridge)
        }
        None => None,
    };
    let max_age = match token.max_age.as_deref() {
        Some(text_) => {
            let days = text_.strip_suffix('d').and_then(|d| d.parse().ok());
            let problem = || at(text_, format!("max-age {text_:?} is not a number of days such as \"90d\""));
            Some(days.ok_or_else(problem)?)
        }
        None => None,
    };
    let ssh = raw.ssh.unwrap_or(RawSsh { port: None, user: None, key: None, known_hosts: Vec::new() });
    if let Some(user) = &ssh.user {
        check_user(user).map_err(|e| at(user, e.to_string()))?;
    }
    for line in ssh.key.iter().chain(&ssh.known_hosts) {
        if line.contains(['\n', '\r', '\0', '"']) {
            return Err(at("ssh", "ssh settings may not hold line ends or quotes".into()));
        }
    }
    Ok(Host {
        name,
        port: raw.port.unwrap_or(443),
        provider: raw.provider,
        owners,
        transport,
        plain_http_port: raw.plain_http_port,
        token_user: token.user,
        token_scopes: token.scopes,
        token_from: from,
        token_max_age_days: max_age,
        ssh_port: ssh.port.unwrap_or(22),
        ssh_user: ssh.user.unwrap_or_else(|| "git".into()),
        ssh_key: ssh.key,
        known_hosts: ssh.known_hosts,
    })
}

/// One entry an origin: with two, it would not be certain which key and which user belong to it.
fn check_hosts(hosts: &[Host]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for origin in hosts.iter().flat_map(Host::origins) {
        if !seen.insert(origin.clone()) {
            return Err(format!("{origin} stands in two [[host]] entries; put their owners into one"));
        }
    }
    Ok(())
}

/// Reads the URL of one repository (or owner) into a route.
///
/// # Errors
/// In plain words.
pub fn repo_route(url: &str) -> Result<RepoRoute, String> {
    let parsed = RemoteUrl::parse(url).map_err(|e| format!("{:?}: {e}", redact::urls(url)))?;
    let scheme = Scheme::parse(parsed.scheme.name())
        .ok_or_else(|| format!("{:?} is reached by neither https, http nor ssh", redact::urls(url)))?;
    let host = HostName::new(parsed.host.as_deref().unwrap_or_default()).map_err(|e| e.to_string())?;
    let port = parsed.port.unwrap_or(scheme.default_port());
    let path = parsed.repo_path().and_then(|p| OwnerPath::of_decoded(&p));
    let path = path.map_err(|e| format!("the path of {:?} {e}", redact::urls(url)))?;
    if path.depth() == 0 {
        return Err(format!("{:?} names no repository", redact::urls(url)));
    }
    Ok(RepoRoute { origin: Origin { scheme, host, port }, path })
}

/// Refuses a repository's URL with a password, or with a user name so long that it is a token: the file is no place for
/// secrets. (git itself writes such URLs into a clone's configuration, so they are at hand to be pasted.)
///
/// # Errors
/// In plain words, without the URL.
pub fn check_no_secret(url: &str) -> Result<(), String> {
    let Some((scheme, rest)) = url.split_once("://") else { return Ok(()) };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((user, _)) = authority.rsplit_once('@') else { return Ok(()) };
    let http = scheme.to_ascii_lowercase().starts_with("http");
    if user.contains(':') || (http && user.len() > 20) {
        return Err(
            "the URL holds a password or token, which does not belong into this file; leave it out".into()
        );
    }
    Ok(())
}

/// A proxy is `http://[user@]host:port` without a password: the file is no place for secrets.
fn check_proxy(url: &str) -> Result<(), String> {
    let parsed =
        url::Url::parse(url).map_err(|_| format!("proxy {url:?} is not a URL such as http://proxy:8080"))?;
    if !matches!(parsed.scheme(), "http" | "https" | "socks5" | "socks5h") || parsed.host_str().is_none() {
        return Err(format!("proxy {url:?} is not of the form http://host:port"));
    }
    if parsed.password().is_some() {
        return Err("a proxy's password does not belong into this file; leave it out of the URL".into());
    }
    Ok(())
}

/// A parser's message in the words of this file, without its pictures.
fn plain_words(message: &str) -> String {
    let flat: Vec<&str> = message.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    let flat = flat.join("; ");
    let mut quoted = flat.split('`').skip(1).step_by(2);
    if flat.starts_with("unknown field") {
        let name = quoted.next().unwrap_or_default();
        let known: Vec<&str> = quoted.collect();
        return format!("there is no setting {name:?} here; there are: {}", known.join(", "));
    }
    if flat.starts_with("missing field") {
        return format!("the setting {:?} is missing", quoted.next().unwrap_or_default());
    }
    let wrong = flat.strip_prefix("invalid type: ").or_else(|| flat.strip_prefix("invalid value: "));
    if let Some((found, wanted)) = wrong.and_then(|text| text.split_once(", expected ")) {
        let wanted = match wanted {
            "a sequence" => "a list such as [\"one\", \"two\"]",
            "a string" => "a text in quotes",
            "a boolean" => "true or false",
            "u16" => "a number from 0 to 65535",
            "u32" => "a number",
            _ if wanted.starts_with("struct") => "a table such as { user = \"ada\" }",
            other => other,
        };
        let kind = found.split([' ', '`']).next().unwrap_or_default();
        let found = match kind {
            "string" => "a text",
            "integer" | "floating" => "a number",
            "boolean" => "true or false",
            "sequence" => "a list",
            "map" => "a table",
            _ => "something else",
        };
        return format!("this is {found}, and must be {wanted}");
    }
    flat
}

fn line_of(text: &str, offset: usize) -> usize {
    text.get(..offset).map_or(1, |head| head.matches('\n').count() + 1)
}

fn line_with(text: &str, what: &str) -> usize {
    text.lines().position(|l| !l.trim_start().starts_with('#') && l.contains(what)).map_or(1, |i| i + 1)
}
