//! Which profile an ssh connection belongs to, told from the argument list of the ssh that asks.
//!
//! ssh runs `Match exec` as its child, so the parent's argument list names the remote command,
//! `git-upload-pack 'acme/app.git'`. Only the parent is looked at: no walk up, no test of its name.

use crate::formats::ssh_config;
use crate::model::route::{Claim, Decision, Origin, clean_decoded_path, decide};
use crate::model::route_table;

/// ssh's own options that take a value (ssh(1), SYNOPSIS; the same from OpenSSH 7 to 10).
const WITH_VALUE: &[u8] = b"BbcDEeFIiJLlmOoPpQRSWw";

/// What the parent ssh was asked to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The host as it was given, without user and port.
    pub host: String,
    /// `-l` or the name before `@`.
    pub user: Option<String>,
    /// `-p`, `-o Port=` or the port in `ssh://host:port`.
    pub port: Option<u16>,
    /// `-F`
    pub config_file: Option<String>,
    /// The remote command, when there is one.
    pub command: Option<String>,
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
    /// Nothing is claimed on this port of the host.
    OtherPort(Origin),
    /// The port cannot be told, and several are claimed.
    Port,
    /// No profile claims this path, which stands on this origin.
    Unclaimed(Origin, String),
    /// Another profile than the one asked for.
    Other(String),
    /// The claim was taken out of the profile's file after the generation was made; why, in words.
    Withdrawn(String),
}

/// Reads an ssh argument list (the first is the program's name).
#[must_use]
pub fn read_arguments(arguments: &[Vec<u8>]) -> Option<Asked> {
    let mut rest = arguments.get(1..)?.iter();
    let mut asked = Asked::default();
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
                    b'p' => asked.port = asked.port.or(value.parse().ok()),
                    b'o' => asked.port = asked.port.or(port_option(&value)),
                    b'l' => asked.user = asked.user.or(Some(value)),
                    // The last file is the one that ssh reads (ssh.c).
                    b'F' => asked.config_file = Some(value),
                    _ => {}
                }
                break;
            }
            continue;
        }
        let text = String::from_utf8(word.clone()).ok()?;
        if host.is_none() {
            let mut place = text.as_str();
            if let Some(authority) = text.strip_prefix("ssh://") {
                place = authority.trim_end_matches('/');
                let after_host = place.rsplit(['@', ']']).next().unwrap_or_default();
                if let Some((before, port)) = after_host.split_once(':') {
                    asked.port = asked.port.or(port.parse().ok());
                    let length = place.len() - after_host.len() + before.len();
                    place = place.get(..length).unwrap_or_default();
                }
            }
            let (user, name) =
                place.rsplit_once('@').map_or((None, place), |(user, name)| (Some(user), name));
            asked.user = asked.user.or(user.map(str::to_owned));
            asked.host = name.trim_start_matches('[').trim_end_matches(']').to_owned();
            host = Some(());
            continue;
        }
        command.push(text);
        for word in rest.by_ref() {
            command.push(String::from_utf8(word.clone()).ok()?);
        }
    }
    host?;
    asked.command = (!command.is_empty()).then(|| command.join(" "));
    asked.path = asked.command.as_deref().and_then(repository);
    Some(asked)
}

/// `-o` takes a line of ssh's configuration.
fn port_option(line: &str) -> Option<u16> {
    let config = ssh_config::parse(line.as_bytes());
    config.directives.first().filter(|d| d.keyword == "port")?.first().parse().ok()
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

/// Decides which profile speaks on `origin` for what the parent ssh asks, with the route table's text.
///
/// # Errors
/// Nobody, and why.
pub fn speaker(table: &str, origin: Origin, asked: &Asked) -> Result<Claim, NoMatch> {
    let routes = route_table::read(table, &origin).unwrap_or_default();
    let path = asked.path.as_deref().map(clean).transpose()?;
    match (decide(&routes.claims, path.as_deref()), path) {
        (Decision::Claimed(claim), _) => Ok(claim.clone()),
        (Decision::Unmanaged, None) => Err(NoMatch::OtherPort(origin)),
        // A login without a repository belongs to a profile only if it has the host for itself.
        (_, None) => Err(NoMatch::NoRepository),
        (_, Some(path)) => Err(NoMatch::Unclaimed(origin, path)),
    }
}
