//! What the user's own ssh configuration comes to for a connection, doorkey's left out and no command run.

use super::inspect::{included_by_ssh, is_ours};
use super::ssh_match::Asked;
use crate::formats::ssh_config::{self, ConfigFile, ExecAnswer, Query, Resolution};
use crate::sys::Sys;
use crate::sys::fs::FsError;
use std::path::{Path, PathBuf};

const SYSTEM_FOLDER: &str = "/etc/ssh";

/// Reads the file of `-F`, or the user's below `home` and then the system's, as ssh does (ssh_config(5)).
///
/// # Errors
/// A file cannot be read.
pub(super) fn users_settings(sys: &Sys, home: &Path, asked: &Asked) -> Result<Resolution, FsError> {
    let ssh = home.join(".ssh");
    let system = PathBuf::from(SYSTEM_FOLDER);
    let paths = match &asked.config_file {
        Some(path) => vec![(sys.expanded(path), true)],
        None => vec![(ssh.join("config"), true), (system.join("ssh_config"), false)],
    };
    let mut read = Vec::new();
    for (path, user_config) in paths {
        if let Some(bytes) = sys.read(&path)? {
            read.push((path.display().to_string(), ssh_config::parse(&bytes), user_config));
        }
    }
    let files: Vec<ConfigFile<'_>> = read
        .iter()
        .map(|(path, config, user_config)| ConfigFile { path, config, user_config: *user_config })
        .collect();
    let home = home.display().to_string();
    let query = Query {
        host: &asked.host,
        user: asked.user.as_deref(),
        local_user: sys.env("USER").unwrap_or_default(),
        home: &home,
        command: asked.command.as_deref(),
        ..Query::default()
    };
    let mut unreadable = None;
    let includes = |written: &str, user_config: bool| {
        let folder = if user_config { &ssh } else { &system };
        let paths = included_by_ssh(sys, folder, written).into_iter().filter(|path| !is_ours(sys, path));
        let read = paths.filter_map(|path| match sys.read(&path) {
            Ok(bytes) => bytes.map(|bytes| (path.display().to_string(), bytes)),
            Err(error) => {
                unreadable = Some(error);
                None
            }
        });
        read.collect()
    };
    let found = ssh_config::resolve(&files, &query, includes, |_| ExecAnswer::Unknown);
    unreadable.map_or(Ok(found), Err)
}
