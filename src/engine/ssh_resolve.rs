//! What ssh's configuration comes to for a host, read as ssh reads it: its own files, doorkey's among them.

use super::inspect::included_by_ssh;
use crate::formats::ssh_config::{self, ConfigFile, ExecAnswer, Query, Resolution, SshConfig};
use crate::sys::Sys;
use crate::sys::fs::FsError;
use std::path::PathBuf;

/// What is asked, as on ssh's command line.
#[derive(Debug, Default)]
pub struct Asked {
    /// The host as it is written.
    pub host: String,
    /// `-l`, or before the `@`.
    pub user: Option<String>,
    /// `-p`
    pub port: Option<u16>,
    /// `-F`; `none` reads no file.
    pub file: Option<String>,
    /// `-o`, each as `Keyword=value` or `Keyword value`, in their order.
    pub options: Vec<String>,
}

/// How the options of the command line are called in messages, as ssh calls them.
pub const COMMAND_LINE: &str = "command-line";

/// Resolves it. The commands of `Match exec` are not run: their lines are named in [`Resolution::undecided`].
///
/// # Errors
/// A file that ssh reads cannot be read, or the one of `-F` is not there.
pub fn resolve(sys: &Sys, asked: &Asked) -> Result<Option<Resolution>, FsError> {
    // ssh takes its own folder from the password file, whatever $HOME says.
    let home = sys.places().passwd_home().or(sys.places().home()).map(PathBuf::from).unwrap_or_default();
    let (ssh, system) = (home.join(".ssh"), PathBuf::from("/etc/ssh"));
    let mut read: Vec<(String, SshConfig, bool)> = asked
        .options
        .iter()
        .map(|option| {
            let line = option.replacen('=', " ", usize::from(is_assignment(option)));
            (COMMAND_LINE.into(), ssh_config::parse(line.as_bytes()), true)
        })
        .collect();
    let files = match asked.file.as_deref() {
        Some(none) if none.eq_ignore_ascii_case("none") || none == "/dev/null" => Vec::new(),
        Some(path) => vec![(sys.expanded(path), true)],
        None => vec![(ssh.join("config"), true), (system.join("ssh_config"), false)],
    };
    for (path, user_config) in files {
        match sys.read(&path)? {
            Some(bytes) => read.push((path.display().to_string(), ssh_config::parse(&bytes), user_config)),
            None if asked.file.is_some() => return Ok(None),
            None => {}
        }
    }
    let files: Vec<_> = read
        .iter()
        .map(|(path, config, user_config)| ConfigFile { path, config, user_config: *user_config })
        .collect();
    let environment: Vec<(String, String)> = sys
        .env_all()
        .filter_map(|(name, value)| Some((name.to_str()?.to_owned(), value.to_str()?.to_owned())))
        .collect();
    let home = home.display().to_string();
    let local_host = sys.host_name();
    let query = Query {
        host: &asked.host,
        user: asked.user.as_deref(),
        local_host: local_host.as_deref(),
        port: asked.port,
        local_user: sys.places().passwd_user().or(sys.env("USER")).unwrap_or_default(),
        local_uid: Some(sys.uid()),
        home: &home,
        environment: &environment,
        ..Query::default()
    };
    let mut unreadable = None;
    let includes = |written: &str, user_config: bool| {
        let folder = if user_config { &ssh } else { &system };
        let read =
            included_by_ssh(sys, folder, written).into_iter().filter_map(|path| match sys.read(&path) {
                Ok(bytes) => bytes.map(|bytes| (path.display().to_string(), bytes)),
                Err(error) => {
                    unreadable = Some(error);
                    None
                }
            });
        read.collect()
    };
    let found = ssh_config::resolve(&files, &query, includes, |_| ExecAnswer::Unknown);
    unreadable.map_or(Ok(Some(found)), Err)
}

/// `Keyword=value`, and not `Keyword value=more`.
fn is_assignment(option: &str) -> bool {
    option.split_once('=').is_some_and(|(keyword, _)| !keyword.trim().contains([' ', '\t']))
}
