//! Certificates are not checked.

use super::{Check, Group, command};
use crate::formats::shell;
use crate::model::facts::{About, Facts, Scope};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "ssl-verify-off",
    title: "certificates are not checked",
    group: Group::Trust,
    severity: Severity::Error,
    sees: "http.sslVerify = false, global and in repositories; the variables that do the same for git, Node, npm, Python, pip, Go, conda, az and gcloud; and the lines of npm's, yarn's, pip's, conda's, curl's, wget's, gem's, Go's, Maven's, gcloud's, podman's, docker's and composer's files that do",
    hurts: "whoever stands between you and the host reads your token and your code, and changes what you fetch",
    mends: "takes exactly that line out. If a private CA was the reason, give it to the profile: doorkey ca install FILE --profile NAME",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    let repositories = facts.tokens.repositories.iter().flat_map(|r| &r.settings);
    for setting in facts.git.settings.iter().chain(repositories).filter(|s| s.about == About::VerifyOff) {
        let what = format!("{}: {} is off", facts.at(&setting.spot), setting.name);
        let fix = match setting.scope {
            Scope::System => {
                command(format!("sudo git config --system --unset-all {}", shell::argument(&setting.name)))
            }
            _ => super::without_line(&setting.spot, setting.region.as_ref()),
        };
        found.push(CHECK.found(what, fix));
    }
    for line in &facts.trust.unverified {
        let what = format!("{}: {} is told not to check: {}", facts.at(&line.spot), line.tool, line.said);
        found.push(CHECK.found(what, super::without_line(&line.spot, line.region.as_ref())));
    }
    let off = [
        ("GIT_SSL_NO_VERIFY", None),
        ("NODE_TLS_REJECT_UNAUTHORIZED", Some("0")),
        ("PYTHONHTTPSVERIFY", Some("0")),
        ("NPM_CONFIG_STRICT_SSL", Some("false")),
        ("npm_config_strict_ssl", Some("false")),
        ("PIP_TRUSTED_HOST", None),
        ("GOINSECURE", None),
        ("CONDA_SSL_VERIFY", Some("false")),
        ("AZURE_CLI_DISABLE_CONNECTION_VERIFICATION", Some("1")),
        ("CLOUDSDK_AUTH_DISABLE_SSL_VALIDATION", Some("true")),
    ];
    for (name, value) in off {
        let Some(variable) = facts.environment.get(name) else { continue };
        if value.is_none() || variable.value.as_deref() == value {
            let what = format!("{name} switches it off{}", super::set_by(facts, variable));
            found.push(CHECK.found(what, super::unset(facts, variable)));
        }
    }
    found
}
