//! Tokens that stand in plain text in the files of git's helper `store`, of curl and of npm.

use super::repositories;
use super::ssh::file_facts;
use crate::formats::host::split_host_port;
use crate::formats::netrc::Netrc;
use crate::formats::token::is_user_a_token;
use crate::formats::{git_credentials, npmrc};
use crate::model::facts::{FileFacts, Hidden, Keeper, PlainToken, Spot, Tokens, Unreadable};
use crate::secret::Secret;
use crate::stores::{self, StoreKind};
use crate::sys::Sys;
use crate::sys::fs::Kind;
use std::path::{Path, PathBuf};

pub(super) fn look(sys: &Sys, troubles: &mut Vec<Unreadable>) -> Tokens {
    let mut plain = git_credentials_of(sys, troubles);
    plain.extend(netrc(sys, troubles));
    plain.extend(npmrc_of(sys, troubles));
    let files = secret_files(sys, &plain);
    Tokens { plain, files, repositories: repositories::look(sys, troubles) }
}

/// The files that the tokens stand in, and the store's key file, with their modes.
pub(super) fn secret_files(sys: &Sys, plain: &[PlainToken]) -> Vec<FileFacts> {
    let mut paths: Vec<PathBuf> = plain.iter().map(|token| token.spot.path.clone()).collect();
    if let Ok(Some(StoreKind::KeyFile { path })) = stores::describe(sys) {
        paths.push(path);
    }
    paths.sort();
    paths.dedup();
    paths.iter().filter_map(|path| file_facts(sys, path, Kind::File)).collect()
}

/// A file that may hold secrets: its bytes are wiped when they are dropped.
struct SecretFile {
    path: PathBuf,
    mode: u32,
    bytes: Secret,
}

fn secret_file(sys: &Sys, path: PathBuf, troubles: &mut Vec<Unreadable>) -> Option<SecretFile> {
    let bytes = Secret::take(super::read(sys, &path, troubles)?);
    let mode = sys.look_through(&path).ok().flatten().map_or(0, |l| l.mode);
    Some(SecretFile { path, mode, bytes })
}

impl SecretFile {
    fn token(&self, keeper: Keeper, line: usize, host: Option<&str>, user: Option<&str>) -> PlainToken {
        let (host, port) = match host.map(split_host_port) {
            Some(Some((host, port))) => (Some(host), port),
            _ => (host.map(str::to_owned), None),
        };
        let user = user.filter(|u| !u.is_empty() && !is_user_a_token(u)).map(str::to_owned);
        let spot = Spot { path: self.path.clone(), line };
        PlainToken { keeper, spot, mode: self.mode, host, port, user }
    }
}

/// git-credential-store(1), FILES.
fn git_credentials_of(sys: &Sys, troubles: &mut Vec<Unreadable>) -> Vec<PlainToken> {
    let places = sys.places();
    let home = places.home().map(|home| home.join(".git-credentials"));
    let config = places.xdg_config().map(|config| config.join("git/credentials"));
    let mut found = Vec::new();
    for path in home.into_iter().chain(config) {
        let Some(file) = secret_file(sys, path, troubles) else { continue };
        let parsed = git_credentials::parse(file.bytes.expose());
        for login in parsed.logins.iter().filter(|l| !l.password.is_empty() || is_user_a_token(&l.username)) {
            let (host, user) = (Some(login.host.as_str()), Some(login.username.as_str()));
            found.push(file.token(Keeper::GitCredentials, login.line, host, user));
        }
    }
    found
}

/// `~/.netrc`: git (by libcurl) asks it before any helper.
pub(super) fn netrc(sys: &Sys, troubles: &mut Vec<Unreadable>) -> Vec<PlainToken> {
    let Some(home) = sys.places().home() else { return Vec::new() };
    let Some(file) = secret_file(sys, home.join(".netrc"), troubles) else { return Vec::new() };
    let parsed = match Netrc::parse(file.bytes.expose()) {
        Ok(parsed) => parsed,
        Err(_) => {
            let problem = "has a quote that is not closed: curl gives up on it".into();
            troubles.push(Unreadable { path: file.path, problem, hidden: Hidden::Other });
            return Vec::new();
        }
    };
    let with_password =
        parsed.entries.iter().filter(|e| e.password.as_ref().is_some_and(|p| !p.value.is_empty()));
    with_password
        .map(|entry| {
            let user = entry.login.as_ref().and_then(|l| l.value.expose_str());
            file.token(Keeper::Netrc, entry.line, entry.host.as_deref(), user)
        })
        .collect()
}

fn npmrc_of(sys: &Sys, troubles: &mut Vec<Unreadable>) -> Vec<PlainToken> {
    let Some(home) = sys.places().home() else { return Vec::new() };
    let path = sys.env("NPM_CONFIG_USERCONFIG").map_or_else(|| home.join(".npmrc"), PathBuf::from);
    let Some(file) = secret_file(sys, path, troubles) else { return Vec::new() };
    let secrets = npmrc::logins(file.bytes.expose()).into_iter().filter(|login| {
        login.kind != npmrc::Kind::Username && matches!(login.value, npmrc::Value::Literal(_))
    });
    secrets
        .map(|login| {
            let host = login.registry.as_deref().map(registry_host);
            file.token(Keeper::Npmrc, login.line, host, None)
        })
        .collect()
}

/// `//npm.acme.example/team/` is `npm.acme.example`.
fn registry_host(registry: &str) -> &str {
    let rest = registry.trim_start_matches('/');
    Path::new(rest).iter().next().and_then(|part| part.to_str()).unwrap_or_default()
}
