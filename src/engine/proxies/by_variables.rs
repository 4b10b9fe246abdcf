//! Tools and libraries that have the variables, and nothing else.

use super::{Asked, Tool};
use crate::formats::proxy::dialect::{self, Decision, Own};

pub(super) static ALL: &[Tool] = &[
    Tool {
        name: "Go programs (go, gh, helm, kubectl, terraform)",
        programs: &["go", "gh", "helm", "kubectl", "terraform", "skopeo"],
        reads_variables: true,
        decide: |asked| asked.by(&dialect::GO, &Own::default()),
    },
    Tool {
        name: "Python: urllib",
        programs: &["python3"],
        reads_variables: true,
        decide: |asked| asked.by(&dialect::URLLIB, &Own::default()),
    },
    Tool {
        name: "Python: requests",
        programs: &["python3"],
        reads_variables: true,
        decide: |asked| asked.by(&dialect::REQUESTS, &Own::default()),
    },
    Tool {
        name: "Python: httpx",
        programs: &["python3"],
        reads_variables: true,
        decide: |asked| asked.by(&dialect::HTTPX, &Own::default()),
    },
    Tool {
        name: "uv",
        programs: &["uv"],
        reads_variables: true,
        decide: |asked| asked.by(&dialect::HYPER, &Own::default()),
    },
    Tool {
        name: "Node: fetch",
        programs: &["node"],
        reads_variables: false,
        decide: |asked| node(asked, &dialect::NODE_FETCH),
    },
    Tool {
        name: "Node: http, https",
        programs: &["node"],
        reads_variables: false,
        decide: |asked| node(asked, &dialect::NODE_MODULES),
    },
    Tool {
        name: "bundler, Net::HTTP",
        programs: &["ruby"],
        reads_variables: true,
        decide: |asked| asked.by(&dialect::RUBY, &Own::default()),
    },
];

/// Node reads the variables from 24 on, and only where it is told to (nodejs.org, CLI, `NODE_USE_ENV_PROXY`).
fn node(asked: &Asked<'_>, dialect: &dialect::Dialect) -> Decision {
    let option = asked.sys.env("NODE_OPTIONS").is_some_and(|options| options.contains("--use-env-proxy"));
    if asked.sys.env("NODE_USE_ENV_PROXY") != Some("1") && !option {
        return Decision::direct("it reads the variables only with NODE_USE_ENV_PROXY=1");
    }
    let mut decision = asked.by(dialect, &Own::default());
    decision.warnings.push("from Node 24 on; an older one goes straight".into());
    decision
}
