//! What the routing tests share: a home with two tenants on one host, set up as a user would, and what the servers saw.

use crate::support::{Home, Lab, Output};
use std::collections::BTreeSet;

/// The two tenants of `git.test`. acme-labs and initech have repositories there too, which no profile claims.
pub(crate) const TENANTS: [&str; 2] = ["acme", "globex"];

/// A home with both tenants over HTTPS and SSH, acme's identity in force, nothing seen yet.
pub(crate) fn two_tenants(name: &str) -> Home {
    let mut home = Home::fresh(name);
    add_both(&home, &[]);
    put_in_force(&mut home);
    home
}

/// The store, both profiles with their keys and the lab's root, both tokens. `more` goes to both `profile add`.
pub(crate) fn add_both(home: &Home, more: &[&str]) {
    make_store(home);
    for owner in TENANTS {
        add(home, owner, &[&["--owner", owner], more].concat());
        add_token(home, owner, Lab::get().token(owner));
    }
}

/// A store that needs no person, and the hosts' keys.
pub(crate) fn make_store(home: &Home) {
    home.know_ssh_hosts();
    home.doorkey(["store", "init", "--key-file", "vault.key"]).ok();
}

/// A profile for a tenant on `git.test`, with the key `~/.ssh/id_TENANT` and the lab's root.
pub(crate) fn add(home: &Home, tenant: &str, more: &[&str]) {
    let lab = Lab::get();
    home.install_key(tenant, &format!(".ssh/id_{tenant}"));
    let (root, key) = (lab.root_ca(), format!("id_{tenant}"));
    let root = root.to_str().expect("a path");
    let (user, email) = (lab.identity(tenant).user, format!("{}@{tenant}.test", lab.identity(tenant).user));
    let words =
        ["profile", "add", tenant, "--host", "git.test", "--user", user, "--ssh-key", &key, "--ca", root];
    let identity = ["--name", user, "--email", &email, "--yes"];
    home.doorkey(words.iter().chain(more).chain(&identity)).ok();
}

/// `token add`, which replaces the one that is there.
pub(crate) fn add_token(home: &Home, tenant: &str, token: &str) {
    home.doorkey_call(["token", "add", tenant, "--stdin", "--yes"]).stdin(token).run().ok();
}

/// `use acme`, and the servers' logs begin anew.
pub(crate) fn put_in_force(home: &mut Home) {
    home.doorkey(["use", "acme", "--yes"]).ok();
    home.forget_seen();
}

/// Starts an agent that holds everybody's key, globex's and personal's first.
pub(crate) fn start_agent(home: &mut Home) -> String {
    let socket = home.path.join("agent.sock");
    let socket = socket.to_str().expect("a path").to_owned();
    home.run(["ssh-agent", "-a", &socket]).ok();
    home.set_env("SSH_AUTH_SOCK", &socket);
    for owner in ["globex", "personal", "initech", "acme-labs", "acme"] {
        let key = home.install_key(owner, &format!("keys/{owner}"));
        home.run(["ssh-add", "-q", key.to_str().expect("a path")]).ok();
    }
    socket
}

/// Every git of the lab, as a program name.
pub(crate) fn gits() -> Vec<String> {
    Lab::get().gits().into_iter().map(|git| git.to_str().expect("a path").to_owned()).collect()
}

/// Whether this git hands `authtype` to helpers (2.46 and later): only then an answer is kept out of later helpers.
pub(crate) fn has_authtype(home: &Home, git: &str) -> bool {
    home.run([git, "credential", "capability"]).stdout.contains("capability authtype")
}

/// Whose tokens reached the HTTPS host, on any request; `unknown` for a token of nobody.
pub(crate) fn tokens_seen(home: &Home) -> BTreeSet<String> {
    let mut seen = home.seen_https();
    assert!(seen.iter().all(|one| one.identity.is_some() == one.authorization.is_some()), "{seen:#?}");
    seen.retain(|one| one.authorization.as_deref().is_none_or(holds_a_secret));
    seen.into_iter().filter_map(|one| one.identity).collect()
}

/// A user in the URL is sent by curl with an empty password before any helper is asked.
fn holds_a_secret(authorization: &str) -> bool {
    use base64::Engine;
    let pair = authorization
        .strip_prefix("Basic ")
        .map(|text| base64::engine::general_purpose::STANDARD.decode(text));
    !matches!(pair, Some(Ok(pair)) if pair.ends_with(b":"))
}

/// With whose keys which command was asked, in order.
pub(crate) fn keys_seen(home: &Home) -> Vec<(String, String)> {
    home.seen_ssh().into_iter().map(|seen| (seen.key, seen.answer)).collect()
}

/// Fails the test unless the server answered and this owner's token, and no other, reached it.
#[track_caller]
pub(crate) fn only_token(home: &mut Home, owner: &str, what: &str) {
    assert_eq!(tokens_seen(home), BTreeSet::from([owner.to_owned()]), "{what}");
    assert!(home.seen_https().iter().any(|seen| seen.status == 200), "{what}: nothing was served");
    home.forget_seen();
}

/// Fails the test unless this owner's key, and no other, was used, and its repository served.
#[track_caller]
pub(crate) fn only_key(home: &mut Home, owner: &str, what: &str) {
    let seen = keys_seen(home);
    assert!(!seen.is_empty(), "{what}: the server saw nothing");
    let right = |(key, answer): &(String, String)| key == owner && (answer == "served" || answer == "lfs");
    assert!(seen.iter().all(right), "{what}: {seen:?}");
    home.forget_seen();
}

/// An askpass program that notes each question in `asked` and answers with personal's account.
pub(crate) fn install_askpass(home: &mut Home) {
    let personal = Lab::get().identity("personal");
    let script = format!(
        "#!/bin/sh\necho \"$1\" >>~/asked\ncase $1 in Username*) echo {};; *) echo {};; esac\n",
        personal.user, personal.token
    );
    let path = home.write("askpass", script, 0o755);
    home.set_env("GIT_ASKPASS", path);
}

/// Fails the test unless doorkey refused, with words, and nobody else was asked: no token, no question.
#[track_caller]
pub(crate) fn refused(home: &mut Home, output: &Output) {
    assert!(output.code != Some(0) && !output.timed_out, "{output}");
    assert!(output.stderr.lines().any(|line| line.starts_with("doorkey: ")), "no word of doorkey\n{output}");
    output.does_not_say("could not read Username");
    assert_eq!(tokens_seen(home), BTreeSet::new(), "{output}");
    assert!(!home.path.join("asked").exists(), "askpass was asked {}\n{output}", home.read("asked"));
    home.forget_seen();
}
