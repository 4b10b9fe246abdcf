//! The lab's HTTPS host, asked by plain git with git's own credential-store.

use crate::support::{Home, HttpsSeen, Lab, homes_have_addresses, trial};
use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("lab_https_right_token_clones", right_token_clones),
        trial("lab_https_push_is_kept", push_is_kept),
        trial("lab_https_wrong_token_is_401", wrong_token_is_401),
        trial("lab_https_no_scope_is_403", no_scope_is_403),
        trial("lab_https_other_owner_is_404", other_owner_is_404),
        trial("lab_https_no_token_asks_for_one", no_token_asks_for_one),
        trial("lab_https_bearer_is_taken_too", bearer_is_taken_too),
        trial("lab_https_plain_http_shows_a_token_in_clear", plain_http_shows_a_token_in_clear),
        trial("lab_https_homes_are_told_apart", homes_are_told_apart),
    ]
}

/// A home whose git trusts the lab and keeps one credential (`user:token`) in git's own store.
fn home_with(credential: &str) -> Home {
    let home = Home::fresh("https");
    home.trust_lab_root();
    home.git_config("credential.helper", "store");
    home.write(".git-credentials", format!("https://{credential}@git.test\n"), 0o600);
    home
}

/// Who asked and what the answer was, in order.
fn answers(seen: &[HttpsSeen]) -> Vec<(Option<&str>, u16)> {
    seen.iter().map(|seen| (seen.identity.as_deref(), seen.status)).collect()
}

fn right_token_clones() {
    for owner in ["acme", "globex", "acme-labs", "initech"] {
        let home = home_with(&Lab::get().identity(owner).pair());
        home.run(["git", "clone", &format!("https://git.test/{owner}/app.git")]).ok();
        assert_eq!(home.read("app/README"), format!("{owner}/app\n"));
        let seen = home.seen_https();
        let answers = answers(&seen);
        assert_eq!(answers.first(), Some(&(None, 401)), "{seen:#?}");
        assert!(answers[1..].iter().all(|answer| *answer == (Some(owner), 200)), "{seen:#?}");
        assert!(answers.len() > 1, "{seen:#?}");
        assert!(seen.iter().all(|seen| seen.path.starts_with(&format!("/{owner}/app.git/"))), "{seen:#?}");
        assert_eq!(seen[1].authorization, Some(Lab::get().identity(owner).basic()));
    }
}

fn push_is_kept() {
    let home = home_with(&Lab::get().identity("acme").pair());
    home.run(["git", "clone", "https://git.test/acme/tools.git"]).ok();
    let commit = ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "--allow-empty", "-m", "more"];
    home.call([&["git"], &commit[..]].concat()).in_folder("tools").run().ok();
    home.call(["git", "push", "origin", "HEAD:refs/heads/pushed-https"]).in_folder("tools").run().ok();
    let listed = home.run(["git", "ls-remote", "https://git.test/acme/tools.git", "pushed-https"]);
    let head = home.call(["git", "rev-parse", "HEAD"]).in_folder("tools").run();
    listed.ok().says(head.ok().stdout.trim());
}

fn wrong_token_is_401() {
    let home = home_with("alice:pat_of_nobody");
    let output = home.run(["git", "ls-remote", "https://git.test/acme/app.git"]);
    output.exits(128).says("remote: Invalid username or token.").says("Authentication failed for");
    assert_eq!(answers(&home.seen_https()), [(None, 401), (Some("unknown"), 401)]);
    assert_eq!(home.read(".git-credentials"), "", "git takes the refused token out of the store");
}

fn no_scope_is_403() {
    let home = home_with(&Lab::get().identity("noscope").pair());
    let output = home.run(["git", "ls-remote", "https://git.test/acme/app.git"]);
    output.exits(128).says("remote: Your token lacks the required scope").says("returned error: 403");
    assert_eq!(answers(&home.seen_https()), [(None, 401), (Some("noscope"), 403)]);
}

fn other_owner_is_404() {
    let home = home_with(&Lab::get().identity("globex").pair());
    let output = home.run(["git", "ls-remote", "https://git.test/acme/app.git"]);
    output.exits(128).says("remote: Repository not found.").says("not found");
    assert_eq!(answers(&home.seen_https()), [(None, 401), (Some("globex"), 404)]);
}

fn no_token_asks_for_one() {
    let home = Home::fresh("https");
    home.trust_lab_root();
    let ask = home
        .call(["git", "ls-remote", "https://git.test/acme/app.git"])
        .env("GIT_TERMINAL_PROMPT", "0")
        .run();
    ask.exits(128).says("could not read Username for 'https://git.test': terminal prompts disabled");
    assert_eq!(answers(&home.seen_https()), [(None, 401)]);
}

fn bearer_is_taken_too() {
    let home = Home::fresh("https");
    home.trust_lab_root();
    home.git_config("http.extraHeader", &format!("Authorization: Bearer {}", Lab::get().token("acme")));
    home.run(["git", "ls-remote", "https://git.test/acme/app.git"]).ok();
    assert_eq!(answers(&home.seen_https())[0], (Some("acme"), 200));
}

fn plain_http_shows_a_token_in_clear() {
    let home = Home::fresh("https");
    let url = format!("http://{}@git.test/acme/app.git", Lab::get().identity("acme").pair());
    home.run(["git", "ls-remote", &url]).ok();
    let seen = home.seen_https();
    let clear = seen.iter().find(|seen| seen.scheme == "http" && seen.authorization.is_some());
    assert_eq!(clear.and_then(|seen| seen.identity.as_deref()), Some("acme"), "{seen:#?}");
}

fn homes_are_told_apart() {
    let acme = home_with(&Lab::get().identity("acme").pair());
    let globex = home_with(&Lab::get().identity("globex").pair());
    acme.run(["git", "ls-remote", "https://git.test/acme/lib.git"]).ok();
    globex.run(["git", "ls-remote", "https://git.test/globex/lib.git"]).ok();
    let paths = |home: &Home| home.seen_https().into_iter().map(|seen| seen.path).collect::<Vec<_>>();
    if homes_have_addresses() {
        assert!(paths(&acme).iter().all(|path| path.starts_with("/acme/")), "{:?}", paths(&acme));
    }
    assert!(!paths(&acme).is_empty());
    assert!(paths(&globex).iter().any(|path| path.starts_with("/globex/")), "{:?}", paths(&globex));
}
