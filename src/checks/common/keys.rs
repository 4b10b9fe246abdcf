//! What several checks of SSH keys say in the same words.

use crate::checks::{Check, advice, command};
use crate::model::facts::Facts;
use crate::model::finding::Finding;
use crate::model::weakness::Grade;

/// A finding for each key whose worst weakness is of this grade.
pub(in crate::checks) fn keys_of_grade(facts: &Facts, check: &Check, grade: Grade) -> Vec<Finding> {
    let mut found = Vec::new();
    for key in &facts.ssh.keys {
        let Some(worst) = key.weaknesses.first().filter(|weakness| weakness.grade == grade) else { continue };
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
