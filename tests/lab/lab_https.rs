//! The lab's HTTPS host, asked by plain git.

use crate::support::{Home, Lab, trial};
use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("lab_https_right_token_clones", right_token_clones)]
}

/// A home whose git trusts the lab and keeps one credential in git's own store.
fn home_with(credential: &str) -> Home {
    let home = Home::fresh("https");
    home.trust_lab_root();
    home.git_config("credential.helper", "store");
    home.write(".git-credentials", format!("https://{credential}@git.test\n"), 0o600);
    home
}

fn right_token_clones() {
    let home = home_with(&Lab::get().identity("acme").pair());
    home.run(["git", "clone", "https://git.test/acme/app.git"]).ok();
    assert_eq!(home.read("app/README"), "acme/app\n");
    let seen = home.seen_https();
    let answers: Vec<_> = seen.iter().map(|seen| (seen.identity.as_deref(), seen.status)).collect();
    assert_eq!(answers.first(), Some(&(None, 401)), "{seen:#?}");
    assert!(
        answers[1..].iter().all(|answer| *answer == (Some("acme"), 200)) && answers.len() > 1,
        "{seen:#?}"
    );
    assert!(seen.iter().all(|seen| seen.path.starts_with("/acme/app.git/")), "{seen:#?}");
}
