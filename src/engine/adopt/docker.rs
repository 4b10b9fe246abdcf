//! docker's logins: they leave `config.json`, and `credHelpers` names doorkey for their registries.

use super::login::{Found, Login, Stays};
use super::{Edit, Kind};
use crate::engine::generation;
use crate::formats::docker_config::{Config, HUB, Odd};
use crate::formats::shell;
use crate::secret::Secret;
use crate::sys::Sys;
use std::path::Path;

/// docker runs `docker-credential-NAME` for `"NAME"`.
const HELPER: &str = "doorkey";
const PROGRAM: &str = "docker-credential-doorkey";

/// The logins of a file. docker would not ask for those whose registry has another helper.
pub(super) fn logins(bytes: &[u8]) -> Vec<Found> {
    let Some(config) = Config::read(bytes) else {
        let why = "it is not written as docker writes it (a name stands there twice, or a value is of another type)";
        return vec![Err(Stays { line: 0, why: why.into() })];
    };
    let each = config.logins().into_iter().map(|login| {
        let login = login.map_err(|Odd { line, why }| Stays { line, why })?;
        let named =
            config.named.iter().find(|(registry, _)| *registry == login.registry).map(|(_, name)| name);
        if config.beside_others(&login) {
            let why = "another login or setting stands in the same line; docker writes the file anew at a docker login";
            return Err(Stays { line: login.line, why: why.into() });
        }
        let other = named.or(config.store.as_ref()).filter(|name| *name != HELPER);
        if let Some(name) = other {
            let why = format!("docker does not use it: it asks docker-credential-{name} for this registry");
            return Err(Stays { line: login.line, why });
        }
        let url = if login.registry == HUB {
            "https://index.docker.io/".into()
        } else {
            format!("https://{}/", login.registry)
        };
        Ok(Login {
            kind: Kind::Docker,
            line: login.line,
            url,
            user: Some(login.user),
            value: login.value,
            old: Secret::copy_of(bytes.get(login.region.clone()).unwrap_or_default()),
            region: login.region,
            shown: login.shown,
            bare: login.bare,
            broad: true,
        })
    });
    each.collect()
}

/// The edit by which docker asks doorkey for the registries whose logins go; `None` where it does so already.
pub(super) fn naming(path: &Path, bytes: &[u8], going: &[Edit]) -> Option<Edit> {
    let config = Config::read(bytes)?;
    let logins = config.logins();
    let goes = |region: usize| going.iter().any(|edit| edit.at == region);
    let registries =
        logins.iter().flatten().filter(|login| goes(login.region.start)).map(|l| l.registry.as_str());
    let missing: Vec<&str> =
        registries.filter(|r| !config.named.iter().any(|(registry, _)| registry == r)).collect();
    if missing.is_empty() {
        return None;
    }
    let edit = config.naming(&missing, HELPER);
    let old = bytes.get(edit.region.clone()).unwrap_or_default();
    Some(Edit {
        path: path.into(),
        at: edit.region.start,
        old: Secret::copy_of(old),
        shown: old.into(),
        new: edit.new,
        of: None,
    })
}

/// docker finds its helpers in PATH only. `Err` says what is missing there, and the command that helps.
pub(super) fn in_path(sys: &Sys) -> Result<(), (String, String)> {
    let launcher = sys.places().state().map(generation::launcher).unwrap_or_default();
    let found = sys.program(PROGRAM);
    let ours = [sys.real_path(&launcher), sys.own_program().and_then(|own| sys.real_path(&own))];
    if let Some(found) = &found {
        let real = sys.real_path(found);
        if real.is_some() && ours.contains(&real) {
            return Ok(());
        }
        let why = format!("docker would run {}, which is not this doorkey", sys.shown(found));
        return Err((why, format!("look at it: ls -l {}", word(sys, found))));
    }
    let home = sys.places().home().unwrap_or(Path::new("/"));
    let path = sys.env("PATH").unwrap_or_default();
    let own = path.split(':').map(Path::new).find(|folder| folder.is_absolute() && folder.starts_with(home));
    let why = format!("docker finds its helpers in PATH, and {PROGRAM} is not there");
    let fix = match own {
        Some(folder) => {
            format!(
                "mkdir -p {} && ln -s {} {}",
                word(sys, folder),
                word(sys, &launcher),
                word(sys, &folder.join(PROGRAM))
            )
        }
        None => {
            let folder = home.join(".local/bin");
            let link = format!(
                "mkdir -p {} && ln -s {} {}",
                word(sys, &folder),
                word(sys, &launcher),
                word(sys, &folder.join(PROGRAM))
            );
            format!("{link} (and put that folder into PATH)")
        }
    };
    Err((why, fix))
}

/// As a shell reads it.
fn word(sys: &Sys, path: &Path) -> String {
    match sys.places().home().and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) => format!("~/{}", shell::word(&rest.display().to_string())),
        None => shell::word(&path.display().to_string()),
    }
}
