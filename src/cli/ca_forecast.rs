//! `doorkey ca forecast FILE|HOST:PORT`: who will refuse a root, before it is installed.

use super::error::Failure;
use super::inspect_server::{self, Reached};
use super::{Context, Exit, json, table};
use crate::engine::new_root;
use crate::formats::cert::Cert;
use crate::formats::containers;
use crate::trust::forecast::{self, Fault, RUNTIMES, Seen};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// `doorkey ca forecast`
#[derive(Debug, Args)]
#[command(
    after_help = "FILE is the root, or the root and a certificate that it signed, in one file. HOST:PORT is a server behind\n\
    the proxy; with it, --root FILE names the root where the proxy does not send it.\n\n\
    By a table of what each runtime was seen to refuse (2026-11); nothing is installed or changed.\n\n\
    Examples:\n  doorkey ca forecast proxy-root.pem\n  \
    doorkey ca forecast github.com:443 --proxy http://proxy.acme.example:3128 --root proxy-root.pem\n\n\
    Exit code 0: everybody will accept it; 1: somebody will not."
)]
pub(crate) struct Forecast {
    /// The root's file, or a server
    #[arg(value_name = "FILE|HOST:PORT")]
    what: String,
    /// The root, where WHAT is a server that does not send it
    #[arg(long, value_name = "FILE")]
    root: Option<PathBuf>,
    #[command(flatten)]
    reached: Reached,
}

pub(super) fn run(context: &mut Context, wanted: &Forecast) -> Result<Exit, Failure> {
    let path = PathBuf::from(&wanted.what);
    let is_file = matches!(context.sys.look_through(&path), Ok(Some(_)));
    let server = inspect_server::server(&wanted.what).filter(|_| !is_file);
    let mut certs = match &server {
        Some((host, port)) => inspect_server::sent(context, host, *port, &wanted.reached)?,
        None if wanted.reached.is_set() || wanted.root.is_some() => {
            return Err(Failure::usage(
                "--proxy, --direct, --sni and --root are about a server",
                "name it as HOST:PORT",
            ));
        }
        None => read(context, &path)?,
    };
    if let Some(root) = &wanted.root {
        certs.extend(read(context, root)?);
    }
    // A root that does not say it is one is judged too. Where none is among them, the highest CA counts.
    let root = certs
        .iter()
        .rfind(|cert| cert.is_self_issued())
        .or_else(|| certs.iter().rfind(|cert| cert.is_ca))
        .cloned();
    let root = root.ok_or_else(|| {
        let fix = match server {
            Some(_) => "name the root with --root FILE: the server does not send it",
            None => "name the file with the root",
        };
        Failure::new(Exit::CouldNot, "there is no CA's certificate to judge", "", fix)
    })?;
    let leaf = certs.iter().find(|cert| cert.sha256 != root.sha256 && (!cert.is_ca || server.is_some()));
    let faults = forecast::faults(&Seen { root: &root, leaf, now: context.sys.now() });
    if context.flags.json {
        let runtimes: Vec<_> = RUNTIMES
            .iter()
            .map(|(runtime, name, who)| {
                let codes: Vec<_> = refused_by(&faults, *runtime).map(|fault| fault.code).collect();
                json!({ "runtime": runtime, "name": name, "who": who, "accepts": codes.is_empty(), "refuses-for": codes })
            })
            .collect();
        let ticket = ticket(&root, &faults);
        let body =
            json!({ "root": root, "leaf": leaf, "runtimes": runtimes, "faults": faults, "ticket": ticket });
        context.say.line(json::document("ca-forecast", body));
    } else {
        say(context, &root, leaf, &faults);
    }
    Ok(if faults.is_empty() { Exit::Fine } else { Exit::Findings })
}

fn refused_by<'f>(
    faults: &'f [&'static Fault],
    runtime: forecast::Runtime,
) -> impl Iterator<Item = &'f &'static Fault> {
    faults.iter().filter(move |fault| fault.refused_by.contains(&runtime))
}

fn say(context: &mut Context, root: &Cert, leaf: Option<&Cert>, faults: &[&'static Fault]) {
    context.say.line(format!("root  {} ({})", root.subject, root.key));
    match leaf {
        Some(leaf) => context.say.line(format!("leaf  {} ({}, {})", leaf.subject, leaf.key, leaf.signature)),
        None => context.say.info("no certificate that it signed was seen: faults of those are not foreseen"),
    }
    if let Some(limits) = forecast::limits(root) {
        context.say.line(format!("limit {limits}"));
    }
    let rows = RUNTIMES.iter().map(|(runtime, name, who)| {
        let codes: Vec<&str> = refused_by(faults, *runtime).map(|fault| fault.code).collect();
        let verdict = if codes.is_empty() { "accepts" } else { "REFUSES" };
        vec![(*name).to_owned(), verdict.to_owned(), codes.join(", "), (*who).to_owned()]
    });
    context.say.line(table::of(&["runtime", "forecast", "because of", "which are"], rows));
    for line in ticket(root, faults) {
        context.say.line(line);
    }
}

/// What to send to whoever runs the CA: no secret, no path of this machine.
fn ticket(root: &Cert, faults: &[&'static Fault]) -> Vec<String> {
    if faults.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![
        String::new(),
        "for whoever runs the CA:".to_owned(),
        format!(
            "  The root \"{}\" (SHA-256 {}) is refused by some tools of our developers.",
            root.subject,
            root.fingerprint()
        ),
    ];
    for (number, fault) in faults.iter().enumerate() {
        let names = RUNTIMES
            .iter()
            .filter(|(runtime, ..)| fault.refused_by.contains(runtime))
            .map(|(_, name, _)| *name);
        let names: Vec<&str> = names.collect();
        lines.push(format!(
            "  {}. {}{} ({}).",
            number + 1,
            fault.what.get(..1).unwrap_or_default().to_uppercase(),
            fault.what.get(1..).unwrap_or_default(),
            fault.clause
        ));
        lines.push(format!("     Refused by {}. Please {}.", names.join(", "), fault.mend));
    }
    lines
}

fn read(context: &Context, path: &std::path::Path) -> Result<Vec<Cert>, Failure> {
    let shown = context.sys.shown(path);
    let bytes = context.sys.read(path)?.ok_or_else(|| {
        Failure::new(
            Exit::CouldNot,
            format!("there is no file {shown}, and it is no server"),
            "",
            "name a file, or HOST:PORT",
        )
    })?;
    let contents = containers::read(&bytes, None).map_err(|why| {
        Failure::new(Exit::CouldNot, format!("{shown} is not read: {why}"), "", "name a PEM file")
    })?;
    let certs: Vec<Cert> = contents.certs.iter().filter_map(|held| Cert::read(&held.der).ok()).collect();
    if certs.is_empty() {
        return Err(Failure::new(
            Exit::CouldNot,
            format!("{shown} {}", new_root::Refused::Nothing),
            "",
            "name the file with the root",
        ));
    }
    Ok(certs)
}
