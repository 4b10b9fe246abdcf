//! Git does not start plain ssh.

use super::{Check, Group, advice};
use crate::model::facts::{About, Facts, Program};
use crate::model::finding::{Finding, Fix, Severity};

pub(super) static CHECK: Check = Check {
    code: "ssh-command-overrides",
    title: "git does not start plain ssh",
    group: Group::Helpers,
    severity: Severity::Note,
    sees: "core.sshCommand, global and in repositories, and the variables GIT_SSH_COMMAND and GIT_SSH",
    hurts: "what it names comes before the configuration: -i offers its key first, -F reads none of doorkey's settings",
    mends: "nothing by itself: a wrapper may be wanted; -i, -F and ControlPath in it are not",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let managed = !facts.own.ssh_hosts().is_empty();
    let mut found = Vec::new();
    let mut judge = |place: String, program: &Program, fix: Fix| {
        let overrides = program.names_key || program.other_config || program.shares_connection;
        let mut does = Vec::new();
        for (yes, words) in [
            (program.names_key, "names a key"),
            (program.other_config, "reads another configuration"),
            (program.shares_connection, "shares a connection"),
            (program.trusts_any_host, "accepts any host"),
        ] {
            if yes {
                does.push(words);
            }
        }
        let does = if does.is_empty() { format!("runs {}", program.name) } else { does.join(", ") };
        let severity = match (program.trusts_any_host || (overrides && managed), overrides) {
            (true, _) => Severity::Error,
            (false, true) => Severity::Warning,
            (false, false) => Severity::Note,
        };
        found.push(CHECK.found(format!("{place} {does}"), fix).with_severity(severity));
    };
    let repositories = facts.tokens.repositories.iter().flat_map(|r| &r.settings);
    for setting in facts.git.settings.iter().chain(repositories) {
        if let About::SshCommand(program) = &setting.about {
            let at = facts.at(&setting.spot);
            let fix = advice(format!("take {at} out, and let a profile name the key"));
            judge(format!("{at}: {}", setting.name), program, fix);
        }
    }
    for variable in &facts.environment.variables {
        if let ("GIT_SSH_COMMAND" | "GIT_SSH", Some(program)) = (variable.name.as_str(), &variable.program) {
            judge(
                format!("{}{}", variable.name, super::set_by(facts, variable)),
                program,
                super::unset(facts, variable),
            );
        }
    }
    found
}
