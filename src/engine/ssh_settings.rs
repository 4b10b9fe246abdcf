//! What the user's own ssh configuration comes to for a connection, doorkey's left out and no command run.

use super::inspect::{included_by_ssh, is_ours};
use super::ssh_match::Asked;
use crate::formats::ssh_config::{self, ConfigFile, ExecAnswer, Query, Resolution, SshConfig};
use crate::sys::Sys;
use crate::sys::fs::FsError;
use std::path::{Path, PathBuf};

const SYSTEM_FOLDER: &str = "/etc/ssh";

/// Reads the file of `-F`, or the user's below `home` and then the system's, as ssh does (ssh_config(5)).
///
/// # Errors
/// A file cannot be read.
pub(super) fn users_settings(sys: &Sys, home: &Path, asked: &Asked) -> Result<Resolution, FsError> {
    let query = Query {
        host: &asked.host,
        user: asked.user.as_deref(),
        local_user: sys.env("USER").unwrap_or_default(),
        command: asked.command.as_deref(),
        ..Query::default()
    };
    let read = files(sys, home, asked.config_file.as_deref())?;
    resolve(sys, home, &read, query, |path| !is_ours(sys, path))
}

/// A file that ssh reads by itself: its path, what it holds, and whether it is the user's.
pub(super) type Read = (String, SshConfig, bool);

/// The file of `-F` alone, or the user's and then the system's; those that are there.
pub(super) fn files(sys: &Sys, home: &Path, named: Option<&str>) -> Result<Vec<Read>, FsError> {
    let paths = match named {
        Some(path) => vec![(sys.expanded(path), true)],
        None => {
            vec![(home.join(".ssh/config"), true), (Path::new(SYSTEM_FOLDER).join("ssh_config"), false)]
        }
    };
    let mut read = Vec::new();
    for (path, user_config) in paths {
        if let Some(bytes) = sys.read(&path)? {
            read.push((path.display().to_string(), ssh_config::parse(&bytes), user_config));
        }
    }
    Ok(read)
}

/// What the files come to, with the included ones that `takes` lets in. No command is run.
pub(super) fn resolve(
    sys: &Sys,
    home: &Path,
    read: &[Read],
    query: Query<'_>,
    takes: impl Fn(&Path) -> bool,
) -> Result<Resolution, FsError> {
    let (ssh, system) = (home.join(".ssh"), PathBuf::from(SYSTEM_FOLDER));
    let files: Vec<_> = read
        .iter()
        .map(|(path, config, user_config)| ConfigFile { path, config, user_config: *user_config })
        .collect();
    let home = home.display().to_string();
    let mut unreadable = None;
    let includes = |written: &str, user_config: bool| {
        let folder = if user_config { &ssh } else { &system };
        let paths = included_by_ssh(sys, folder, written).into_iter().filter(|path| takes(path));
        let read = paths.filter_map(|path| match sys.read(&path) {
            Ok(bytes) => bytes.map(|bytes| (path.display().to_string(), bytes)),
            Err(error) => {
                unreadable = Some(error);
                None
            }
        });
        read.collect()
    };
    let query = Query { home: &home, ..query };
    let found = ssh_config::resolve(&files, &query, includes, |_| ExecAnswer::Unknown);
    unreadable.map_or(Ok(found), Err)
}
