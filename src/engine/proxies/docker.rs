//! docker: what pulls is the daemon, by its own file; `config.json` is for what runs in containers and builds (docker
//! documentation, Use a proxy server with the Docker daemon).

use super::{Asked, Tool};
use crate::formats::proxy::dialect::{self, Decision, Named, Own};
use serde_json::Value;
use std::path::{Path, PathBuf};

pub(super) static TOOL: Tool = Tool {
    name: "docker pull (the daemon)",
    programs: &["dockerd", "docker"],
    reads_variables: false,
    decide,
};

fn decide(asked: &Asked<'_>) -> Decision {
    let rootless = asked.sys.places().xdg_config().map(|folder| folder.join("docker/daemon.json"));
    let files: Vec<PathBuf> = rootless.into_iter().chain(["/etc/docker/daemon.json".into()]).collect();
    let value = |key: &str| files.iter().find_map(|path| setting(asked, path, key));
    let proxy = value(if asked.target.https { "https-proxy" } else { "http-proxy" });
    if proxy.is_none() {
        let mut decision = Decision::direct("daemon.json names no proxy");
        decision.warnings.push("the daemon's own environment cannot be seen from here".into());
        return decision;
    }
    let own = Own { proxy, list: value("no-proxy") };
    // The variables of this shell are not the daemon's.
    dialect::GO.decide(&asked.target, &own, &|_| None)
}

fn setting(asked: &Asked<'_>, path: &Path, key: &str) -> Option<Named> {
    let file: Value = serde_json::from_slice(&asked.file(Some(path))).ok()?;
    let value = file.get("proxies")?.get(key)?.as_str()?.to_owned();
    Some(Named { name: format!("{key} in {}", asked.sys.shown(path)), value })
}
