//! `doorkey ssh-match`, which ssh calls for each block of a managed host.

use crate::engine::render::ssh_host;
use crate::engine::ssh_match::{NoMatch, read_arguments, speaker};
use crate::engine::withdrawn::still_claims;
use crate::engine::{generation, ssh_port};
use crate::formats::shell;
use crate::model::name::HostName;
use crate::model::route::{Origin, Scheme};
use crate::model::route_table;
use crate::redact;
use crate::sys::Sys;
use crate::sys::process;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

/// Longest time, since a command that hangs makes ssh hang (routing.md, SSH facts).
const LIMIT: Duration = Duration::from_secs(5);

/// Exit code 0: the connection belongs to one of the profiles. 1: it does not.
pub(crate) fn run(sys: Sys, words: &[&OsStr]) -> u8 {
    let Some(asked) = Asked::read(words) else {
        say("usage: doorkey ssh-match [--closing] --generation FOLDER --host HOST [--port PORT] PROFILE...");
        return 2;
    };
    process::within(LIMIT, move || decide(&generation::with_its_folders(sys, &asked.generation), &asked))
        .unwrap_or_else(|| {
            say("the answer took too long (is the home folder on a slow network?), so no key is offered");
            1
        })
}

struct Asked {
    closing: bool,
    generation: PathBuf,
    host: HostName,
    /// What ssh says; `None` from a generation that was made before ssh was asked.
    port: Option<u16>,
    profiles: Vec<String>,
}

impl Asked {
    fn read(words: &[&OsStr]) -> Option<Self> {
        let mut closing = false;
        let mut generation = None;
        let mut host = None;
        let mut port = None;
        let mut profiles = Vec::new();
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            match word.to_str()? {
                "--closing" => closing = true,
                "--generation" => generation = rest.next().map(PathBuf::from),
                "--host" => host = HostName::new(rest.next()?.to_str()?).ok(),
                "--port" => port = rest.next()?.to_str()?.parse().ok(),
                profile => profiles.push(profile.to_owned()),
            }
        }
        Some(Self { closing, generation: generation?, host: host?, port, profiles })
    }
}

fn decide(sys: &Sys, asked: &Asked) -> u8 {
    match answer(sys, asked) {
        Ok(()) => 0,
        Err(why) => {
            // Only the last block of a host speaks, or a refusal would be said once for each profile.
            if asked.closing {
                say(&words(&why, &asked.host, &asked.profiles));
            }
            1
        }
    }
}

fn answer(sys: &Sys, asked: &Asked) -> Result<(), NoMatch> {
    let table = sys.read(&asked.generation.join(route_table::FILE)).ok().flatten();
    let table = table.and_then(|b| String::from_utf8(b).ok()).ok_or(NoMatch::NoRepository)?;
    let arguments = process::parent_arguments().ok_or(NoMatch::NoRepository)?;
    let parent = read_arguments(&arguments).ok_or(NoMatch::NoRepository)?;
    let port = ssh_port::port(sys, &table, &asked.host, &parent, asked.port)?;
    let origin = Origin { scheme: Scheme::Ssh, host: asked.host.clone(), port };
    let claim = speaker(&table, origin, &parent)?;
    if !asked.profiles.iter().any(|name| name == claim.profile.as_str()) {
        return Err(NoMatch::Other(claim.profile.to_string()));
    }
    // A generation lives on for running programs, but what was removed since is gone at once.
    let profile = still_claims(sys, &claim).map_err(|why| NoMatch::Withdrawn(why.to_string()))?;
    if ssh_host(&profile, asked.host.as_str()).is_none() {
        return Err(NoMatch::Other(claim.profile.to_string()));
    }
    Ok(())
}

fn words(why: &NoMatch, host: &HostName, profiles: &[String]) -> String {
    let shared = match profiles {
        [one] => format!("{one} speaks for some owners on {host} only"),
        several => format!("{host} is shared by {}", several.join(", ")),
    };
    match why {
        NoMatch::NoRepository => format!(
            "{shared}, and this ssh names no repository, so no key is offered; \
             to test one: ssh -G git@{host} \"git-upload-pack 'OWNER/REPO'\""
        ),
        NoMatch::BadPath(problem) => {
            format!("no key is offered to {host}: {problem}, so its owner is not certain")
        }
        NoMatch::OtherPort(origin) => {
            format!("no key is offered: no profile claims anything on {origin}; see: doorkey route list")
        }
        NoMatch::Port => format!(
            "no key is offered to {host}: profiles claim several ports there, and your ssh configuration chooses one by \
             a command; name it in the URL: ssh://git@{host}:PORT/OWNER/REPO"
        ),
        NoMatch::Unclaimed(origin, path) => format!(
            "no key is offered to {host}: no profile claims {path:?}; \
             to let one speak for it: doorkey route add {} PROFILE",
            shell::word(&format!("ssh://git@{}/{path}", origin.authority()))
        ),
        NoMatch::Withdrawn(problem) => format!("no key is offered to {host}: {problem}"),
        // The last block names every profile that has a key on the host.
        NoMatch::Other(profile) => format!(
            "no key is offered to {host}: the repository belongs to profile {profile}, which has no key there; \
             run: doorkey ssh new {profile}"
        ),
    }
}

fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "doorkey: {}", redact::for_terminal(text, false));
}
