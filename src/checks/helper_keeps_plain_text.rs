//! git is told to write what is typed into a file.

use super::{Check, Group, advice};
use crate::model::facts::{About, Facts, Scope};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "helper-keeps-plain-text",
    title: "a credential helper that writes passwords into a file",
    group: Group::Helpers,
    severity: Severity::Warning,
    sees: "git's helper `store` in the system's and your own configuration",
    hurts: "every password that works is written to a file in plain text: every program you run can read it, and so can whoever gets a backup",
    mends: "nothing by itself: other hosts may need the helper; name another one, such as `cache` or `libsecret`",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let outside = |scope: Scope| matches!(scope, Scope::System | Scope::Global);
    let settings = facts.git.settings.iter().filter(|s| outside(s.scope));
    settings
        .filter(|setting| matches!(&setting.about, About::Helper(link) if link.plain_text))
        .map(|setting| {
            let at = facts.at(&setting.spot);
            let what = format!("{at}: {} = store keeps passwords in plain text", setting.name);
            CHECK.found(
                what,
                advice(format!("name another helper in {at}: `cache` keeps them in memory for a while")),
            )
        })
        .collect()
}
