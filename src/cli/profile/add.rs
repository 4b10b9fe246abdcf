//! `doorkey profile add`

use super::{git_setting, whole_path};
use crate::cli::change::carry_out;
use crate::cli::error::Failure;
use crate::cli::say::Mark;
use crate::cli::{Context, Exit, ask};
use crate::engine::in_force::{self, Pending};
use crate::engine::{apply, profiles, render};
use crate::formats::pem;
use crate::model::name::{ProfileName, check_user};
use crate::model::plan::{Plan, Step};
use crate::model::profile::{Host, Identity, Profile, Proxy, Transport, Trust, Verify};
use crate::model::profile_file;
use crate::model::route::{Origin, OwnerPath, Scheme};
use clap::{Args, ValueEnum};
use std::path::Path;

/// `doorkey profile add NAME --host HOST ...`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    doorkey profile add acme --host github.com --owner acme --user ada-acme --email ada@acme.example\n  \
    doorkey profile add globex --host git.globex.example --ssh-port 2222 --transport ssh --ssh-key id_globex\n  \
    doorkey profile add acme --host git.acme.example --ca proxy-root.pem --proxy http://proxy.acme.example:8080")]
pub(crate) struct Add {
    /// The profile's name: a-z, 0-9, '.', '_', '-'
    name: Option<String>,
    /// Its git server, with the HTTPS port where that is not 443
    #[arg(long, value_name = "HOST[:PORT]")]
    host: Option<String>,
    /// The SSH port where that is not 22
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    ssh_port: Option<u16>,
    /// An owner (organisation, group, user) it speaks for; may be repeated; none = the whole host
    #[arg(long = "owner", value_name = "OWNER")]
    owners: Vec<String>,
    /// The kind of server, where its name does not tell
    #[arg(long)]
    provider: Option<String>,
    /// How repositories are reached
    #[arg(long, value_enum)]
    transport: Option<Way>,
    /// user.name in commits
    #[arg(long = "name", value_name = "NAME", id = "identity-name")]
    person: Option<String>,
    /// user.email in commits
    #[arg(long)]
    email: Option<String>,
    /// The user name that goes with the token
    #[arg(long)]
    user: Option<String>,
    /// The private SSH key: a name below ~/.ssh, or a path
    #[arg(long, value_name = "PATH")]
    ssh_key: Option<String>,
    /// A folder in which its identity is in force; may be repeated
    #[arg(long = "dir", value_name = "DIR")]
    dirs: Vec<String>,
    /// A CA certificate its hosts are reached through; copied beside the profile; may be repeated
    #[arg(long = "ca", value_name = "FILE")]
    ca: Vec<String>,
    /// The proxy its hosts are reached through
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// Hosts that are reached directly, separated by commas
    #[arg(long, value_name = "LIST")]
    no_proxy: Option<String>,
    /// Let ssh go through the proxy, too; it must open tunnels to the port of ssh
    #[arg(long, requires = "proxy")]
    proxy_for_ssh: bool,
    /// A repository that proves the profile; may be repeated
    #[arg(long = "verify", value_name = "URL")]
    verify: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Way {
    Https,
    Ssh,
    Both,
}

pub(super) fn run(context: &mut Context, mut wanted: Add) -> Result<Exit, Failure> {
    if wanted.name.is_none() || wanted.host.is_none() {
        if !context.terminal.can_ask() || context.flags.json {
            return Err(Failure::usage(
                "a profile needs a name and a host",
                "doorkey profile add NAME --host HOST [--owner OWNER]...",
            ));
        }
        ask_for_the_rest(context, &mut wanted)?;
    }
    let name = ProfileName::new(wanted.name.as_deref().unwrap_or_default())?;
    let (profile, roots) = build(context, name, &wanted)?;
    if carry_out(context, |context| plan(context, &profile, &roots))?.is_some() && !context.flags.json {
        context.say.marked(Mark::Good, format!("profile {} is made", profile.name));
        for host in profile.hosts.iter().filter_map(|host| host.ssh_key.as_deref()) {
            let home = context.sys.places().home().map(std::path::Path::to_path_buf).unwrap_or_default();
            if !matches!(context.sys.look_through(&render::key_path(&home, host)), Ok(Some(_))) {
                context.say.marked(
                    Mark::Warn,
                    format!("there is no key {host} yet: doorkey ssh new {}", profile.name),
                );
            }
        }
        for hint in next_steps(&profile) {
            context.say.info(format!("  next: {hint}"));
        }
    }
    Ok(Exit::Fine)
}

fn plan(context: &Context, profile: &Profile, roots: &Roots) -> Result<Plan, Failure> {
    let sys = &context.sys;
    let path = profiles::file(sys, &profile.name)?;
    let text = profile_file::write_new(profile);
    let mut plan = Plan::new(format!("profile add {}", profile.name));
    match sys.read(&path)? {
        // The same command again: nothing to do.
        Some(old) if old == text.as_bytes() => {}
        Some(_) => {
            return Err(Failure::usage(
                format!("profile {} is there already", profile.name),
                format!(
                    "change it: doorkey profile edit {0}, or look at it: doorkey profile show {0}",
                    profile.name
                ),
            ));
        }
        None => {
            for (file, bytes) in roots {
                plan.steps.extend(root_step(context, file, bytes)?);
            }
            plan.push(Step::Create { path, text: text.into(), mode: 0o600 });
        }
    }
    let mut all = super::usable(context)?;
    all.retain(|p| p.name != profile.name);
    all.push(profile.clone());
    profiles::check_routes(&all)?;
    if !plan.is_empty() {
        let folders = apply::make_dirs(sys, &profiles::folder(sys)?, 0o700)?;
        plan.steps.splice(0..0, folders);
    }
    if !plan.is_empty() {
        all.sort_by(|a, b| a.name.cmp(&b.name));
        let pending: Pending = roots.iter().cloned().collect();
        plan.steps.extend(in_force::refresh_with(&context.sys, &all, &pending)?);
    }
    Ok(plan)
}

/// The copy of a CA file. A profile that was removed leaves its own behind, which is replaced then; the journal keeps
/// what it replaced, so that may hold nothing but certificates.
fn root_step(context: &Context, file: &Path, new: &[u8]) -> Result<Option<Step>, Failure> {
    match context.sys.read(file)? {
        None => Ok(Some(Step::Create { path: file.into(), text: new.to_vec().into(), mode: 0o644 })),
        Some(old) if old == new => Ok(None),
        Some(old) => {
            let found = pem::read(&old);
            if found.holds_private_key() || found.certs().next().is_none() {
                return Err(Failure::usage(
                    format!(
                        "{} is there already, and is not a CA file of doorkey's",
                        context.sys.shown(file)
                    ),
                    "move it away, or give the CA file another name",
                ));
            }
            Ok(Some(Step::edit(file.into(), &old, new)))
        }
    }
}

fn next_steps(profile: &Profile) -> Vec<String> {
    let mut hints = Vec::new();
    for host in &profile.hosts {
        if host.transport.https() {
            let user = host.token_user.as_deref().unwrap_or("USER");
            hints.push(format!(
                "doorkey token add {} --host {} --user {user}",
                profile.name,
                host.https_origin().authority()
            ));
        }
        if host.transport.ssh() && host.ssh_key.is_none() {
            hints.push(format!("doorkey ssh new {}", profile.name));
        }
    }
    hints.push(format!("doorkey use {}", profile.name));
    hints
}

/// The host that is meant; a URL is what people have at hand, so it is told apart from a host with a strange port.
fn host_origin(host: &str) -> Result<Origin, Failure> {
    let body = host.split_once("://").map_or(host, |(_, rest)| rest);
    // What stands before an `@` may be a token, and is not said again.
    let body = body.rsplit_once('@').map_or(body, |(_, rest)| rest);
    let (name, path) = body.split_once('/').unwrap_or((body, ""));
    if body == host && path.is_empty() {
        return Ok(Origin::from_authority(Scheme::Https, name)?);
    }
    let owner = path.split('/').next().filter(|o| !o.is_empty());
    let owner = owner.map(|o| format!(" --owner {o}")).unwrap_or_default();
    Err(Failure::usage("--host was given a URL, not a host", format!("say: --host {name}{owner}")))
}

type Roots = Vec<(std::path::PathBuf, Vec<u8>)>;

fn build(context: &Context, name: ProfileName, wanted: &Add) -> Result<(Profile, Roots), Failure> {
    let origin = host_origin(wanted.host.as_deref().unwrap_or_default())?;
    let owners = wanted.owners.iter().map(|o| OwnerPath::new(o)).collect::<Result<Vec<_>, _>>()?;
    if owners.iter().any(|o| o.depth() == 0) {
        return Err(Failure::usage(
            "an owner may not be empty",
            "leave --owner out to speak for the whole host",
        ));
    }
    if let Some(user) = &wanted.user {
        check_user(user)?;
    }
    check_person(wanted)?;
    let transport = match wanted.transport {
        Some(Way::Https) => Transport::Https,
        Some(Way::Ssh) => Transport::Ssh,
        Some(Way::Both) => Transport::Both,
        // A host is not taken over for SSH without a key to offer there.
        None if wanted.ssh_key.is_none() && wanted.ssh_port.is_none() => Transport::Https,
        None => Transport::Both,
    };
    let (ca, roots) = copied_roots(context, &name, &wanted.ca)?;
    let no_proxy = wanted.no_proxy.as_deref().unwrap_or_default();
    let host = Host {
        name: origin.host,
        port: origin.port,
        provider: wanted.provider.clone(),
        owners,
        transport,
        plain_http_port: None,
        token_user: wanted.user.clone(),
        token_scopes: Vec::new(),
        token_from: None,
        token_max_age_days: None,
        ssh_port: wanted.ssh_port.unwrap_or(22),
        ssh_user: "git".into(),
        ssh_key: wanted.ssh_key.as_deref().map(|key| as_written(context, key)),
        known_hosts: Vec::new(),
    };
    let profile = Profile {
        name: name.clone(),
        title: None,
        dirs: wanted.dirs.iter().map(|dir| whole_path(context, dir)).collect(),
        identity: Identity { name: wanted.person.clone(), email: wanted.email.clone(), signing_key: None },
        hosts: vec![host],
        routes: Vec::new(),
        registries: Vec::new(),
        npm: Vec::new(),
        trust: Trust { ca },
        proxy: Proxy {
            url: wanted.proxy.clone(),
            no_proxy: no_proxy.split(',').map(str::trim).filter(|e| !e.is_empty()).map(Into::into).collect(),
            for_ssh: wanted.proxy_for_ssh,
        },
        verify: wanted
            .verify
            .iter()
            .map(|repo| Verify { repo: repo.clone(), access: "read".into() })
            .collect(),
        compat: Default::default(),
    };
    // What a person could not write into the file is not written by us either.
    let text = profile_file::write_new(&profile);
    let read = profile_file::read(&name, &text).map_err(|e| {
        Failure::new(
            Exit::Usage,
            e.problem,
            "the profile's file could not say it either",
            "see: doorkey profile add --help",
        )
    })?;
    check_proofs(&read)?;
    Ok((read, roots))
}

/// What git would put into commits as it stands.
fn check_person(wanted: &Add) -> Result<(), Failure> {
    if wanted.person.as_deref().is_some_and(|name| name.trim().is_empty()) {
        return Err(Failure::usage("--name is empty", "leave it out, or give the name for commits"));
    }
    if wanted.email.as_deref().is_some_and(|email| !email.trim().trim_matches('@').contains('@')) {
        return Err(Failure::usage(
            format!("{:?} is no e-mail address", wanted.email.as_deref().unwrap_or_default()),
            "give it as NAME@HOST, or leave it out",
        ));
    }
    Ok(())
}

/// Each repository that is to prove the profile must be one that it speaks for.
fn check_proofs(profile: &Profile) -> Result<(), Failure> {
    let claims = profile.claims();
    for verify in &profile.verify {
        let route = profile_file::repo_route(&verify.repo).map_err(|problem| {
            Failure::usage(format!("--verify: {problem}"), "give the URL that git uses")
        })?;
        let on_origin: Vec<_> = claims.iter().filter(|c| c.origin == route.origin).collect();
        if !on_origin.iter().any(|c| c.owner.covers(route.path.as_str(), c.fold_case)) {
            return Err(Failure::new(
                Exit::Usage,
                format!("--verify: {route} is not a repository of this profile"),
                "no host and owner of the profile covers it, so it would be tried with nobody's credential",
                "leave it out, or add its owner: --owner OWNER",
            ));
        }
    }
    Ok(())
}

/// A path that is below the home folder is written with `~`; a relative one is taken from here if the file is here,
/// and otherwise from `~/.ssh`.
fn as_written(context: &Context, key: &str) -> String {
    let expanded = context.sys.expanded(key);
    let here = context.sys.cwd().map(|c| c.join(&expanded));
    let path = match here {
        _ if expanded.is_absolute() => expanded,
        Some(here) if key.contains('/') && context.sys.look_through(&here).ok().flatten().is_some() => here,
        _ => return key.into(),
    };
    context.sys.shown(&path)
}

/// CA files are checked, and copied beside the profile: the place they come from may be a download folder.
fn copied_roots(
    context: &Context,
    name: &ProfileName,
    files: &[String],
) -> Result<(Vec<String>, Roots), Failure> {
    let folder = profiles::folder(&context.sys)?;
    let mut names = Vec::new();
    let mut copies = Vec::new();
    for file in files {
        let path = context.sys.expanded(file);
        let path = if path.is_absolute() { path } else { context.sys.cwd().unwrap_or_default().join(path) };
        let bytes = context.sys.read(&path)?.ok_or_else(|| {
            Failure::usage(format!("there is no file {file}"), "give the CA's certificate as a PEM file")
        })?;
        in_force::check_root(&bytes, context.sys.now()).map_err(|problem| {
            Failure::usage(format!("{file} {problem}"), "give the CA's certificate as a PEM file")
        })?;
        let stem = path.file_name().and_then(|n| n.to_str()).unwrap_or("ca.pem");
        let copy = format!("{name}.{stem}");
        copies.push((folder.join(&copy), bytes));
        names.push(copy);
    }
    Ok((names, copies))
}

/// Asks until the answer can be used: a slip of the finger must not cost the answers before it.
fn until_good(
    context: &Context,
    question: &str,
    check: impl Fn(&str) -> Result<(), Failure>,
) -> Result<String, Failure> {
    loop {
        let answer = ask::text(context, question, None)?;
        match check(answer.trim()) {
            Ok(()) => return Ok(answer),
            Err(failure) => context.say.aside(format!("{}: {}", failure.what, failure.fix)),
        }
    }
}

fn ask_for_the_rest(context: &Context, wanted: &mut Add) -> Result<(), Failure> {
    let filled = |text: String| Some(text.trim().to_owned()).filter(|t| !t.is_empty());
    if wanted.name.is_none() {
        let name = until_good(context, "Name of the profile, such as acme", |name| {
            ProfileName::new(name).map(|_| ()).map_err(Failure::from)
        })?;
        wanted.name = filled(name);
    }
    if wanted.host.is_none() {
        let hosts = ["github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "dev.azure.com", "another"];
        let chosen = ask::choice(context, "Its git server", &hosts)?;
        let host = match hosts.get(chosen) {
            Some(&"another") | None => {
                until_good(context, "Host name, with :PORT if HTTPS is not on 443", |host| {
                    host_origin(host).map(|_| ())
                })?
            }
            Some(known) => (*known).to_owned(),
        };
        wanted.host = filled(host);
    }
    if wanted.owners.is_empty() {
        let question = "Owners it speaks for, separated by blanks (none: the whole host)";
        let owners = until_good(context, question, |owners| {
            owners.split_whitespace().try_for_each(|owner| Ok(OwnerPath::new(owner).map(|_| ())?))
        })?;
        wanted.owners = owners.split_whitespace().map(str::to_owned).collect();
    }
    if wanted.transport.is_none() && wanted.ssh_key.is_none() && wanted.ssh_port.is_none() {
        let ways = ["HTTPS, with a token", "SSH, with a key", "both"];
        wanted.transport = Some(match ask::choice(context, "How its repositories are reached", &ways)? {
            0 => Way::Https,
            1 => Way::Ssh,
            _ => Way::Both,
        });
    }
    if wanted.transport != Some(Way::Ssh) && wanted.user.is_none() {
        wanted.user = filled(ask::text(context, "Your user name there", None)?);
    }
    if wanted.person.is_none() {
        wanted.person =
            filled(ask::text(context, "Name in commits", git_setting(context, "user.name").as_deref())?);
    }
    if wanted.email.is_none() {
        wanted.email =
            filled(ask::text(context, "E-mail in commits", git_setting(context, "user.email").as_deref())?);
    }
    Ok(())
}
