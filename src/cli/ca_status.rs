//! `doorkey ca status|targets`: who trusts which root, by which setting. Changes nothing.

use super::error::{Failure, no_home};
use super::{Context, Exit, json, table};
use crate::engine::machine_trust::{self, TrustError};
use crate::engine::trust_matrix::{self, Matrix, Trusts};
use crate::probes::chain::day;
use crate::trust::root_stores;
use crate::trust::targets::Standing;
use serde_json::json;

/// Exit code 0: the merged files are up to date; 1: they are not.
pub(super) fn status(context: &mut Context) -> Result<Exit, Failure> {
    let matrix = trust_matrix::look(&context.sys)?;
    if context.flags.json {
        context.say.line(json::document("ca-status", json!(matrix)));
    } else if matrix.roots.is_empty() {
        context.say.line("no root is installed, and no profile names one");
        context.say.info("install one: doorkey ca install FILE --profile NAME");
    } else {
        say(context, &matrix);
    }
    if !matrix.up_to_date {
        context.say.aside("note: the system's roots have changed since: doorkey ca refresh");
    }
    Ok(if matrix.up_to_date { Exit::Fine } else { Exit::Findings })
}

fn say(context: &mut Context, matrix: &Matrix) {
    for (number, root) in matrix.roots.iter().enumerate() {
        let mut whose: Vec<String> = root.profiles.iter().map(|name| format!("profile {name}")).collect();
        whose.extend(root.machine.then(|| "this user".to_owned()));
        let cert = &root.cert;
        let number = number + 1;
        context.say.line(format!(
            "root {number}  {}, to {}, for {}",
            cert.subject,
            day(cert.not_after),
            whose.join(", ")
        ));
        context.say.line(format!("        {}", cert.fingerprint()));
    }
    let mut heads = vec!["place".to_owned()];
    heads.extend((1..=matrix.roots.len()).map(|number| format!("root {number}")));
    heads.extend(["setting".to_owned(), "leads".to_owned()]);
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let rows = matrix.places.iter().map(|place| {
        let mut row = vec![place.name.clone()];
        row.extend(place.trusts.iter().map(|trusts| word(*trusts).to_owned()));
        row.extend([place.setting.clone(), place.leads.clone()]);
        row
    });
    context.say.line(table::of(&heads, rows));
    context.say.info("\nby what is configured; a server is tried with: doorkey inspect HOST:PORT");
}

fn word(trusts: Trusts) -> &'static str {
    match trusts {
        Trusts::Yes => "yes",
        Trusts::BySystem => "by system",
        Trusts::No => "no",
        Trusts::Unknown => "?",
    }
}

/// The places that `ca install --scope machine` leads.
pub(super) fn targets(context: &mut Context) -> Result<Exit, Failure> {
    let all = machine_trust::look(&context.sys)?;
    if context.flags.json {
        let list: Vec<_> = all
            .iter()
            .map(|one| json!({ "name": one.target.name(), "leads": one.target.leads(), "state": one.standing }))
            .collect();
        context.say.line(json::document("ca-targets", json!({ "targets": list })));
        return Ok(Exit::Fine);
    }
    let sys = &context.sys;
    let rows = all.iter().map(|one| {
        let state = match &one.standing {
            Standing::NotHere => "not on this machine".to_owned(),
            Standing::Off => "off".to_owned(),
            Standing::On { file } => format!("on, by {}", sys.shown(file)),
            Standing::Own { file, to } => format!("left alone: {} names {to}", sys.shown(file)),
            Standing::Unreadable { file } => format!("{} cannot be read", sys.shown(file)),
        };
        vec![one.target.name().to_owned(), state, one.target.leads().to_owned()]
    });
    let stores = root_stores::look(sys).into_iter().map(|one| {
        let state = match (one.not_by_us, one.name) {
            (Some(why), _) => format!("by hand: {why}"),
            (None, "system") => "only with --for system".to_owned(),
            (None, _) => "changed by certutil".to_owned(),
        };
        vec![one.name.to_owned(), state, one.leads]
    });
    let text = table::of(&["target", "state", "leads"], rows.chain(stores));
    context.say.line(text);
    Ok(Exit::Fine)
}

impl From<TrustError> for Failure {
    fn from(error: TrustError) -> Self {
        match error {
            TrustError::Fs(source) => source.into(),
            TrustError::NoHome => no_home(),
            TrustError::NotByUs { .. } => Self::new(
                Exit::CouldNot,
                error.to_string(),
                "",
                "leave it out: ca install prints the commands for it, to be run by hand",
            ),
            TrustError::NoPublicRoots => Self::new(
                Exit::CouldNot,
                error.to_string(),
                "a bundle with this root alone would take every public site from your tools",
                "install the system's roots (Debian: apt-get install ca-certificates)",
            ),
        }
    }
}
