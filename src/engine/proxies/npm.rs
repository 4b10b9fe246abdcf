//! npm, and pnpm and yarn 1, which read the same file: `https-proxy`, `proxy`, `noproxy` (npm documentation, config;
//! npm-registry-fetch takes `https-proxy` first for both schemes).

use super::{Asked, Tool};
use crate::formats::key_lines::{self, NPMRC};
use crate::formats::proxy::dialect::{self, Decision, Named, Own};
use crate::trust::settings;

pub(super) static TOOL: Tool =
    Tool { name: "npm, pnpm", programs: &["npm", "pnpm"], reads_variables: true, decide };

fn decide(asked: &Asked<'_>) -> Decision {
    let path = settings::npmrc(asked.sys).unwrap_or_default();
    let bytes = asked.file(Some(&path));
    let value = |key: &str| -> Option<Named> {
        let spelled = [
            format!("npm_config_{}", key.replace('-', "_")),
            format!("NPM_CONFIG_{}", key.replace('-', "_").to_uppercase()),
        ];
        let by_variable = asked.variable(&spelled.each_ref().map(String::as_str));
        let found = by_variable.or_else(|| asked.named(&path, key, key_lines::last(&bytes, NPMRC, "", key)));
        found
            .filter(|named| !matches!(named.value.as_str(), "null" | "false" | ""))
            .map(|named| expanded(asked, named))
    };
    let proxy = value("https-proxy").or_else(|| value("proxy"));
    let mut decision = asked.by(&dialect::NPM, &Own { proxy, list: value("noproxy") });
    let env = |name: &str| asked.sys.env_raw(name);
    let differ = |lower: &str| env(lower).zip(env(&lower.to_uppercase())).is_some_and(|(a, b)| a != b);
    if ["https_proxy", "no_proxy"].iter().any(|name| differ(name)) {
        decision.warnings.push(
            "of two spellings of a variable npm takes the one that stands later in the environment".into(),
        );
    }
    decision
}

/// `${NAME}`, as npm puts variables in; one that is not set stays as it is.
fn expanded(asked: &Asked<'_>, named: Named) -> Named {
    let value = match named.value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
        Some(name) => asked.sys.env(name).map_or(named.value.clone(), str::to_owned),
        None => named.value,
    };
    Named { value, ..named }
}
