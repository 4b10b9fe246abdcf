//! Another program is asked when no helper answers.

use super::{Check, Group, advice};
use crate::model::facts::{About, Facts};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "askpass-set",
    title: "another program is asked when no helper answers",
    group: Group::Helpers,
    severity: Severity::Note,
    sees: "core.askPass and GIT_ASKPASS (editors set it)",
    hurts: "where no helper answers, git takes this program's account, for every owner; on managed hosts doorkey's refusal stops that",
    mends: "nothing by itself: it does no harm on managed hosts",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for setting in facts.git.settings.iter().filter(|s| s.about == About::AskPass) {
        let at = facts.at(&setting.spot);
        found.push(CHECK.found(
            format!("{at}: core.askPass is set"),
            advice(format!("delete {at} if you do not need it")),
        ));
    }
    if let Some(variable) = facts.environment.get("GIT_ASKPASS") {
        let what = format!("GIT_ASKPASS is set{}", super::set_by(facts, variable));
        found.push(CHECK.found(what, super::unset(facts, variable)));
    }
    found
}
