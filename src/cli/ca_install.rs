//! `doorkey ca install|uninstall`: a root for one profile, or for all that this user runs.

use super::change::carry_out;
use super::error::Failure;
use super::profile::{edit_file, profile_of, usable_with};
use super::{Context, Exit, ask};
use crate::engine::apply::make_dirs;
use crate::engine::in_force::{self, Pending};
use crate::engine::new_root::{self, NewRoot};
use crate::engine::{machine_trust, profiles};
use crate::formats::cert::{Cert, fingerprint, fingerprint_from, hex, short_print};
use crate::formats::{containers, pem};
use crate::model::name::ProfileName;
use crate::model::plan::{Plan, RootStore, Step};
use crate::model::profile::Profile;
use crate::probes::chain::day;
use crate::trust::root_stores;
use crate::trust::targets::Standing;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// `doorkey ca install FILE`
#[derive(Debug, Args)]
#[command(
    after_help = "For a profile: git asks it for the profile's hosts only, and the tools in doorkey exec and doorkey shell\n\
    trust it beside the public roots. For the machine: a bundle of the public roots and this one, and one\n\
    line in the files that lead this user's tools to it (doorkey ca targets). Nothing needs root.\n\n\
    Refused are: no CA's, expired, RSA under 2048 bits, signed with SHA-1 or MD5, several at once, a\n\
    private key beside it.\n\n\
    Examples:\n  doorkey ca install proxy-root.pem --profile acme\n  \
    doorkey ca install proxy-root.pem --profile acme --fingerprint 9A:6E:C0:... --yes\n  \
    doorkey ca install proxy-root.pem --scope machine --for shells --for git"
)]
pub(crate) struct Install {
    /// The root's certificate: PEM, DER or PKCS#7
    file: PathBuf,
    #[command(flatten)]
    place: Place,
    /// Its SHA-256, as you were given it by another way than the file
    #[arg(long, value_name = "SHA256")]
    fingerprint: Option<String>,
    /// With --scope machine: only this place (doorkey ca targets); may be said more than once
    #[arg(long = "for", value_name = "TARGET")]
    only: Vec<String>,
}

/// `doorkey ca uninstall FILE|FINGERPRINT`
#[derive(Debug, Args)]
#[command(after_help = "Takes away what `ca install` put there, and nothing else.\n\nExamples:\n  \
    doorkey ca uninstall proxy-root.pem --profile acme\n  doorkey ca uninstall 9A:6E:C0:... --scope machine")]
pub(crate) struct Uninstall {
    /// The root's certificate, or its SHA-256 (doorkey ca status)
    #[arg(value_name = "FILE|SHA256")]
    root: String,
    #[command(flatten)]
    place: Place,
}

