//! What several checks of SSH keys say in the same words.

use crate::checks::{Check, advice, command};
use crate::formats::shell;
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Fix};
use crate::model::weakness::{EASILY_GUESSED, Grade};
use std::path::Path;

/// A finding for each key whose worst weakness is of this grade.
pub(in crate::checks) fn keys_of_grade(facts: &Facts, check: &Check, grade: Grade) -> Vec<Finding> {
    let mut found = Vec::new();
    for key in &facts.ssh.keys {
        // The worst comes first.
        let worst = key.weaknesses.iter().find(|weakness| weakness.code != EASILY_GUESSED);
        let Some(worst) = worst.filter(|weakness| weakness.grade == grade) else { continue };
        let owner = facts.own.keys.iter().find(|k| k.path.as_ref() == Some(&key.file.path));
        let fix = match owner {
            _ if worst.mend.is_some() => advice(worst.mend()),
            Some(owner) => {
                command(format!("doorkey ssh new {} --key id_ed25519_{}", owner.profile, owner.profile))
            }
            None => advice(
                "make another (ssh-keygen -t ed25519) and give its public half to the hosts that know this one",
            ),
        };
        found.push(check.found(format!("{} {}", facts.shown(&key.file.path), worst.what), fix));
    }
    found
}

/// `doorkey ssh convert` of a key's file: the profile that names it keeps the old form.
pub(in crate::checks) fn convert(facts: &Facts, path: &Path, more: &str) -> Fix {
    let file = shell::argument(&facts.shown(path));
    if facts.own.keys.iter().any(|named| named.path.as_deref() == Some(path)) {
        return command(format!("doorkey ssh convert {file}{more}"));
    }
    advice(format!("doorkey ssh convert {file}{more} --profile PROFILE (whose key it is)"))
}
