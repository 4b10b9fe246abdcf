//! wget: `http_proxy`, `https_proxy`, `no_proxy` and `use_proxy` of its files, which win over the variables (wget(1),
//! Wgetrc Commands; http.c, `getproxy`).

use super::{Asked, Tool};
use crate::formats::key_lines::{self, WGETRC};
use crate::formats::proxy::dialect::{self, Decision, Own};
use crate::trust::settings;
use std::path::PathBuf;

pub(super) static TOOL: Tool = Tool { name: "wget", programs: &["wget"], reads_variables: true, decide };

fn decide(asked: &Asked<'_>) -> Decision {
    let own = settings::wgetrc(asked.sys);
    let files: Vec<PathBuf> = own.into_iter().chain(["/etc/wgetrc".into()]).collect();
    let value = |key: &str| {
        files.iter().find_map(|path| {
            asked.named(path, key, key_lines::last(&asked.file(Some(path)), WGETRC, "", key))
        })
    };
    if let Some(off) = value("use_proxy").filter(|on| matches!(on.value.as_str(), "off" | "no" | "0")) {
        return Decision::direct(format!("{} is off", off.name)).by_own();
    }
    let key = if asked.target.https { "https_proxy" } else { "http_proxy" };
    asked.by(&dialect::WGET, &Own { proxy: value(key), list: value("no_proxy") })
}
