//! Which profile an ssh connection belongs to, told from the argument list of the ssh that asks.
//!
//! ssh runs `Match exec` as its child, so the parent's argument list names the remote command,
//! `git-upload-pack 'acme/app.git'`. Only the parent is looked at: no walk up, no test of its name.

use crate::model::name::HostName;
use crate::model::route::{Decision, Origin, Scheme, clean_decoded_path, decide};
use crate::model::route_table;

/// ssh's own options that take a value (ssh(1), SYNOPSIS; the same from OpenSSH 7 to 10).
const WITH_VALUE: &[u8] = b"BbcDEeFIiJLlmOoPpQRSWw";

/// What the parent ssh was asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// `-p`, `-o Port=` or the port in `ssh://host:port`.
    pub port: Option<u16>,
    /// The repository's path, when the remote command is one of git's.
    pub path: Option<String>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoMatch {
    /// The remote command names no repository: a login, scp, sftp.
    NoRepository,
    /// The path could be read in two ways.
    BadPath(String),
    /// No profile claims this path, which stands on this origin.
    Unclaimed(Origin, String),
    /// Another profile than the one asked for.
    Other(String),
    /// The profile was removed after the generation was made.
    Removed(String),
}

/// Reads an ssh argument list (the first is the program's name).
#[must_use]
pub fn read_arguments(arguments: &[Vec<u8>]) -> Option<Asked> {
    let mut rest = arguments.get(1..)?.iter();
    let mut port = None;
    let mut host = None;
    let mut command: Vec<String> = Vec::new();
    let mut options_end = false;
    while let Some(word) = rest.next() {
        // After the host, ssh reads options once more; the first other word starts the command.
        if !options_end && word == b"--" {
            options_end = true;
            continue;
        }
        if !options_end && word.len() > 1 && word.first() == Some(&b'-') {
            let mut letters = word.iter().skip(1);
            while let Some(letter) = letters.next() {
                if !WITH_VALUE.contains(letter) {
                    continue;
                }
                let glued: Vec<u8> = letters.copied().collect();
                let value = if glued.is_empty() { rest.next()?.clone() } else { glued };
                let value = String::from_utf8(value).ok()?;
                match letter {
                    // The first value of an option wins (ssh_config(5)).
                    b'p' => port = port.or(value.parse().ok()),
                    b'o' => port = port.or(port_option(&value)),
                    _ => {}
                }
                break;
            }
            continue;
        }
        let text = String::from_utf8(word.clone()).ok()?;
        if host.is_none() {
            if let Some(authority) = text.strip_prefix("ssh://") {
                let tail = authority.rsplit(['@', ']']).next().unwrap_or_default();
                port = port.or(tail.split_once(':').and_then(|(_, p)| p.trim_end_matches('/').parse().ok()));
            }
            host = Some(text);
            continue;
        }
        command.push(text);
        for word in rest.by_ref() {
            command.push(String::from_utf8(word.clone()).ok()?);
        }
    }
    host?;
    Some(Asked { port, path: repository(&command.join(" ")) })
}

fn port_option(value: &str) -> Option<u16> {
    let (name, port) = value.split_once(['=', ' '])?;
    if name.trim().eq_ignore_ascii_case("port") { port.trim().parse().ok() } else { None }
}

/// The path in git's remote command.
fn repository(command: &str) -> Option<String> {
    let words = shell_words(command)?;
    let mut rest = words.iter().map(String::as_str).peekable();
    // `env NAME=value git-upload-pack ...` (a configured remote.NAME.uploadpack).
    if rest.peek().copied() == Some("env") {
        rest.next();
        while rest.peek().is_some_and(|w| w.contains('=') && !w.starts_with('-')) {
            rest.next();
        }
    }
    let program = rest.next()?;
    let program = program.rsplit('/').next().unwrap_or(program);
    let verb = match program {
        "git" => rest.next()?.to_owned(),
        other => other.strip_prefix("git-")?.to_owned(),
    };
    let known = ["upload-pack", "receive-pack", "upload-archive", "lfs-authenticate", "lfs-transfer"];
    if !known.contains(&verb.as_str()) {
        return None;
    }
    let mut paths = rest.filter(|w| !w.starts_with('-'));
    let path = paths.next()?;
    let lfs = verb.starts_with("lfs-");
    // git's own commands take one path; git-lfs adds the operation behind it.
    if paths.next().is_some() && !lfs {
        return None;
    }
    Some(path.to_owned())
}

/// Splits words as a POSIX shell does, without any expansion; `None` where something would be expanded or run.
fn shell_words(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        '\'' => break,
                        c => word.push(c),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        '"' => break,
                        '\\' => word.push(chars.next()?),
                        '$' | '`' => return None,
                        c => word.push(c),
                    }
                }
            }
            '\\' => word.get_or_insert_default().push(chars.next()?),
            ' ' | '\t' => words.extend(word.take()),
            '$' | '`' | ';' | '&' | '|' | '<' | '>' | '(' | ')' | '\n' | '*' | '?' => return None,
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Some(words)
}

/// Brings an ssh path into the form that is compared: `/acme/app`, `./acme/app`, `~git/acme/app` and `acme/app` are
/// the same repository for the usual hosts.
///
/// # Errors
/// It could be read in two ways.
fn clean(path: &str) -> Result<String, NoMatch> {
    let mut body = path.strip_prefix('/').unwrap_or(path);
    if body.starts_with('~') {
        body = body.split_once('/').map_or("", |(_, rest)| rest);
    }
    body = body.strip_prefix("./").unwrap_or(body);
    clean_decoded_path(body).map_err(|e| NoMatch::BadPath(format!("the path {e}")))
}

/// Decides which profile speaks on `host` for what the parent ssh asks, with the route table's text.
///
/// # Errors
/// Nobody, and why.
pub fn speaker(table: &str, host: &HostName, asked: &Asked) -> Result<String, NoMatch> {
    let Some(path) = &asked.path else { return whole_host(table, host, asked) };
    let path = clean(path)?;
    let origin = origin(table, host, asked);
    let routes = route_table::read(table, &origin).unwrap_or_default();
    match decide(&routes.claims, Some(&path)) {
        Decision::Claimed(claim) => Ok(claim.profile.to_string()),
        _ => Err(NoMatch::Unclaimed(origin, path)),
    }
}

/// A login without a repository belongs to a profile only if it has the host for itself.
fn whole_host(table: &str, host: &HostName, asked: &Asked) -> Result<String, NoMatch> {
    let routes = route_table::read(table, &origin(table, host, asked)).unwrap_or_default();
    match decide(&routes.claims, None) {
        Decision::Claimed(claim) => Ok(claim.profile.to_string()),
        _ => Err(NoMatch::NoRepository),
    }
}

/// What is connected to. Without `-p` the port may come from the user's ssh_config, which is not known here: then it
/// is the standard port, or the only other one on which anything is claimed.
fn origin(table: &str, host: &HostName, asked: &Asked) -> Origin {
    let port = asked.port.unwrap_or_else(|| match route_table::ports(table, Scheme::Ssh, host).as_slice() {
        [only] => *only,
        _ => Scheme::Ssh.default_port(),
    });
    Origin { scheme: Scheme::Ssh, host: host.clone(), port }
}
