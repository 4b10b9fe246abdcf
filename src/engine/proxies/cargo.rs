//! cargo: `http.proxy` of its configuration, then git's `http.proxy`, then the variables by libcurl (The Cargo Book,
//! Configuration, `http.proxy`).

use super::{Asked, Tool};
use crate::formats::cargo_config;
use crate::formats::proxy::dialect::{self, Decision, Named, Own};
use std::path::PathBuf;

pub(super) static TOOL: Tool = Tool { name: "cargo", programs: &["cargo"], reads_variables: true, decide };

fn decide(asked: &Asked<'_>) -> Decision {
    let own = asked.sys.env("CARGO_HOME").map(PathBuf::from);
    let folder = own.or_else(|| Some(asked.sys.places().home()?.join(".cargo"))).unwrap_or_default();
    let by_file = || {
        // The file without an ending wins where both are there.
        [folder.join("config"), folder.join("config.toml")].iter().find_map(|path| {
            let value = cargo_config::proxy(&asked.file(Some(path)))?;
            Some(Named { name: format!("http.proxy in {}", asked.sys.shown(path)), value })
        })
    };
    let proxy = asked.variable(&["CARGO_HTTP_PROXY"]).or_else(by_file).or_else(|| super::git::setting(asked));
    asked.by(&dialect::CURL_8, &Own { proxy, list: None })
}
