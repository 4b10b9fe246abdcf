//! git over HTTP: `http.proxy`, `http.URL.proxy` (git-config(1)).

use super::{Asked, Tool};
use crate::formats::proxy::dialect::{self, Decision, Named, Own};

pub(super) static TOOL: Tool = Tool { name: "git", programs: &["git"], reads_variables: true, decide };

fn decide(asked: &Asked<'_>) -> Decision {
    asked.by(&dialect::GIT, &Own { proxy: setting(asked), list: None })
}

/// As git itself answers, outside any repository.
pub(super) fn setting(asked: &Asked<'_>) -> Option<Named> {
    let git = asked.git.filter(|git| git.has_proxy)?;
    let value = git.http_settings(asked.sys, asked.url).remove("http.proxy")?;
    Some(Named { name: "http.proxy of git".into(), value })
}
