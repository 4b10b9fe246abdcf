//! What ssh's configuration comes to for a host, read as ssh reads it: its own files, doorkey's among them.

use super::ssh_settings::{self, Read, files};
use crate::formats::ssh_config::{self, Query, Resolution};
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
    let mut read: Vec<Read> = asked
        .options
        .iter()
        .map(|option| {
            let line = option.replacen('=', " ", usize::from(is_assignment(option)));
            (COMMAND_LINE.into(), ssh_config::parse(line.as_bytes()), true)
        })
        .collect();
    let named = asked.file.as_deref();
    let is_none = named.is_some_and(|file| file.eq_ignore_ascii_case("none") || file == "/dev/null");
    if !is_none {
        let found = files(sys, &home, named)?;
        if named.is_some() && found.is_empty() {
            return Ok(None);
        }
        read.extend(found);
    }
    let environment: Vec<(String, String)> = sys
        .env_all()
        .filter_map(|(name, value)| Some((name.to_str()?.to_owned(), value.to_str()?.to_owned())))
        .collect();
    let local_host = sys.host_name();
    let query = Query {
        host: &asked.host,
        user: asked.user.as_deref(),
        port: asked.port,
        local_user: sys.places().passwd_user().or(sys.env("USER")).unwrap_or_default(),
        local_uid: Some(sys.uid()),
        local_host: local_host.as_deref(),
        environment: &environment,
        ..Query::default()
    };
    ssh_settings::resolve(sys, &home, &read, query, |_| true).map(Some)
}

/// `Keyword=value`, and not `Keyword value=more`.
fn is_assignment(option: &str) -> bool {
    option.split_once('=').is_some_and(|(keyword, _)| !keyword.trim().contains([' ', '\t']))
}
