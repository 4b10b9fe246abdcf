//! Who trusts which root on this machine, and by which setting: places by roots.

use super::in_force;
use super::machine_trust::{self, TrustError};
use super::profiles;
use crate::formats::cert::{Cert, fingerprint};
use crate::model::name::ProfileName;
use crate::model::plan::RootStore;
use crate::sys::Sys;
use crate::trust::bundle::Bundle;
use crate::trust::env_vars::{self, Effect, Pointed};
use crate::trust::root_stores;
use crate::trust::system;
use crate::trust::targets::Standing;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A root that somebody installed or named.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Root {
    /// What it says.
    pub cert: Cert,
    /// Whether it is installed for all that this user runs.
    pub machine: bool,
    /// The profiles that name it.
    pub profiles: Vec<ProfileName>,
}

/// Whether a place trusts a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trusts {
    /// By what it reads itself.
    Yes,
    /// By the system's roots, which it reads too.
    BySystem,
    /// Not.
    No,
    /// It cannot be told from outside.
    Unknown,
}

/// A place that takes roots from somewhere.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Place {
    /// `system`, a target's name, a variable's name, `profile acme`.
    pub name: String,
    /// Whom it leads.
    pub leads: String,
    /// The setting, in words.
    pub setting: String,
    /// Whether it trusts each root, in the order of the roots.
    pub trusts: Vec<Trusts>,
}

/// The whole.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Matrix {
    /// The roots.
    pub roots: Vec<Root>,
    /// The places.
    pub places: Vec<Place>,
    /// Whether the merged files are as the installed roots and the system's want them.
    pub up_to_date: bool,
}

/// Looks at everything; read by configuration, nothing is tried.
///
/// # Errors
/// doorkey's own files cannot be read.
pub fn look(sys: &Sys) -> Result<Matrix, TrustError> {
    let roots = roots(sys)?;
    let store = system::look(sys);
    let judge = Judge { sys, roots: &roots, in_system: prints(&store.bundle), debian: store.debian };
    let mut places = vec![Place {
        name: "system".into(),
        leads: "what has no roots of its own, and no setting below".into(),
        setting: sys.shown(&store.bundle.path),
        trusts: judge.by(Some(&judge.in_system), false),
    }];
    places.extend(judge.nss());
    places.extend(judge.targets()?);
    places.extend(judge.variables()?);
    places.extend(judge.profiles());
    Ok(Matrix { up_to_date: machine_trust::refresh(sys)?.is_empty(), roots, places })
}

/// The roots in question, and what the system has.
struct Judge<'a> {
    sys: &'a Sys,
    roots: &'a [Root],
    in_system: BTreeSet<[u8; 32]>,
    /// Whether it is a Debian: there curl and Python read the system's folder too.
    debian: bool,
}

