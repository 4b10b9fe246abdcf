//! A file or folder that is there but could not be looked at.

use super::{Check, Group, advice, command, file_word};
use crate::model::facts::{Facts, Hidden, Unreadable};
use crate::model::finding::{Finding, Severity};
use std::path::Path;

pub(super) static CHECK: Check = Check {
    code: super::UNREADABLE,
    title: "a file could not be looked at",
    group: Group::Doorkey,
    severity: Severity::Error,
    sees: "whether every file and folder that the other checks look at can be read",
    hurts: "what is in it was not checked; git, ssh or curl cannot read it either, and may stop at it",
    mends: "nothing by itself: what stands there may be wanted as it is",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    facts.unreadable.iter().map(|file| one(facts, file)).collect()
}

fn one(facts: &Facts, file: &Unreadable) -> Finding {
    let word = |ending: &str| file_word(facts, &file.path, ending);
    let fix = match file.hidden {
        Hidden::NotAFile => command(format!("mv {} {}", word(""), word(".old"))),
        Hidden::Denied => command(format!("chmod u+rX {}", word(""))),
        Hidden::Other => advice(format!("look at what it is: ls -ld {}", word(""))),
        Hidden::Partly => advice("nothing, or ask for one place: doorkey which DIR"),
    };
    let found = CHECK.found(format!("{} {}", facts.shown(&file.path), file.problem), fix);
    match file.hidden {
        Hidden::Partly => {
            found.because("tokens in remotes that were left out were not found").with_severity(Severity::Note)
        }
        _ if facts.git.passed_over.contains(&file.path) => {
            found.because("git stops at it, in every command; what is in it was not checked")
        }
        // Programs that have other ways read these.
        _ if is_aside(facts, &file.path) => found.with_severity(Severity::Warning),
        _ => found,
    }
}

fn is_aside(facts: &Facts, path: &Path) -> bool {
    [".netrc", ".npmrc", ".git-credentials"].iter().any(|name| *path == facts.home.join(name))
}
