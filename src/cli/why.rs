//! `doorkey why`: what is asked about, and who answers.

use super::error::Failure;
use super::which::{found_remotes, place_of};
use super::why_repository::{self, Wish};
use super::{Context, Exit, why_module, why_pasted};
use crate::engine::which::Place;
use crate::formats::proxy::setting::Proxy;
use crate::sys::process;
use clap::Args;
use std::io;
use std::net::{IpAddr, SocketAddr};

/// `doorkey why [URL|DIR|MODULE[@VERSION]|-]`
#[derive(Debug, Args)]
#[command(
    after_help = "A repository is asked for with your own git and, where that fails, climbed to from the name upwards, up\n\
    to the first broken rung. Beside it stands what else can be seen: each name server's word, other ports, other\n\
    tools' proxies, the host's word on the token, and what is wrong on this machine. A Go module is judged by go's\n\
    own rules first, an error text by a table. Changes nothing without --fix, logs in once at most.\n\n\
    Examples:\n  doorkey why https://github.com/acme/app.git\n  doorkey why ~/work/acme/app\n  \
    doorkey why https://git.acme.example/acme/app.git --try-proxy http://proxy.acme.example:3128\n  \
    doorkey why https://github.com/acme/app.git --fix\n  doorkey why github.com/acme/lib@v1.2.0\n  \
    git fetch 2>&1 | doorkey why -\n\n\
    Exit code 0 when nothing stands in the way, 1 when something does, 3 when git is missing or a text is not known."
)]
pub(crate) struct Wanted {
    /// A repository's URL, a folder in one (this one when left out), a Go module, or - for an error text on standard input
    subject: Option<String>,
    /// Whose the repository is, where no route says so
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Mend what lies on this machine: shown first, asked, undoable; then try again
    #[arg(long)]
    fix: bool,
    /// Try the way to a repository's host through this proxy too, up to the certificate
    #[arg(long, value_name = "URL", value_parser = proxy)]
    try_proxy: Option<String>,
    /// Ask this name server too for a repository's host
    #[arg(long, value_name = "ADDRESS[:PORT]", value_parser = name_server)]
    resolver: Option<SocketAddr>,
}

/// A log that is longer is not read to its end.
const MAX_INPUT: usize = 16 << 20;

impl Wanted {
    /// Whether it may change something.
    pub(crate) fn changes(&self) -> bool {
        self.fix
    }
}

fn proxy(text: &str) -> Result<String, String> {
    let wrong = || "write it as http://HOST:PORT".to_owned();
    Proxy::read(text).map(|_| text.to_owned()).ok_or_else(wrong)
}

fn name_server(text: &str) -> Result<SocketAddr, String> {
    let alone = text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 53));
    alone.or_else(|_| text.parse()).map_err(|_| "write it as an address: 192.0.2.1 or 192.0.2.1:5353".into())
}

pub(crate) fn run(context: &mut Context, wanted: &Wanted) -> Result<Exit, Failure> {
    let subject = match wanted.subject.as_deref() {
        Some("-") => return pasted(context, true),
        Some(subject) => subject,
        None if !context.terminal.input => return pasted(context, false),
        None => ".",
    };
    let Wanted { profile, fix, try_proxy, resolver, .. } = wanted;
    let (profile, try_proxy) = (profile.as_deref(), try_proxy.as_deref());
    let wish = Wish { profile, fix: *fix, try_proxy, resolver: *resolver };
    if is_module(subject) && !context.absolute(subject).is_dir() {
        let (module, version) = subject.split_once('@').map_or((subject, None), |(m, v)| (m, Some(v)));
        return why_module::run(context, module, version, &wish);
    }
    let urls = match place_of(&context.sys, subject)? {
        Place::Url(url) => vec![url],
        Place::Folder(folder) => {
            found_remotes(&context.sys, &folder, "why")?.into_iter().map(|(_, url)| url).collect()
        }
    };
    why_repository::run(context, &urls, &wish)
}

/// A module path begins with a host, has no scheme and no user (go.dev/ref/mod#module-path).
fn is_module(subject: &str) -> bool {
    let path = subject.split('@').next().unwrap_or_default();
    let host = path.split('/').next().unwrap_or_default();
    path.contains('/') && host.contains('.') && !host.starts_with('.') && !path.contains([':', '~'])
}

fn pasted(context: &mut Context, asked_for: bool) -> Result<Exit, Failure> {
    let Some(input) = process::read_wiped(io::stdin().lock(), MAX_INPUT) else {
        return Err(Failure::usage("standard input could not be read", "try: doorkey why < FILE"));
    };
    if input.expose().is_empty() && !asked_for {
        return Err(Failure::usage(
            "nothing to ask about: standard input is empty",
            "name a repository: doorkey why https://HOST/OWNER/REPO, or this folder's: doorkey why .",
        ));
    }
    why_pasted::run(context, input.expose())
}