impl Judge<'_> {
    /// By the roots that a place reads itself, and whether it reads the system's, too.
    fn by(&self, own: Option<&BTreeSet<[u8; 32]>>, with_system: bool) -> Vec<Trusts> {
        let one = |root: &Root| match own {
            Some(own) if own.contains(&root.cert.sha256) => Trusts::Yes,
            _ if with_system && self.in_system.contains(&root.cert.sha256) => Trusts::BySystem,
            _ => Trusts::No,
        };
        self.roots.iter().map(one).collect()
    }

    fn unknown(&self) -> Vec<Trusts> {
        vec![Trusts::Unknown; self.roots.len()]
    }

    /// NSS databases, each asked for what doorkey put there.
    fn nss(&self) -> Vec<Place> {
        let mut places = Vec::new();
        for found in root_stores::look(self.sys).into_iter().filter(|found| found.name == "nss") {
            let RootStore::Nss { folder } = &found.store else { continue };
            let one = |root: &Root| {
                let name = root_stores::name_of(&root.cert.sha256);
                match root_stores::holds(self.sys, &found.store, &name) {
                    Some(true) => Trusts::Yes,
                    Some(false) => Trusts::No,
                    None => Trusts::Unknown,
                }
            };
            let trusts = self.roots.iter().map(one).collect();
            let setting = self.sys.shown(folder);
            places.push(Place { name: "nss".into(), setting, leads: found.leads, trusts });
        }
        places
    }

    /// The places of this user.
    fn targets(&self) -> Result<Vec<Place>, TrustError> {
        let sys = self.sys;
        let of_file = |path: &Path| prints(&Bundle::file(sys, path));
        let bundle = of_file(&machine_trust::files(sys)?.bundle());
        let mut places = Vec::new();
        for stands in machine_trust::look(sys)? {
            let target = stands.target;
            let (setting, trusts) = match &stands.standing {
                Standing::NotHere => continue,
                Standing::Off => ("nothing is set".to_owned(), self.by(None, true)),
                Standing::On { file } => (format!("by {}", sys.shown(file)), self.by(Some(&bundle), false)),
                Standing::Own { file, to } => {
                    let own = of_file(&sys.expanded(to));
                    (format!("{to}, by {}", sys.shown(file)), self.by(Some(&own), self.debian))
                }
                Standing::Unreadable { file } => {
                    (format!("{} cannot be read", sys.shown(file)), self.unknown())
                }
            };
            places.push(Place { name: target.name().into(), leads: target.leads().into(), setting, trusts });
        }
        Ok(places)
    }

    /// Variables of this session. Those that lead to doorkey's own files are what `shells` says already.
    fn variables(&self) -> Result<Vec<Place>, TrustError> {
        let files = machine_trust::files(self.sys)?;
        let ours = [files.bundle(), files.extra()];
        let is_ours =
            |place: &Pointed| matches!(place, Pointed::Pem { bundle, .. } if ours.contains(&bundle.path));
        let mut places = Vec::new();
        for variable in env_vars::look(self.sys).into_iter().filter(|v| !v.places.iter().all(is_ours)) {
            let own = variable.places.iter().filter_map(|place| match place {
                Pointed::Pem { bundle, .. } => Some(prints(bundle)),
                Pointed::Java { .. } => None,
            });
            let own: Vec<_> = own.collect();
            let trusts = if own.len() < variable.places.len() {
                self.unknown()
            } else {
                let own = own.into_iter().flatten().collect();
                self.by(Some(&own), variable.effect == Effect::Adds)
            };
            let shown: Vec<String> =
                variable.places.iter().map(|place| self.sys.shown(place.path())).collect();
            places.push(Place {
                name: format!("${}", variable.name),
                leads: variable.tools.join(", "),
                setting: shown.join(", "),
                trusts,
            });
        }
        Ok(places)
    }

    /// Profiles, by what each names.
    fn profiles(&self) -> Vec<Place> {
        let place = |name: ProfileName| {
            let named = self.roots.iter().filter(|root| root.profiles.contains(&name));
            let named = named.map(|root| root.cert.sha256).collect();
            Place {
                name: format!("profile {name}"),
                leads: "git for its hosts; every tool in doorkey exec and shell".into(),
                setting: "[trust] ca".into(),
                trusts: self.by(Some(&named), true),
            }
        };
        profile_names(self.sys).into_iter().map(place).collect()
    }
}

fn prints(bundle: &Bundle) -> BTreeSet<[u8; 32]> {
    bundle.certs.iter().map(|der| fingerprint(der)).collect()
}

fn profile_names(sys: &Sys) -> Vec<ProfileName> {
    let all = profiles::all(sys).map(|all| all.good).unwrap_or_default();
    all.into_iter().map(|profile| profile.name).collect()
}

fn roots(sys: &Sys) -> Result<Vec<Root>, TrustError> {
    let mut found: Vec<Root> = machine_trust::installed(sys)?
        .into_iter()
        .map(|one| Root { cert: one.cert, machine: true, profiles: Vec::new() })
        .collect();
    let all = profiles::all(sys).map(|all| all.good).unwrap_or_default();
    for profile in all {
        for file in &profile.trust.ca {
            let path: PathBuf = match in_force::ca_path(sys, file) {
                Ok(path) => path,
                Err(_) => continue,
            };
            for der in &Bundle::file(sys, &path).certs {
                let print = fingerprint(der);
                match found.iter_mut().find(|root| root.cert.sha256 == print) {
                    Some(root) => root.profiles.push(profile.name.clone()),
                    None => found.extend(Cert::read(der).ok().map(|cert| Root {
                        cert,
                        machine: false,
                        profiles: vec![profile.name.clone()],
                    })),
                }
            }
        }
    }
    Ok(found)
}
