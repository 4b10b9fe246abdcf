//! `doorkey inspect`: what is on this machine. Reads only.

use super::error::Failure;
use super::{Context, Exit, inspect_proxy, inspect_server, json, table};
use crate::engine::{inspect, when};
use crate::model::facts::{About, Facts, OneWay, Pair, TokenState};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use std::path::Path;

/// `doorkey inspect [ssh|tokens|helpers|trust|proxy|all]`, `doorkey inspect FILE`
#[derive(Debug, Args)]
#[command(after_help = "Changes nothing, and needs nothing set up.\n\nExamples:\n  doorkey inspect\n  \
    doorkey inspect ssh\n  doorkey inspect ~/.ssh/id_ed25519\n  doorkey inspect ~/keys\n  doorkey inspect corp-root.pem\n  doorkey inspect git.acme.example:443 --proxy http://proxy.acme.example:3128\n  ssh-keygen -y -f KEY | doorkey inspect -\n  doorkey inspect helpers --for https://github.com/acme/app.git\n  doorkey inspect proxy --for https://git.acme.example\n  doorkey inspect all --json")]
pub(crate) struct Inspect {
    /// Which part of the machine: ssh, tokens, helpers, trust, proxy or all; or the file of an SSH key or of certificates (- is standard input), a folder with keys, a server
    #[arg(default_value = "all", value_name = "PART|FILE|FOLDER|HOST:PORT")]
    what: String,
    /// helpers: whom git asks for a password for this URL, or for the remotes of the repository in this folder; proxy: which way each tool goes to this URL
    #[arg(long = "for", value_name = "URL|DIR")]
    place: Option<String>,
    /// Open the key's file with a passphrase, read from this open file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<i32>,
    #[command(flatten)]
    reached: super::inspect_server::Reached,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Ssh,
    Tokens,
    Helpers,
    Trust,
    Proxy,
    All,
}

/// What a part says of the machine.
type Lines = fn(&Facts) -> Vec<String>;

pub(crate) fn run(context: &mut Context, wanted: &Inspect) -> Result<Exit, Failure> {
    let Ok(part) = Part::from_str(&wanted.what, false) else {
        if wanted.place.is_some() {
            return Err(not_for_this());
        }
        let is_file = matches!(context.sys.look_through(Path::new(&wanted.what)), Ok(Some(_)));
        return match inspect_server::server(&wanted.what).filter(|_| !is_file) {
            Some((host, port)) => inspect_server::run(context, &host, port, &wanted.reached),
            None if wanted.reached.is_set() => Err(Failure::usage(
                "--proxy, --direct, --sni and --starttls are about a server",
                "run: doorkey inspect HOST:PORT",
            )),
            None => super::inspect_key::run(context, &wanted.what, wanted.passphrase_fd),
        };
    };
    if wanted.reached.is_set() {
        let what = "--proxy, --direct, --sni and --starttls are about a server";
        return Err(Failure::usage(what, "run: doorkey inspect HOST:PORT"));
    }
    if wanted.passphrase_fd.is_some() {
        return Err(Failure::usage("--passphrase-fd is about a key's file", "run: doorkey inspect FILE"));
    }
    if part == Part::Proxy {
        return inspect_proxy::run(context, wanted.place.as_deref());
    }
    if let Some(place) = &wanted.place {
        if part != Part::Helpers {
            return Err(not_for_this());
        }
        return super::walk::run(context, place);
    }
    let facts = inspect::machine(&context.sys);
    if context.flags.json {
        context.say.line(json::document("inspect", as_json(&facts, part)));
        return Ok(Exit::Fine);
    }
    let parts: [(Part, &str, Lines); 5] = [
        (Part::Ssh, "SSH", ssh),
        (Part::Tokens, "TOKENS", tokens),
        (Part::Helpers, "HELPERS", helpers),
        (Part::Trust, "TRUST", trust),
        (Part::Proxy, "PROXY", proxy),
    ];
    let mut first = true;
    for (one, title, lines) in parts {
        if part != Part::All && part != one {
            continue;
        }
        if part == Part::All {
            context.say.line(if first { title.to_owned() } else { format!("\n{title}") });
        }
        first = false;
        for line in lines(&facts) {
            context.say.line(line);
        }
    }
    for file in &facts.unreadable {
        context.say.aside(format!("note: {} {}", facts.shown(&file.path), file.problem));
    }
    context.say.info("\nwhat is wrong with it: doorkey doctor");
    Ok(Exit::Fine)
}