/// For whom.
#[derive(Debug, Args)]
struct Place {
    /// For this profile
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// For a profile, or for all that this user runs
    #[arg(long, value_enum)]
    scope: Option<Scope>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Scope {
    Profile,
    Machine,
}

/// For whom, resolved.
enum Whose {
    Profile(ProfileName),
    Machine,
}

impl Place {
    fn whose(&self, context: &Context) -> Result<Whose, Failure> {
        match (self.scope, &self.profile) {
            (Some(Scope::Machine), None) => Ok(Whose::Machine),
            (Some(Scope::Machine), Some(_)) => Err(Failure::usage(
                "--profile is for one profile, --scope machine for all",
                "leave one of them out",
            )),
            (_, Some(name)) => Ok(Whose::Profile(ProfileName::new(name)?)),
            (_, None) => match profiles::all_good(&context.sys)?.as_slice() {
                [one] => Ok(Whose::Profile(one.name.clone())),
                _ => Err(Failure::usage("for whom is not said", "add --profile NAME, or --scope machine")),
            },
        }
    }
}

pub(super) fn install(context: &mut Context, wanted: &Install) -> Result<Exit, Failure> {
    let whose = wanted.place.whose(context)?;
    if let Some(unknown) = wanted.only.iter().find(|name| !machine_trust::names().any(|known| known == *name))
    {
        let what = format!("there is no target {unknown:?}");
        return Err(Failure::usage(what, "the targets: doorkey ca targets"));
    }
    if matches!(whose, Whose::Profile(_)) && !wanted.only.is_empty() {
        return Err(Failure::usage(
            "--for is about --scope machine",
            "leave it out: a profile leads all its tools",
        ));
    }
    let shown = context.sys.shown(&wanted.file);
    let bytes = context.sys.read(&wanted.file)?;
    let bytes = bytes.ok_or_else(|| {
        Failure::new(Exit::CouldNot, format!("there is no file {shown}"), "", "name one that is there")
    })?;
    let root = new_root::read(&bytes, context.sys.now()).map_err(|refused| {
        Failure::usage(
            format!("{shown} {refused}"),
            "ask whoever runs the CA for the certificate of its root alone",
        )
    })?;
    describe(context, &root);
    agree_on(context, &root.cert, wanted.fingerprint.as_deref())?;
    carry_out(context, |context| match &whose {
        Whose::Profile(name) => for_profile(context, name, &root),
        Whose::Machine => {
            let mut plan = Plan::new(format!("ca install {}", root.cert.subject.short()));
            plan.steps = machine_trust::install(&context.sys, &root, &wanted.only)?;
            Ok(plan)
        }
    })?;
    if matches!(whose, Whose::Machine) && !context.flags.json {
        for line in left_alone(context)?.into_iter().chain(by_hand(context, &root.cert)) {
            context.say.info(line);
        }
    }
    Ok(Exit::Fine)
}

/// What is about to be trusted (SECURITY rule 45).
fn describe(context: &mut Context, root: &NewRoot) {
    if context.flags.json {
        return;
    }
    let cert = &root.cert;
    let path = cert.path_len.map_or(String::new(), |n| format!(", at most {n} CAs below it"));
    let limits = match (cert.permitted_names.is_empty(), cert.excluded_names.is_empty()) {
        (false, _) => cert.permitted_names.join(", "),
        (true, false) => format!("all but {}", cert.excluded_names.join(", ")),
        (true, true) => "every host there is".to_owned(),
    };
    for (name, value) in [
        ("root", cert.subject.to_string()),
        ("SHA-256", cert.fingerprint()),
        ("valid", format!("{} to {}", day(cert.not_before), day(cert.not_after))),
        ("key", format!("{}, signed with {}{path}", cert.key, cert.signature)),
        ("may sign for", limits),
    ] {
        context.say.line(format!("{name:<13} {value}"));
    }
    for warning in root.warnings.iter().filter(|w| w.code != "unconstrained") {
        context.say.line(format!("{:<13} {}: {}", "warning", warning.code, warning.what));
    }
}

/// A fingerprint by a second way: the file may have been changed on its way here.
fn agree_on(context: &mut Context, cert: &Cert, given: Option<&str>) -> Result<(), Failure> {
    let differs = |given: &str| {
        Failure::new(
            Exit::Usage,
            "the file holds another certificate than the one you were told of",
            format!("its SHA-256 is {}, and you gave {given}", cert.fingerprint()),
            "do not install it; ask whoever gave you the fingerprint",
        )
    };
    let known = |text: &str| fingerprint_from(text);
    if let Some(text) = given {
        let print = known(text).ok_or_else(|| {
            Failure::usage(format!("{text:?} is no SHA-256"), "give 64 hex digits, with or without colons")
        })?;
        return if print == cert.sha256 { Ok(()) } else { Err(differs(text)) };
    }
    if context.flags.dry_run {
        return Ok(());
    }
    if context.flags.yes || !context.terminal.can_ask() {
        return Err(Failure::usage(
            "the root's fingerprint was not given",
            "add --fingerprint SHA256, as your administrator published it; not as this file says it",
        ));
    }
    let question = "The first 8 digits of its SHA-256, as your administrator published it";
    let answer = ask::text(context, question, None)?;
    let digits: String = answer.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_lowercase();
    if digits.len() < 8 {
        return Err(Failure::usage(
            "fewer than 8 digits were given",
            "ask for its fingerprint, and try again",
        ));
    }
    if hex(&cert.sha256).starts_with(&digits) { Ok(()) } else { Err(differs(answer.trim())) }
}

fn for_profile(context: &Context, name: &ProfileName, root: &NewRoot) -> Result<Plan, Failure> {
    let sys = &context.sys;
    let mut all = usable_with(context, name)?;
    let mut plan = Plan::new(format!("ca install {} for {name}", root.cert.subject.short()));
    let profile = profile_of(&mut all, name)?;
    if ca_file(context, profile, &root.cert.sha256)?.is_some() {
        return Ok(plan);
    }
    let file = format!("{name}.{}.pem", short_print(&root.cert.sha256));
    let path = profiles::folder(sys)?.join(&file);
    plan.steps.extend(make_dirs(sys, &profiles::folder(sys)?, 0o700)?);
    match sys.read(&path)? {
        Some(old) if old == root.pem.as_bytes() => {}
        Some(_) => {
            let what = format!("{} is there already, and holds something else", sys.shown(&path));
            return Err(Failure::usage(what, "move it away"));
        }
        None => plan.push(Step::Create { path: path.clone(), text: root.pem.as_str().into(), mode: 0o644 }),
    }
    plan.push(edit_file(context, name, |edit| edit.add_ca(&file))?);
    profile.trust.ca.push(file);
    let pending = Pending::from([(path, root.pem.as_bytes().to_vec())]);
    plan.steps.extend(in_force::refresh_with(sys, &all, &pending)?);
    Ok(plan)
}

/// The CA file of a profile that holds this certificate, as the profile writes it, its path, and its content.
fn ca_file(
    context: &Context,
    profile: &Profile,
    print: &[u8; 32],
) -> Result<Option<(String, PathBuf, Vec<u8>)>, Failure> {
    for file in &profile.trust.ca {
        let path = in_force::ca_path(&context.sys, file)?;
        if let Some(bytes) = context.sys.read(&path)?.filter(|bytes| new_root::holds(bytes, print)) {
            return Ok(Some((file.clone(), path, bytes)));
        }
    }
    Ok(None)
}

pub(super) fn uninstall(context: &mut Context, wanted: &Uninstall) -> Result<Exit, Failure> {
    let whose = wanted.place.whose(context)?;
    let print = print_of(context, &wanted.root)?;
    let applied = carry_out(context, |context| match &whose {
        Whose::Profile(name) => from_profile(context, name, &print),
        Whose::Machine => {
            let mut plan = Plan::new("ca uninstall");
            plan.steps = machine_trust::uninstall(&context.sys, &print)?;
            Ok(plan)
        }
    })?;
    if applied.is_some() && !context.flags.json {
        context.say.info("Shells that are open still have its variables; new ones do not.");
    }
    Ok(Exit::Fine)
}

/// `doorkey ca refresh`
pub(super) fn refresh(context: &mut Context) -> Result<Exit, Failure> {
    carry_out(context, |context| {
        let mut plan = Plan::new("ca refresh");
        plan.steps = machine_trust::refresh(&context.sys)?;
        Ok(plan)
    })?;
    Ok(Exit::Fine)
}

fn print_of(context: &Context, text: &str) -> Result<[u8; 32], Failure> {
    if let Some(print) = fingerprint_from(text) {
        return Ok(print);
    }
    let bytes = context.sys.read(Path::new(text))?.ok_or_else(|| {
        Failure::usage(
            format!("{text:?} is no file and no SHA-256"),
            "see what is installed: doorkey ca status",
        )
    })?;
    // What may be taken away need not be fit to be installed.
    let certs = containers::read(&bytes, None).map(|contents| contents.certs).unwrap_or_default();
    match certs.as_slice() {
        [one] if Cert::read(&one.der).is_ok() => Ok(fingerprint(&one.der)),
        _ => Err(Failure::usage(format!("{text} does not hold one certificate"), "give its SHA-256")),
    }
}

fn from_profile(context: &Context, name: &ProfileName, print: &[u8; 32]) -> Result<Plan, Failure> {
    let sys = &context.sys;
    let mut all = usable_with(context, name)?;
    let mut plan = Plan::new(format!("ca uninstall for {name}"));
    let profile = profile_of(&mut all, name)?;
    let Some((file, path, bytes)) = ca_file(context, profile, print)? else { return Ok(plan) };
    if pem::read(&bytes).certs().count() > 1 {
        let what = format!("{} holds other certificates too", sys.shown(&path));
        return Err(Failure::usage(what, format!("take it out of that file: doorkey profile edit {name}")));
    }
    plan.push(edit_file(context, name, |edit| edit.remove_ca(&file))?);
    profile.trust.ca.retain(|one| *one != file);
    // Only a copy that was made beside the profile, and that nobody else names.
    let is_ours = !file.contains('/') && file.starts_with(&format!("{name}."));
    if is_ours && !all.iter().any(|p| p.trust.ca.contains(&file)) {
        plan.push(Step::Remove { path, text: bytes.into(), mode: 0o644 });
    }
    plan.steps.extend(in_force::refresh_with(sys, &all, &Pending::new())?);
    Ok(plan)
}

/// The places that the user leads elsewhere, or that cannot be read.
fn left_alone(context: &Context) -> Result<Vec<String>, Failure> {
    let sys = &context.sys;
    let all = machine_trust::look(sys)?.into_iter().filter_map(|one| {
        let name = one.target.name();
        match one.standing {
            Standing::Own { file, to } => {
                Some(format!("left alone: {name}: {} names {to}", sys.shown(&file)))
            }
            Standing::Unreadable { file } => {
                Some(format!("left alone: {name}: {} cannot be read or changed", sys.shown(&file)))
            }
            _ => None,
        }
    });
    Ok(all.collect())
}

/// What needs root, or a program that is not here: the exact commands, and how to take it away again.
fn by_hand(context: &Context, cert: &Cert) -> Vec<String> {
    let sys = &context.sys;
    let Ok(files) = machine_trust::files(sys) else { return Vec::new() };
    let name = root_stores::name_of(&cert.sha256);
    let from = files.roots().join(format!("{}.pem", hex(&cert.sha256))).display().to_string();
    let mut lines = Vec::new();
    for found in root_stores::look(sys).into_iter().filter(|found| found.not_by_us.is_some()) {
        if root_stores::holds(sys, &found.store, &name) == Some(true) {
            continue;
        }
        lines.push(format!("by hand, for {} ({}):", found.leads, found.not_by_us.unwrap_or_default()));
        let (put, away) = match &found.store {
            RootStore::Debian => {
                let to = root_stores::debian_file(&name).display().to_string();
                (
                    format!("sudo install -m 644 {from} {to} && sudo update-ca-certificates"),
                    format!("sudo rm {to} && sudo update-ca-certificates --fresh"),
                )
            }
            RootStore::Nss { folder } => {
                let db = folder.display();
                (
                    format!("certutil -d sql:{db} -A -t C,, -n {name} -i {from}"),
                    format!("certutil -d sql:{db} -D -n {name}"),
                )
            }
        };
        lines.push(format!("  {put}"));
        lines.push(format!("  away again: {away}"));
    }
    lines
}
