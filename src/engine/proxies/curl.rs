//! The curl program: its file (curl(1), `--proxy`, `--noproxy`). libcurl in other programs does not read it.

use super::{Asked, Tool};
use crate::formats::key_lines::{self, CURLRC};
use crate::formats::proxy::dialect::{self, Decision, Own};
use crate::trust::settings;

pub(super) static TOOL: Tool = Tool { name: "curl", programs: &["curl"], reads_variables: true, decide };

fn decide(asked: &Asked<'_>) -> Decision {
    let path = settings::curlrc(asked.sys).unwrap_or_default();
    let bytes = asked.file(Some(&path));
    let value = |key: &str| asked.named(&path, key, key_lines::last(&bytes, CURLRC, "", key));
    let proxy = value("proxy").or_else(|| value("-x"));
    asked.by(&dialect::CURL, &Own { proxy, list: value("noproxy") })
}
