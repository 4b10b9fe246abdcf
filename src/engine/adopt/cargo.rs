//! cargo's tokens: they leave `credentials.toml`, and `config.toml` beside it names doorkey as the registry's provider.

use super::claimed::{self, Nobody, Owner};
use super::login::{Found, Login, Stays};
use super::{Edit, Kind};
use crate::engine::credential::registry::{CARGO_USER, Place};
use crate::engine::generation;
use crate::formats::cargo_config::{self, CRATES_IO, Odd, Registry};
use crate::formats::cargo_credential;
use crate::model::profile::RegistryKind;
use crate::secret::Secret;
use crate::sys::Sys;
use std::path::{Path, PathBuf};

/// The provider that reads `credentials.toml`.
const FILE: &str = "cargo:token";

/// cargo's configuration as far as it is needed here.
pub(super) struct Config {
    /// By its real path.
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Config {
    /// The one beside a file of tokens. `Err` says why it is not edited.
    pub(super) fn beside(sys: &Sys, tokens: &Path) -> Result<Self, String> {
        let folder = tokens.parent().unwrap_or(Path::new("/"));
        let of_user = sys.places().home().map(|home| home.join(".cargo"));
        let of_user = sys.env("CARGO_HOME").map(PathBuf::from).or(of_user);
        if of_user.and_then(|own| sys.real_path(&own)).as_deref() != Some(folder) {
            return Err(
                "it is not in cargo's own folder, where cargo reads tokens, or is a link out of it".into()
            );
        }
        // cargo takes the old name where there are both.
        let old = folder.join("config");
        let path =
            if sys.look_through(&old).ok().flatten().is_some() { old } else { folder.join("config.toml") };
        let path = sys.real_path(&path).unwrap_or(path);
        let shown = sys.shown(&path);
        match sys.look(&path) {
            Ok(Some(look)) if look.uid == sys.uid() => {}
            Ok(None) => return Err(format!("cargo's configuration {shown} is not there")),
            _ => return Err(format!("cargo's configuration {shown} is not yours, or cannot be read")),
        }
        match sys.read(&path) {
            Ok(Some(bytes)) => Ok(Self { path, bytes }),
            _ => Err(format!("cargo's configuration {shown} cannot be read")),
        }
    }

    /// The edit by which cargo asks doorkey for a registry's token; `Ok(None)` where it does so already.
    fn naming(&self, sys: &Sys, name: &str) -> Result<Option<Edit>, String> {
        let shown = sys.shown(&self.path);
        let launcher = sys.places().state().map(generation::launcher).unwrap_or_default();
        let program = launcher.to_str().ok_or("doorkey's own path is no text")?;
        let Some(Registry { provider, others, .. }) = cargo_config::registry(&self.bytes, name) else {
            return Err(format!("cargo cannot read {shown} either"));
        };
        match provider {
            Some(other) if other == program => return Ok(None),
            // Its own file, which is where the token lies.
            Some(own) if own == FILE => {}
            Some(_) => {
                return Err(format!("cargo asks another program for it ({shown}, credential-provider)"));
            }
            None if others => {
                return Err(format!("cargo does not use it ({shown}, global-credential-providers)"));
            }
            None => {}
        }
        let edit = cargo_config::naming(&self.bytes, name, program)
            .ok_or_else(|| format!("the registry is written in {shown} in a form that is not edited"))?;
        let old = self.bytes.get(edit.region.clone()).unwrap_or_default();
        Ok(Some(Edit {
            path: self.path.clone(),
            at: edit.region.start,
            old: Secret::copy_of(old),
            shown: old.into(),
            new: edit.new,
            of: None,
        }))
    }

    fn index(&self, sys: &Sys, name: &str) -> Result<String, String> {
        if name == CRATES_IO {
            return Ok(cargo_credential::CRATES_IO.into());
        }
        let shown = sys.shown(&self.path);
        let said = cargo_config::registry(&self.bytes, name);
        let said = said.ok_or_else(|| format!("cargo cannot read {shown} either"))?.index;
        let said = said.ok_or_else(|| format!("{shown} does not say where the registry {name:?} is"))?;
        Ok(cargo_credential::plain_index(&said))
    }
}

/// The tokens of a file.
pub(super) fn logins(sys: &Sys, config: &Result<Config, String>, bytes: &[u8]) -> Vec<Found> {
    let each = cargo_config::tokens(bytes).into_iter().map(|token| {
        let token = token.map_err(|Odd { line, why }| Stays { line, why })?;
        let stays = |why: String| Stays { line: token.line, why };
        let config = config.as_ref().map_err(|why| stays(why.clone()))?;
        let url = config.index(sys, &token.registry).map_err(stays)?;
        // Asked here, so that what cannot be named is not taken out.
        config.naming(sys, &token.registry).map_err(stays)?;
        Ok(Login {
            kind: Kind::Cargo,
            line: token.line,
            url,
            user: Some(CARGO_USER.into()),
            value: token.value,
            old: Secret::copy_of(bytes.get(token.region.clone()).unwrap_or_default()),
            region: token.region,
            shown: token.shown,
            bare: Vec::new(),
            broad: true,
        })
    });
    each.collect()
}

/// The edits of cargo's configuration for the tokens that go.
pub(super) fn naming(sys: &Sys, config: &Result<Config, String>, bytes: &[u8], going: &[Edit]) -> Vec<Edit> {
    let Ok(config) = config else { return Vec::new() };
    let tokens = cargo_config::tokens(bytes);
    let goes = |region: usize| going.iter().any(|edit| edit.at == region);
    let registries =
        tokens.iter().flatten().filter(|token| goes(token.region.start)).map(|token| &token.registry);
    registries.filter_map(|name| config.naming(sys, name).ok().flatten()).collect()
}

/// Who speaks for an index, as one of several on its host.
pub(super) fn owner(sys: &Sys, index: &str) -> Result<Owner, Nobody> {
    let place = Place::of_cargo(index).map_err(|why| Nobody::of(why, ""))?;
    let mut owner = claimed::of_registry(sys, &format!("{}", place.origin), RegistryKind::Cargo)?;
    if place.path.is_empty() && owner.is_gits {
        let why =
            format!("git asks for tokens of {} too, and the index has no path of its own", place.origin);
        return Err(Nobody::of(why, "doorkey route list"));
    }
    owner.path = place.path;
    Ok(owner)
}
