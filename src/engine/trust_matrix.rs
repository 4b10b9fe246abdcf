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
    let in_system = prints(&store.bundle);
    let judge = |own: Option<&BTreeSet<[u8; 32]>>, with_system: bool| -> Vec<Trusts> {
        let one = |root: &Root| match own {
            Some(own) if own.contains(&root.cert.sha256) => Trusts::Yes,
            _ if with_system && in_system.contains(&root.cert.sha256) => Trusts::BySystem,
            _ => Trusts::No,
        };
        roots.iter().map(one).collect()
    };
    let mut places = vec![Place {
        name: "system".into(),
        leads: "what has no roots of its own, and no setting below".into(),
        setting: sys.shown(&store.bundle.path),
        trusts: judge(Some(&in_system), false),
    }];
    for found in root_stores::look(sys).into_iter().filter(|found| found.name == "nss") {
        let RootStore::Nss { folder } = &found.store else { continue };
        let trusts = roots.iter().map(|root| {
            match root_stores::holds(sys, &found.store, &root_stores::name_of(&root.cert.sha256)) {
                Some(true) => Trusts::Yes,
                Some(false) => Trusts::No,
                None => Trusts::Unknown,
            }
        });
        let trusts = trusts.collect();
        places.push(Place { name: "nss".into(), setting: sys.shown(folder), leads: found.leads, trusts });
    }
    let of_file = |path: &Path| prints(&Bundle::file(sys, path));
    for stands in machine_trust::look(sys)? {
        let target = stands.target;
        let (setting, trusts) = match &stands.standing {
            Standing::NotHere => continue,
            Standing::Off => ("nothing is set".to_owned(), judge(None, true)),
            Standing::On { file } => (
                format!("by {}", sys.shown(file)),
                judge(Some(&of_file(&machine_trust::files(sys)?.bundle())), false),
            ),
            Standing::Own { file, to } => {
                let own = of_file(&sys.expanded(to));
                (format!("{to}, by {}", sys.shown(file)), judge(Some(&own), store.debian))
            }
            Standing::Unreadable { file } => {
                (format!("{} cannot be read", sys.shown(file)), vec![Trusts::Unknown; roots.len()])
            }
        };
        places.push(Place { name: target.name().into(), leads: target.leads().into(), setting, trusts });
    }
    let ours = machine_trust::files(sys).map(|files| [files.bundle(), files.extra()]).unwrap_or_default();
    // Those that lead to doorkey's own files are what `shells` says already.
    let is_ours =
        |place: &Pointed| matches!(place, Pointed::Pem { bundle, .. } if ours.contains(&bundle.path));
    for variable in env_vars::look(sys).into_iter().filter(|v| !v.places.iter().all(is_ours)) {
        let (mut own, mut shown, mut unknown) = (BTreeSet::new(), Vec::new(), false);
        for place in &variable.places {
            match place {
                Pointed::Pem { bundle, .. } => {
                    own.extend(prints(bundle));
                    shown.push(sys.shown(&bundle.path));
                }
                Pointed::Java { path, .. } => {
                    unknown = true;
                    shown.push(sys.shown(path));
                }
            }
        }
        let trusts = if unknown {
            vec![Trusts::Unknown; roots.len()]
        } else {
            judge(Some(&own), variable.effect == Effect::Adds)
        };
        let leads = variable.tools.join(", ");
        places.push(Place { name: format!("${}", variable.name), leads, setting: shown.join(", "), trusts });
    }
    for name in profile_names(sys) {
        let trusts = roots.iter().map(|root| match root.profiles.contains(&name) {
            true => Trusts::Yes,
            false if in_system.contains(&root.cert.sha256) => Trusts::BySystem,
            false => Trusts::No,
        });
        places.push(Place {
            name: format!("profile {name}"),
            leads: "git for its hosts; every tool in doorkey exec and shell".into(),
            setting: "[trust] ca".into(),
            trusts: trusts.collect(),
        });
    }
    Ok(Matrix { up_to_date: machine_trust::refresh(sys)?.is_empty(), roots, places })
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
