//! The port that an ssh connection goes to: it belongs to the route as the host does (SECURITY rule 1).

use super::inspect::{included_by_ssh, is_ours};
use super::ssh_match::{Asked, NoMatch};
use crate::formats::ssh_config::{self, ConfigFile, ExecAnswer, Query};
use crate::model::name::HostName;
use crate::model::route::Scheme;
use crate::model::route_table;
use crate::sys::Sys;
use std::path::{Path, PathBuf};

const SYSTEM_FILE: &str = "/etc/ssh/ssh_config";

/// The port. `told` is what ssh put into the place of `%p`: what its command line says, or the standard port when
/// it says nothing and the user's configuration, which ssh reads after doorkey's, may still name another.
///
/// # Errors
/// [`NoMatch::Port`] when it cannot be told.
pub fn port(
    sys: &Sys,
    table: &str,
    host: &HostName,
    asked: &Asked,
    told: Option<u16>,
) -> Result<u16, NoMatch> {
    let standard = Scheme::Ssh.default_port();
    let by_arguments = asked.port.filter(|port| told.is_none_or(|told| told == *port));
    if let Some(port) = told.filter(|port| *port != standard).or(by_arguments) {
        return Ok(port);
    }
    // Where nothing else is claimed, no other profile can be meant, wherever the user's own file leads to
    // (`HostName ssh.github.com`, `Port 443`).
    if route_table::ports(table, Scheme::Ssh, host) == [standard] {
        return Ok(standard);
    }
    configured(sys, asked).ok_or(NoMatch::Port)
}

/// What the user's and the system's files say, in ssh's order. `None` where that depends on a command.
fn configured(sys: &Sys, asked: &Asked) -> Option<u16> {
    let home = sys.places().passwd_home().or(sys.places().home())?;
    let ssh = home.join(".ssh");
    let paths = match &asked.config_file {
        Some(path) => vec![(sys.expanded(path), true)],
        None => vec![(ssh.join("config"), true), (PathBuf::from(SYSTEM_FILE), false)],
    };
    let mut read = Vec::new();
    for (path, user_config) in paths {
        if let Some(bytes) = sys.read(&path).ok()? {
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
    let mut unreadable = false;
    let includes = |written: &str, user_config: bool| {
        let folder = if user_config { &ssh } else { Path::new("/etc/ssh") };
        // doorkey's own file names no port.
        let paths = included_by_ssh(sys, folder, written).into_iter().filter(|path| !is_ours(sys, path));
        let read = paths.filter_map(|path| match sys.read(&path) {
            Ok(bytes) => bytes.map(|bytes| (path.display().to_string(), bytes)),
            Err(_) => {
                unreadable = true;
                None
            }
        });
        read.collect()
    };
    let found = ssh_config::resolve(&files, &query, includes, |_| ExecAnswer::Unknown);
    let certain = found.undecided.is_empty() && !found.canonicalizes && !unreadable;
    found.port().filter(|_| certain)
}
