//! yarn 2 and later: `httpProxy` and `httpsProxy` of `.yarnrc.yml`, and their variables. It reads no others (measured).

use super::{Asked, Tool};
use crate::formats::key_lines::{self, INI};
use crate::formats::proxy::dialect::{self, Decision};

pub(super) static TOOL: Tool =
    Tool { name: "yarn 2 and later", programs: &["yarn", "yarnpkg"], reads_variables: false, decide };

fn decide(asked: &Asked<'_>) -> Decision {
    let (key, variable) = if asked.target.https {
        ("httpsProxy", "YARN_HTTPS_PROXY")
    } else {
        ("httpProxy", "YARN_HTTP_PROXY")
    };
    let path = asked.sys.places().home().map(|home| home.join(".yarnrc.yml")).unwrap_or_default();
    let by_file = || asked.named(&path, key, key_lines::last(&asked.file(Some(&path)), INI, "", key));
    match asked.variable(&[variable]).or_else(by_file) {
        Some(named) => dialect::NPM.through(&named.name, &named.value).by_own(),
        None => {
            Decision::direct(format!("{key} is not set in .yarnrc.yml, and it reads no variable of others"))
        }
    }
}
