//! Certificates are not checked.

use super::{Check, Group, command};
use crate::model::facts::{About, Facts, Scope};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "ssl-verify-off",
    title: "certificates are not checked",
    group: Group::Trust,
    severity: Severity::Error,
    sees: "http.sslVerify = false, global and in repositories, and the variables that do the same for git, Node and Python",
    hurts: "whoever stands between you and the host reads your token and your code, and changes what you fetch",
    mends: "takes exactly that line out. If a private CA was the reason, give it to the profile: doorkey profile add NAME --host HOST --ca FILE",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    let repositories = facts.tokens.repositories.iter().flat_map(|r| &r.settings);
    for setting in facts.git.settings.iter().chain(repositories).filter(|s| s.about == About::VerifyOff) {
        let what = format!("{}: {} is off", facts.at(&setting.spot), setting.name);
        let fix = match setting.scope {
            Scope::System => {
                command(format!("sudo git config --system --unset-all {}", super::quoted(&setting.name)))
            }
            _ => super::without_line(&setting.spot, setting.region.as_ref()),
        };
        found.push(CHECK.found(what, fix));
    }
    let off = [
        ("GIT_SSL_NO_VERIFY", None),
        ("NODE_TLS_REJECT_UNAUTHORIZED", Some("0")),
        ("PYTHONHTTPSVERIFY", Some("0")),
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
