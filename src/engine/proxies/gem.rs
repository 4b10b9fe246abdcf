//! RubyGems: `http_proxy` of `.gemrc`, then the variables (RubyGems, `Gem::ConfigFile`; `Gem::Request`).

use super::{Asked, Tool};
use crate::formats::key_lines::{self, INI};
use crate::formats::proxy::dialect::{self, Decision, Own};

pub(super) static TOOL: Tool = Tool { name: "gem", programs: &["gem"], reads_variables: true, decide };

fn decide(asked: &Asked<'_>) -> Decision {
    let path = asked.sys.places().home().map(|home| home.join(".gemrc")).unwrap_or_default();
    let bytes = asked.file(Some(&path));
    let proxy = asked.named(&path, ":http_proxy", key_lines::last(&bytes, INI, "", "http_proxy"));
    // The symbol `:no_proxy`.
    if let Some(off) = proxy.as_ref().filter(|named| named.value == "no_proxy") {
        return Decision::direct(format!("{} is :no_proxy", off.name)).by_own();
    }
    asked.by(&dialect::GEMS, &Own { proxy, list: None })
}
