//! One credential helper stands twice in git's list.

use super::{Check, Group, advice};
use crate::model::facts::{About, ChainLink, Facts, GitSetting, Scope};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "helper-named-twice",
    title: "one credential helper stands twice in git's list",
    group: Group::Helpers,
    severity: Severity::Note,
    sees: "two equal credential.helper lines for one URL, with no empty helper between them",
    hurts: "git asks it twice, stores twice and erases twice: a window that you close opens again",
    mends: "nothing by itself: take one of the lines away",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut seen: Vec<(&GitSetting, &ChainLink)> = Vec::new();
    let mut found = Vec::new();
    for setting in facts.git.settings.iter().filter(|s| s.scope != Scope::Doorkey && !s.conditional) {
        match &setting.about {
            About::HelperReset => seen.retain(|(before, _)| before.place != setting.place),
            // The texts of two snippets are not kept, so nothing is known of them.
            About::Helper(link) if link.name != "a shell snippet" => {
                let same = |(before, other): &&(&GitSetting, &ChainLink)| {
                    before.place == setting.place && *other == link
                };
                match seen.iter().find(same) {
                    Some((first, _)) => found.push(CHECK.found(
                        format!(
                            "{}: {} stands at {} already",
                            facts.at(&setting.spot),
                            link.name,
                            facts.at(&first.spot)
                        ),
                        advice(format!("take {} out", facts.at(&setting.spot))),
                    )),
                    None => seen.push((setting, link)),
                }
            }
            _ => {}
        }
    }
    found
}
