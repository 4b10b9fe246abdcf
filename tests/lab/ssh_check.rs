//! `doorkey ssh check`: whose account each key opens, by the greeting of the real sshd, with that key and no other.

use crate::routing_tenants::{add, keys_seen, make_store, start_agent, two_tenants};
use crate::support::{Home, Output, trial};
use libtest_mimic::Trial;
use serde_json::Value;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("ssh_check_names_the_account_of_each_key", account_of_each_key),
        trial("ssh_check_goes_the_users_own_way", by_the_users_own_way),
        trial("ssh_check_finds_keys_in_the_wrong_place", keys_in_the_wrong_place),
        trial("ssh_check_says_what_stood_in_the_way", what_stood_in_the_way),
    ]
}

fn checked(home: &Home, code: i32) -> (Value, Output) {
    let document = home.doorkey(["ssh", "check", "--json"]).exits(code).stdout.clone();
    let people = home.doorkey(["ssh", "check"]);
    people.exits(code);
    (serde_json::from_str(&document).unwrap_or_else(|e| panic!("{e}: {document}")), people)
}

/// Profile, outcome and account of each.
fn told(document: &Value) -> Vec<(&str, &str, &str)> {
    document["keys"]
        .as_array()
        .expect("keys")
        .iter()
        .map(|one| {
            let field = |name: &str| one[name].as_str().unwrap_or_default();
            (field("profile"), field("outcome"), field("account"))
        })
        .collect()
}

fn account_of_each_key() {
    let mut home = two_tenants("ssh_check");
    // Five other keys in the agent, and one under `Host *`: none of them is shown.
    start_agent(&mut home);
    let own = home.read(".ssh/config");
    home.write(
        ".ssh/config",
        format!("{own}Host *\n  IdentityFile ~/keys/personal\n  ForwardAgent yes\n"),
        0o600,
    );
    home.forget_seen();
    let (document, people) = checked(&home, 0);
    assert_eq!(told(&document), [("acme", "opens", "alice"), ("globex", "opens", "bob")], "{document:#}");
    assert!(people.stdout.contains("acme: ~/.ssh/id_acme opens git.test as alice"), "{people}");
    let seen = keys_seen(&home);
    let mut keys: Vec<&str> = seen.iter().map(|(key, _)| key.as_str()).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["acme", "acme", "globex", "globex"], "two runs, one login a key: {seen:?}");
    let one = home.doorkey(["ssh", "check", "globex"]);
    one.ok();
    assert!(one.stdout.contains("as bob") && !one.stdout.contains("alice"), "{one}");
    // Out of force too.
    home.doorkey(["off", "--yes"]).ok();
    let (document, _) = checked(&home, 0);
    assert_eq!(told(&document), [("acme", "opens", "alice"), ("globex", "opens", "bob")], "{document:#}");
}

fn by_the_users_own_way() {
    let home = two_tenants("ssh_check");
    let own = home.read(".ssh/config");
    let command = r#"sh -c 'echo %h:%p >>went; exec bash -c "exec 3<>/dev/tcp/%h/%p; cat <&3 & cat >&3"'"#;
    let way = "Host git.test\n  HostName tenant-a.git.test\n  HostKeyAlias git.test\n";
    home.write(".ssh/config", format!("{own}{way}  ProxyCommand {command}\n"), 0o600);
    let (document, _) = checked(&home, 0);
    assert_eq!(told(&document), [("acme", "opens", "alice"), ("globex", "opens", "bob")], "{document:#}");
    assert!(home.read("went").lines().all(|line| line == "tenant-a.git.test:22"), "{}", home.read("went"));
    // A jump that no shell should see.
    home.write(".ssh/config", format!("{own}Host git.test\n  ProxyJump \"a;touch${{IFS}}x\"\n"), 0o600);
    let (document, _) = checked(&home, 1);
    assert_eq!(told(&document)[0].1, "not-tried", "{document:#}");
    assert!(!home.path.join("x").exists());
}

fn keys_in_the_wrong_place() {
    let home = two_tenants("ssh_check");
    // acme's file holds globex's key: the profile names alice, and the host greets bob.
    home.install_key("globex", ".ssh/id_acme");
    let (document, people) = checked(&home, 1);
    assert_eq!(
        told(&document),
        [("acme", "other-account", "bob"), ("globex", "opens", "bob")],
        "{document:#}"
    );
    assert!(people.stdout.contains("it opens the account bob, and the profile names alice"), "{people}");
    assert!(people.stdout.contains("acme and globex open the same account, bob at git.test"), "{people}");
    // A key that no account has.
    home.run(["rm", "-f", ".ssh/id_acme", ".ssh/id_acme.pub"]).ok();
    home.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", ".ssh/id_acme"]).ok();
    let (document, people) = checked(&home, 1);
    assert_eq!(told(&document)[0], ("acme", "refused", ""), "{document:#}");
    assert!(people.stdout.contains("Permission denied (publickey)"), "{people}");
    assert!(
        people.stdout.contains("fix: add ~/.ssh/id_acme.pub to the account of acme at git.test"),
        "{people}"
    );
}

fn what_stood_in_the_way() {
    let mut home = Home::fresh("ssh_check");
    make_store(&home);
    add(&home, "acme", &["--owner", "acme", "--provider", "gitlab"]);
    home.forget_seen();
    // A user name that stands for any account names none.
    let file = ".config/doorkey/profiles/acme.toml";
    let text = home.read(file);
    assert!(text.contains("user = \"alice\""), "{text}");
    home.write(file, text.replace("user = \"alice\"", "user = \"oauth2\""), 0o600);
    let (document, _) = checked(&home, 0);
    assert_eq!(told(&document), [("acme", "opens", "alice")], "{document:#}");
    home.forget_seen();
    // Locked, and not in an agent; then in one.
    home.run(["ssh-keygen", "-q", "-p", "-P", "", "-N", "a phrase", "-f", ".ssh/id_acme"]).ok();
    let (document, people) = checked(&home, 1);
    assert_eq!(told(&document), [("acme", "not-tried", "")], "{document:#}");
    assert!(
        people.stdout.contains("it needs its passphrase") && people.stdout.contains("ssh-add"),
        "{people}"
    );
    home.run(["ssh-keygen", "-q", "-p", "-P", "a phrase", "-N", "", "-f", ".ssh/id_acme"]).ok();
    // A host whose key nobody knows is not asked, and its key is not learnt.
    home.write(".ssh/known_hosts", "", 0o600);
    let (document, people) = checked(&home, 1);
    assert_eq!(told(&document), [("acme", "not-tried", "")], "{document:#}");
    assert!(people.stdout.contains("Host key verification failed"), "{people}");
    assert_eq!(home.read(".ssh/known_hosts"), "");
    assert_eq!(keys_seen(&home), []);
    // The key's file is gone.
    home.know_ssh_hosts();
    home.run(["rm", ".ssh/id_acme"]).ok();
    let (document, people) = checked(&home, 1);
    assert_eq!(told(&document), [("acme", "not-tried", "")], "{document:#}");
    assert!(people.stdout.contains("doorkey ssh new acme"), "{people}");
}
