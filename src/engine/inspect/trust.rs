//! Roots: the system's, those of variables, and those that git is told to use.

use crate::engine::machine_trust;
use crate::formats::cert;
use crate::model::facts::{
    About, Certificate, Git, Region, Scope, Spot, Trust, TrustPlace, TrustVariable, Unverified,
};
use crate::sys::Sys;
use crate::trust::bundle::{Bundle, Named, Problem, Summary};
use crate::trust::env_vars::{Effect, JavaStore, Pointed};
use std::collections::HashSet;
use std::path::Path;

pub(super) fn look(sys: &Sys) -> Trust {
    let found = crate::trust::look(sys);
    // The system's certificates are the distribution's affair: they are counted, not read one by one.
    let system = place(&found.system.bundle, None);
    let known = Known(&found.system.bundle);
    let variables = found
        .variables
        .into_iter()
        .map(|variable| TrustVariable {
            name: variable.name,
            replaces: variable.effect != Effect::Adds,
            surely: variable.effect == Effect::Replaces,
            fatal_when_missing: variable.fatal_when_missing,
            tools: variable.tools.to_vec(),
            places: variable.places.iter().map(|p| known.without_system(pointed(p))).collect(),
        })
        .collect();
    let unverified = crate::trust::unverified::look(sys).into_iter().map(|off| Unverified {
        tool: off.tool,
        spot: Spot { path: off.path, line: off.line },
        said: off.said,
        region: off.text.map(|text| Region { offset: off.offset, text: text.into() }),
    });
    let bundle_outdated = machine_trust::refresh(sys).is_ok_and(|steps| !steps.is_empty());
    Trust { system, variables, git: Vec::new(), unverified: unverified.collect(), bundle_outdated }
}

/// The system's bundle, to tell private roots from those that the distribution keeps on.
struct Known<'a>(&'a Bundle);

impl Known<'_> {
    /// Leaves only private roots in the lists: a public one that has run out is the distribution's affair.
    fn without_system(&self, mut place: TrustPlace) -> TrustPlace {
        if place.expired.is_empty() {
            return place;
        }
        let system: HashSet<String> = self.0.certs.iter().map(|der| shown(&cert::fingerprint(der))).collect();
        let private = |c: &Certificate| !system.contains(&c.fingerprint);
        let others: Vec<String> = place.others.iter().map(|c| c.fingerprint.clone()).collect();
        place.expired.retain(|c| private(c) && others.contains(&c.fingerprint));
        place
    }
}

/// The places that `http.sslCAInfo` names outside doorkey's own files.
pub(super) fn of_git(sys: &Sys, git: &Git) -> Vec<TrustPlace> {
    let mut found: Vec<TrustPlace> = Vec::new();
    let mut system = None;
    for setting in git.settings.iter().filter(|s| s.scope != Scope::Doorkey) {
        let About::Roots { path, there: true } = &setting.about else { continue };
        let is_file = matches!(sys.look_through(path), Ok(Some(l)) if l.kind == crate::sys::fs::Kind::File);
        if is_file && !found.iter().any(|f| f.path == *path) {
            let bundle = Bundle::file(sys, path);
            let summary = bundle.summary(sys.now());
            let system = system.get_or_insert_with(|| crate::trust::system::look(sys).bundle);
            found.push(Known(system).without_system(place(&bundle, Some(&summary))));
        }
    }
    found
}

fn pointed(pointed: &Pointed) -> TrustPlace {
    match pointed {
        Pointed::Pem { bundle, summary } => place(bundle, Some(summary)),
        Pointed::Java { path, problem, kind, .. } => {
            let words = problem.map(|p| p.to_string());
            let pem =
                (*kind == JavaStore::Pem).then(|| "is PEM text, which Java does not take as a store".into());
            TrustPlace {
                path: path.clone(),
                problem: words.or(pem),
                unusable: problem.is_some_and(|p| unusable(&p)),
                ..TrustPlace::default()
            }
        }
    }
}

fn unusable(problem: &Problem) -> bool {
    !matches!(problem, Problem::Empty)
}

fn place(bundle: &Bundle, summary: Option<&Summary>) -> TrustPlace {
    let list = |all: &[Named]| all.iter().map(certificate).collect();
    TrustPlace {
        path: Path::to_path_buf(&bundle.path),
        problem: bundle.problem.map(|p| p.to_string()),
        unusable: bundle.problem.as_ref().is_some_and(unusable),
        damaged_line: bundle.damage.first().map(|d| d.line),
        bom: bundle.bom,
        private_key: bundle.private_key,
        certificates: bundle.certs.len(),
        private_only: summary.is_some_and(Summary::is_private_only),
        expired: summary.map(|s| list(&s.expired)).unwrap_or_default(),
        others: summary.map(|s| list(&s.others)).unwrap_or_default(),
    }
}

fn certificate(named: &Named) -> Certificate {
    Certificate {
        name: named.name.clone(),
        fingerprint: named.fingerprint.clone(),
        not_after: named.not_after,
    }
}

/// `AB:CD:...`
fn shown(fingerprint: &[u8]) -> String {
    let pairs: Vec<String> = fingerprint.iter().map(|b| format!("{b:02X}")).collect();
    pairs.join(":")
}
