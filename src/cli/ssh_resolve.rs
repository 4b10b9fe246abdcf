//! `doorkey ssh resolve HOST`: what `ssh -G` says, without running what its configuration names.

use super::error::Failure;
use super::{Context, Exit, json};
use crate::engine::ssh_resolve::{Asked, resolve};
use crate::formats::ssh_config::{Origin, Resolution, print};
use crate::redact::for_terminal;
use clap::Args;
use serde_json::json;

/// `doorkey ssh resolve HOST`
#[derive(Debug, Args)]
#[command(
    after_help = "The lines are those of ssh -G. Left out, where nothing sets it, is what only the installed ssh knows:\n\
    its lists of algorithms, IPQoS, ForwardX11Trusted, SecurityKeyProvider. The commands of Match exec are\n\
    not run: such a block is left out, and named on standard error.\n\n\
    Examples:\n  doorkey ssh resolve git.acme.example\n  \
    doorkey ssh resolve -F ./config -o User=ada -l bob work\n\n\
    Exit code 1 when ssh would refuse the configuration."
)]
pub(crate) struct Resolve {
    /// As for ssh: HOST, USER@HOST or ssh://[USER@]HOST[:PORT]
    host: String,
    /// Read this file alone, as ssh -F does; none: no file
    #[arg(short = 'F', value_name = "FILE")]
    file: Option<String>,
    /// An option of ssh_config(5) before all files: Keyword=value
    #[arg(short = 'o', value_name = "OPTION", allow_hyphen_values = true)]
    options: Vec<String>,
    /// The user to log in as
    #[arg(short = 'l', value_name = "USER")]
    user: Option<String>,
    /// Jump by this host, as ssh -J
    #[arg(short = 'J', value_name = "HOST")]
    jump: Option<String>,
    /// As every call here; so that ssh's own command line can be pasted
    #[arg(short = 'G', hide = true)]
    print: bool,
    /// The port
    #[arg(short = 'p', value_name = "PORT")]
    port: Option<u16>,
}

pub(crate) fn run(context: &mut Context, wanted: &Resolve) -> Result<Exit, Failure> {
    let asked = asked(wanted)?;
    let found = resolve(&context.sys, &asked)?.ok_or_else(|| {
        let file = asked.file.as_deref().unwrap_or_default();
        Failure::new(Exit::CouldNot, format!("there is no file {file}"), "", "name one that is there")
    })?;
    let at = |origin: &Origin| format!("{}:{}", origin.file, origin.line);
    let lines = print(&found, &asked.host);
    let odd = odd_names(&found);
    if context.flags.json {
        let settings: Vec<_> =
            lines.iter().map(|(keyword, value)| json!({ "keyword": keyword, "value": value })).collect();
        let undecided: Vec<_> = found.undecided.iter().map(&at).collect();
        let refusals =
            found.refusals.iter().map(|r| json!({ "at": at(&r.origin), "why": r.fault.to_string() }));
        let refused: Vec<_> = refusals.chain(odd.iter().map(|why| json!({ "why": why }))).collect();
        let exit = if refused.is_empty() { Exit::Fine } else { Exit::Findings };
        let body =
            json!({ "host": asked.host, "settings": settings, "undecided": undecided, "refused": refused });
        context.say.line(json::document("ssh-resolve", body));
        return Ok(exit);
    }
    for origin in &found.undecided {
        context
            .say
            .aside(format!("{}: Match exec: its command was not run, so the block is left out", at(origin)));
    }
    let mut all: Vec<String> =
        found.refusals.iter().map(|r| format!("{}: {}", at(&r.origin), r.fault)).collect();
    all.extend(odd);
    if !all.is_empty() {
        return Err(Failure::new(
            Exit::Findings,
            format!("ssh refuses its configuration: {}", all.join("; ")),
            "with such a line ssh does not start, for any host",
            "correct or remove the line",
        ));
    }
    for (keyword, value) in lines {
        context.say.line(for_terminal(&format!("{keyword} {value}"), false));
    }
    Ok(Exit::Fine)
}

fn asked(wanted: &Resolve) -> Result<Asked, Failure> {
    let odd = || Failure::usage(format!("{:?} is no host", wanted.host), "write HOST or USER@HOST");
    let (text, is_url) = match wanted.host.strip_prefix("ssh://") {
        Some(rest) => (rest.trim_end_matches('/'), true),
        None => (wanted.host.as_str(), false),
    };
    // The last one: ssh takes what stands before it as the user's name (ssh.c).
    let (user, host) = text.rsplit_once('@').map_or((None, text), |(user, host)| (Some(user), host));
    let (host, port) = match host.rsplit_once(':').filter(|_| is_url) {
        Some((host, port)) => (host, Some(port.parse().map_err(|_| odd())?)),
        None => (host, None),
    };
    let host = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
    if host.is_empty() || host.starts_with('-') || user.is_some_and(str::is_empty) {
        return Err(odd());
    }
    let mut options = wanted.options.clone();
    options.extend(wanted.jump.iter().map(|jump| format!("ProxyJump={jump}")));
    // What stands before the host comes after all options (ssh.c).
    let said = |option: &String| option.trim_start().get(..4).is_some_and(|k| k.eq_ignore_ascii_case("user"));
    let user = user.filter(|_| !options.iter().any(said)).map(str::to_owned);
    Ok(Asked {
        host: host.into(),
        user: wanted.user.clone().or(user),
        port: wanted.port.or(port),
        file: wanted.file.clone(),
        options,
    })
}

/// Names that OpenSSH 10 refuses, since a shell may read them in a command (ssh.c, `valid_ruser` and `valid_hostname`).
fn odd_names(found: &Resolution) -> Vec<String> {
    let odd = |text: &str| {
        text.starts_with('-') || text.contains(|c: char| "'`\"$\\;&<>|(){}".contains(c) || c.is_control())
    };
    let jumps = found.value("proxyjump").unwrap_or_default().split(',');
    let mut names: Vec<_> = jumps.filter(|jump| odd(jump)).map(|jump| format!("the jump {jump:?}")).collect();
    let user = found.expand_tokens(found.user()).unwrap_or_else(|_| found.user().to_owned());
    if odd(&user) {
        names.push(format!("the user {user:?}"));
    }
    names.iter().map(|name| format!("{name} holds characters that a shell would read")).collect()
}
