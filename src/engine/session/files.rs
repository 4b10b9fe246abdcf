//! The files of a session: those of a generation for one profile, and one for each tool that keeps credentials.

use super::Files;
use crate::engine::generation;
use crate::engine::in_force::InForceError;
use crate::engine::render::ssh_path;
use crate::formats::containers::write_jks;
use crate::formats::pem;
use crate::formats::shell;
use crate::model::profile::{Profile, RegistryKind};
use crate::model::route_table;
use crate::model::text::Text;
use crate::sys::Sys;
use crate::sys::fs::Laid;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// git's global configuration.
pub(super) const GITCONFIG: &str = "gitconfig";
/// ssh's configuration.
pub(super) const SSH_CONFIG: &str = "ssh_config";
/// The folder of a session that stands first in PATH.
pub(super) const PROGRAMS: &str = "bin";
/// An empty one: curl, Python and Go take logins from it.
pub(super) const NETRC: &str = "netrc";
/// curl's, an empty one in the place of the user's.
pub(super) const CURLRC: &str = ".curlrc";
/// docker's folder.
pub(super) const DOCKER: &str = "docker";
/// docker's file, which podman and skopeo read too.
pub(super) const DOCKER_FILE: &str = "docker/config.json";
/// npm's.
pub(super) const NPMRC: &str = "npmrc";
/// pip's.
pub(super) const PIP: &str = "pip.conf";
/// Go's own settings, in the place of the user's.
pub(super) const GOENV: &str = "go.env";
/// gh's folder.
pub(super) const GH: &str = "gh";
/// glab's folder.
pub(super) const GLAB: &str = "glab";
/// For tools of which a session has nothing.
pub(super) const NOTHING: &str = "nothing";
/// kubectl's.
pub(super) const KUBE: &str = "kube";
/// The agent's socket.
pub(super) const AGENT: &str = "agent";
/// wget's, in the place of the user's.
pub(super) const WGETRC: &str = "wgetrc";
/// Java's trust store.
pub(super) const JAVA: &str = "cacerts.jks";
/// For gcloud and az, which make it.
pub(super) const CLOUD: &str = "cloud";

/// What a session is made from.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub(super) sys: &'a Sys,
    pub(super) state: &'a Path,
    pub(super) folder: &'a Path,
    pub(super) profile: &'a Profile,
    /// Everybody's, so that what belongs to another is known.
    pub(super) routes: &'a [Profile],
}

/// What ssh does for every host after those of the profile: no key of the user's, and nothing shared.
const SSH_END: &str = "Host *\n\tIdentityFile none\n\tIdentitiesOnly yes\n\tControlPath none\n\tForwardAgent no\n\
                       \tUserKnownHostsFile";

/// All files, and which one holds the profile's roots.
///
/// # Errors
/// A path cannot be written so that its program reads it back.
pub(super) fn all(
    asked: &Asked<'_>,
    mut rendered: BTreeMap<String, Text>,
) -> Result<(Files, Option<PathBuf>), InForceError> {
    let roots = rendered.keys().find(|name| name.starts_with("roots.")).map(|name| asked.folder.join(name));
    rendered
        .insert(route_table::FILE.into(), route_table::write(asked.routes, Some(&asked.profile.name)).into());
    if let Some(config) = rendered.get_mut(GITCONFIG) {
        // Nobody commits as somebody whom git made up of the machine's name.
        config.0.extend_from_slice(b"[user]\n\tuseConfigOnly = true\n");
    }
    if let Some(config) = rendered.get_mut(SSH_CONFIG) {
        let known = asked.folder.join("known_hosts");
        config.0.extend_from_slice(format!("{SSH_END} {}\n", ssh_path(&known)?).as_bytes());
    }
    let java = roots.as_deref().and_then(|roots| java(asked.sys, &rendered, roots));
    let mut files: Files = rendered.into_iter().map(|(name, text)| (name, Laid::File(text.0))).collect();
    let mut file = |name: &str, text: String| files.push((name.into(), Laid::File(text.into_bytes())));
    for empty in [NETRC, CURLRC, PIP, GOENV, NOTHING, KUBE] {
        file(empty, String::new());
    }
    file(DOCKER_FILE, docker(asked));
    let ca = roots.as_ref().map(|roots| format!("ca_certificate = {}\n", roots.display()));
    file(WGETRC, ca.unwrap_or_default());
    for folder in [GH, GLAB] {
        // The folder is there with something in it; the tools make their own files beside.
        file(&format!("{folder}/.keep"), String::new());
    }
    files.extend(programs(asked));
    files.extend(java);
    Ok((files, roots))
}

/// Java reads no PEM: the same roots in its own form, where there is a Java.
fn java(sys: &Sys, rendered: &BTreeMap<String, Text>, roots: &Path) -> Option<(String, Laid)> {
    let there = sys.program("java").is_some() || sys.env("JAVA_HOME").is_some();
    let bundle = rendered.get(roots.file_name()?.to_str()?).filter(|_| there)?;
    let certs = pem::read(&bundle.0).into_certs();
    let certs: Vec<&[u8]> = certs.iter().map(AsRef::as_ref).collect();
    let made = u64::try_from(sys.now()).unwrap_or_default() * 1000;
    Some((JAVA.into(), Laid::File(write_jks(&certs, made))))
}

/// ssh with the session's configuration, as git's `GIT_SSH_COMMAND` takes it.
pub(super) fn ssh_command(asked: &Asked<'_>) -> String {
    let ssh = asked.sys.program("ssh").unwrap_or_else(|| "ssh".into());
    format!("{} -F {}", word(&ssh), word(&asked.folder.join(SSH_CONFIG)))
}

/// Programs that would read the user's own configuration: with the session's instead.
fn programs(asked: &Asked<'_>) -> Files {
    let mut found = Vec::new();
    for name in ["ssh", "scp", "sftp"] {
        if let Some(real) = asked.sys.program(name) {
            let config = word(&asked.folder.join(SSH_CONFIG));
            let script = format!("#!/bin/sh\nexec {} -F {config} \"$@\"\n", word(&real));
            found.push((format!("{PROGRAMS}/{name}"), Laid::Program(script.into_bytes())));
        }
    }
    let launcher = generation::launcher(asked.state);
    found.push((format!("{PROGRAMS}/docker-credential-doorkey"), Laid::Link(launcher)));
    found
}

fn word(path: &Path) -> String {
    shell::word(&path.display().to_string())
}

/// docker asks doorkey for each registry of the profile, and nobody for any other.
fn docker(asked: &Asked<'_>) -> String {
    let named = asked.profile.registries.iter().filter(|r| r.kind == RegistryKind::Docker).map(|r| &r.origin);
    let whole = asked.profile.hosts.iter().filter(|h| h.owners.is_empty() && h.transport.https());
    let mut helpers: BTreeMap<String, &str> = named.map(|origin| (origin.authority(), "doorkey")).collect();
    helpers.extend(whole.map(|host| (host.https_origin().authority(), "doorkey")));
    let plugins = asked.sys.places().home().map(|home| home.join(".docker/cli-plugins"));
    let plugins: Vec<_> = plugins.iter().map(|path| path.display().to_string()).collect();
    format!("{:#}\n", json!({ "credHelpers": helpers, "cliPluginsExtraDirs": plugins }))
}
