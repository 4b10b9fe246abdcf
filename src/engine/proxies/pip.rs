//! pip: `proxy` in `[global]` or `[install]`, `PIP_PROXY`. Where that is set, `NO_PROXY` does not count for it
//! (pip's `_build_session` sets the session's proxies; requests asks `NO_PROXY` for those of the environment alone).

use super::{Asked, Tool};
use crate::formats::key_lines::{self, INI};
use crate::formats::proxy::dialect::{self, Decision, Own};
use crate::trust::settings;
use std::path::PathBuf;

pub(super) static TOOL: Tool =
    Tool { name: "pip", programs: &["pip", "pip3"], reads_variables: true, decide };

fn decide(asked: &Asked<'_>) -> Decision {
    // A file that is named and there takes the place of the user's own.
    let named_file = asked.sys.env("PIP_CONFIG_FILE").map(PathBuf::from);
    let named_file = named_file.filter(|path| matches!(asked.sys.look_through(path), Ok(Some(_))));
    let files = [named_file.or_else(|| settings::pip_conf(asked.sys)), Some("/etc/pip.conf".into())];
    let by_file = || {
        files.iter().flatten().find_map(|path| {
            let bytes = asked.file(Some(path));
            let value = |section| key_lines::last(&bytes, INI, section, "proxy");
            asked.named(path, "proxy", value("install").or_else(|| value("global")))
        })
    };
    match asked.variable(&["PIP_PROXY"]).or_else(by_file) {
        Some(named) => dialect::REQUESTS.through(&named.name, &named.value).by_own(),
        None => asked.by(&dialect::REQUESTS, &Own::default()),
    }
}