fn not_for_this() -> Failure {
    Failure::usage(
        "--for is about credential helpers and proxies",
        "run: doorkey inspect helpers --for URL, or doorkey inspect proxy --for URL",
    )
}

fn as_json(facts: &Facts, part: Part) -> Value {
    match part {
        Part::Ssh => json!({ "ssh": facts.ssh }),
        Part::Tokens => json!({ "tokens": facts.tokens, "stored": facts.own.tokens }),
        Part::Helpers => json!({ "git": facts.git, "environment": facts.environment }),
        Part::Trust => json!({ "trust": facts.trust }),
        Part::Proxy | Part::All => json!(facts),
    }
}

fn or_none(rows: Vec<Vec<String>>, heads: &[&str], none: &str) -> String {
    if rows.is_empty() { none.to_owned() } else { table::of(heads, rows) }
}

fn ssh(facts: &Facts) -> Vec<String> {
    let ssh = &facts.ssh;
    let mut lines = Vec::new();
    let rows = ssh.keys.iter().map(|key| {
        let pair = match key.pair {
            Pair::Same => "yes",
            Pair::Other => "another key's",
            Pair::Missing => "missing",
            Pair::Unknown => "not known",
        };
        vec![
            facts.shown(&key.file.path),
            key.kind.clone().unwrap_or_else(|| "?".into()),
            key.bits.map(|b| b.to_string()).unwrap_or_default(),
            format!("{:04o}", key.file.mode),
            if key.encrypted { "yes" } else { "no" }.into(),
            pair.into(),
            key.fingerprint.clone().unwrap_or_default(),
        ]
    });
    let heads = ["key", "kind", "bits", "mode", "passphrase", "public half", "fingerprint"];
    lines.push(or_none(rows.collect(), &heads, "no private keys in ~/.ssh"));
    for file in &ssh.files {
        let how = if file.included { " (included)" } else { "" };
        lines.push(format!(
            "configuration: {} mode {:04o}{how}",
            facts.shown(&file.file.path),
            file.file.mode
        ));
    }
    let named = ssh.settings.iter().filter(|s| s.keyword == "identityfile");
    for setting in named {
        let block = setting.block.as_deref().unwrap_or("every host");
        lines.push(format!("identity: {} in `{block}` ({})", setting.value, facts.at(&setting.spot)));
    }
    lines.push(match (ssh.agent.named, ssh.agent.answers) {
        (false, _) => "agent: none (SSH_AUTH_SOCK is not set)".into(),
        (true, false) => "agent: SSH_AUTH_SOCK is set, but nobody answers there".into(),
        (true, true) => format!("agent: {} keys", ssh.agent.keys.len()),
    });
    lines.push(format!("known hosts: {} lines", ssh.known_hosts));
    if let Some(other) = &ssh.passwd_home {
        lines.push(format!("ssh itself reads {other}/.ssh: HOME is another folder than the password file's"));
    }
    lines
}

fn tokens(facts: &Facts) -> Vec<String> {
    let stored = facts.own.tokens.iter().map(|token| {
        let state = if token.state == TokenState::Suspect { "refused" } else { "in use" };
        vec![
            token.profile.clone(),
            token.origin.clone(),
            token.user.clone(),
            state.into(),
            when::date(token.added),
            token.expires.map(when::date).unwrap_or_default(),
        ]
    });
    let heads = ["profile", "host", "user", "state", "kept since", "ends"];
    let mut lines = vec![or_none(stored.collect(), &heads, "no tokens in the store")];
    let mut plain: Vec<Vec<String>> = facts
        .tokens
        .plain
        .iter()
        .map(|token| {
            let host = token.host.clone().unwrap_or_else(|| "every host".into());
            vec![facts.at(&token.spot), host, token.user.clone().unwrap_or_default()]
        })
        .collect();
    for remote in facts.tokens.repositories.iter().flat_map(|r| &r.remotes).filter(|r| r.password) {
        let (host, user) = (remote.host.clone().unwrap_or_default(), remote.user.clone().unwrap_or_default());
        plain.push(vec![facts.at(&remote.spot), host, user]);
    }
    for setting in &facts.git.settings {
        if let About::Password { host, user } = &setting.about {
            let (host, user) = (host.clone().unwrap_or_default(), user.clone().unwrap_or_default());
            plain.push(vec![facts.at(&setting.spot), host, user]);
        }
    }
    lines.push(or_none(plain, &["in plain text", "for", "user"], "no tokens in plain text were found"));
    lines.push(format!("repositories looked at: {}", facts.tokens.repositories.len()));
    lines
}

fn helpers(facts: &Facts) -> Vec<String> {
    let rows = facts.git.settings.iter().map(|setting| {
        let what = match &setting.about {
            About::Helper(link) => link.name.clone(),
            About::HelperReset => "(none: forget those above)".into(),
            About::Include { path, there, .. } => {
                format!("reads {}{}", facts.shown(path), if *there { "" } else { ", which is not there" })
            }
            About::SshCommand(program) => format!("starts {} instead of ssh", program.name),
            About::AskPass => "asks a program when no helper answers".into(),
            About::ExtraHeader => "sends a credential of its own".into(),
            About::UseHttpPath { on } => on.to_string(),
            About::VerifyOff => "false".into(),
            About::Roots { path, .. } => facts.shown(path),
            About::Password { .. } => "has a password in it".into(),
            About::User { name } => format!("user {name}"),
            About::InsteadOf { from, to } => format!("{from} is read as {to}"),
        };
        vec![setting.name.clone(), what, facts.at(&setting.spot)]
    });
    let mut lines =
        vec![or_none(rows.collect(), &["git setting", "what", "where"], "git has no helper and no include")];
    for chain in &facts.git.chains {
        let names: Vec<&str> = chain.helpers.iter().map(|(link, _)| link.name.as_str()).collect();
        let names = if names.is_empty() { "nobody".into() } else { names.join(", then ") };
        lines.push(format!("{} asks {names}", chain.origin));
    }
    for variable in &facts.environment.variables {
        let value = match (&variable.value, &variable.program) {
            (Some(value), _) => value.clone(),
            (None, Some(program)) => program.name.clone(),
            (None, None) => "(not shown)".into(),
        };
        let by = variable.set_by.as_ref().map(|spot| format!(" ({})", facts.at(spot))).unwrap_or_default();
        lines.push(format!("variable: {} = {value}{by}", variable.name));
    }
    lines
}

fn proxy(facts: &Facts) -> Vec<String> {
    let is_proxy = |name: &str| name.to_ascii_lowercase().ends_with("_proxy");
    let variables = facts.environment.variables.iter().filter(|variable| is_proxy(&variable.name));
    let mut lines: Vec<String> = variables
        .map(|variable| {
            let by =
                variable.set_by.as_ref().map(|spot| format!(" ({})", facts.at(spot))).unwrap_or_default();
            format!("{} = {}{by}", variable.name, variable.value.as_deref().unwrap_or_default())
        })
        .collect();
    if lines.is_empty() {
        lines.push("no variable names a proxy".into());
    }
    for server in &facts.proxies {
        lines.push(match OneWay::of(&server.tools).as_slice() {
            [one] => format!("to {}: every tool goes {}", server.url, one.in_words()),
            ways => format!("to {0}: {1} ways (doorkey inspect proxy --for {0})", server.url, ways.len()),
        });
    }
    lines
}

fn trust(facts: &Facts) -> Vec<String> {
    let system = &facts.trust.system;
    let mut lines = vec![match &system.problem {
        Some(problem) => format!("system: {} {problem}", facts.shown(&system.path)),
        None => format!("system: {} ({} roots)", facts.shown(&system.path), system.certificates),
    }];
    for variable in &facts.trust.variables {
        for place in &variable.places {
            let what = place.problem.clone().unwrap_or_else(|| format!("({} roots)", place.certificates));
            let how = if variable.replaces { "instead of the system's" } else { "beside the system's" };
            let tools = variable.tools.join(", ");
            lines.push(format!("{}: {} {what}, {how}, for {tools}", variable.name, facts.shown(&place.path)));
        }
    }
    for place in &facts.trust.git {
        lines.push(format!("git: {} ({} roots)", facts.shown(&place.path), place.certificates));
    }
    for root in &facts.own.roots {
        let what = root.problem.clone().unwrap_or_else(|| "is in order".into());
        lines.push(format!("profile {}: {} {what}", root.profile, facts.shown(&root.path)));
    }
    lines
}
