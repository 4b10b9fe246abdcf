//! `doorkey verify` against real servers: where each kind of fault breaks the climb, and that nothing changes.

use crate::support::{Home, Lab, Output, trial};
use libtest_mimic::Trial;
use serde_json::Value;
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("verify_two_tenants_over_both_transports", two_tenants_over_both_transports),
        trial("verify_wrong_token_is_tried_once", wrong_token_is_tried_once),
        trial("verify_no_token", no_token),
        trial("verify_foreign_owner_gets_no_token", foreign_owner_gets_no_token),
        trial("verify_other_profiles_repository", other_profiles_repository),
        trial("verify_forbidden", forbidden),
        trial("verify_missing_repository", missing_repository),
        trial("verify_certificates", certificates),
        trial("verify_intercepting_proxy", intercepting_proxy),
        trial("verify_tunnel_proxy_wants_a_password", tunnel_proxy_wants_a_password),
        trial("verify_name_and_port", name_and_port),
        trial("verify_host_keys", host_keys),
        trial("verify_ssh_keys", ssh_keys),
        trial("verify_stranger_over_ssh", stranger_over_ssh),
        trial("verify_own_ssh_command_stays", own_ssh_command_stays),
        trial("verify_netrc_is_no_proof", netrc_is_no_proof),
        trial("verify_rewritten_url", rewritten_url),
        trial("verify_off", off),
        trial("verify_changes_nothing", changes_nothing),
        trial("verify_says_what_is_missing", says_what_is_missing),
        trial("verify_with_every_git", with_every_git),
        trial("verify_many_side_by_side", many_side_by_side),
        trial("verify_token_check", token_check),
    ]
}

const ACME: &str = "https://git.test/acme/app.git";
const ACME_LIB: &str = "https://git.test/acme/lib.git";
const GLOBEX: &str = "https://git.test/globex/app.git";
const ACME_SSH: &str = "git@git.test:acme/app.git";

/// A home with a store, and nothing more.
fn home() -> Home {
    let home = Home::fresh("verify");
    home.doorkey(["store", "init", "--key-file", "key.txt", "--yes"]).ok();
    home
}

/// Adds a profile named after its owner on git.test.
fn add(home: &Home, owner: &str, more: &[&str]) {
    let usual = ["profile", "add", owner, "--host", "git.test", "--owner", owner, "--yes"];
    home.doorkey([&usual[..], more].concat()).ok();
}

/// Names a repository in a profile's file, as a person might by hand.
fn write_proof(home: &Home, owner: &str, repo: &str) {
    let line = format!(
        "printf '\\n[[verify]]\\nrepo = \"%s\"\\n' '{repo}' >>~/.config/doorkey/profiles/{owner}.toml"
    );
    home.run(["sh", "-c", &line]).ok();
}

/// As [`add`], and it trusts the lab's root.
fn add_trusting(home: &Home, owner: &str, more: &[&str]) {
    let ca = Lab::get().root_ca();
    add(home, owner, &[&["--ca", ca.to_str().expect("a path")], more].concat());
}

/// Keeps a token for a profile on git.test.
fn token(home: &Home, profile: &str, user: &str, token: &str) {
    let words = ["token", "add", profile, "--host", "git.test", "--user", user, "--stdin", "--yes"];
    home.doorkey_call(words).stdin(token).run().ok();
}

/// The right token of the owner with the profile's name.
fn right_token(home: &Home, owner: &str) {
    let identity = Lab::get().identity(owner);
    token(home, owner, identity.user, identity.token);
}

fn use_profile(home: &Home, name: &str) {
    home.doorkey(["use", name, "--yes"]).ok();
}

/// acme with its right token, in force.
fn acme(more: &[&str]) -> Home {
    let home = home();
    add_trusting(&home, "acme", more);
    right_token(&home, "acme");
    use_profile(&home, "acme");
    home
}

/// acme over SSH with a key of an owner, in force.
fn acme_over_ssh(key_of: &str) -> Home {
    let home = home();
    home.know_ssh_hosts();
    home.install_key(key_of, ".ssh/id_acme");
    add(&home, "acme", &["--transport", "ssh", "--ssh-key", "id_acme", "--verify", ACME_SSH]);
    use_profile(&home, "acme");
    home
}

/// A repository in the output of `verify --json`.
#[derive(Debug)]
struct Seen(Value);

impl Seen {
    fn verdict(&self) -> &str {
        self.0["verdict"].as_str().expect("a verdict")
    }

    fn note(&self) -> Option<&str> {
        self.0["note"]["code"].as_str()
    }

    fn rung(&self, layer: &str) -> &Value {
        let rungs = self.0["rungs"].as_array().expect("rungs");
        rungs.iter().find(|r| r["layer"] == layer).unwrap_or_else(|| panic!("no {layer} in {:#}", self.0))
    }

    fn text(&self, layer: &str, field: &str) -> &str {
        self.rung(layer)[field].as_str().unwrap_or_else(|| panic!("no {field} in {:#}", self.0))
    }

    /// Fails the test unless exactly this rung is broken, those below it hold, and none above it was tried.
    #[track_caller]
    fn breaks_at(&self, layer: &str, code: &str) -> &Self {
        assert_eq!(self.verdict(), "broken", "{:#}", self.0);
        let rungs = self.0["rungs"].as_array().expect("rungs");
        let at = rungs.iter().position(|r| r["outcome"] == "broken").expect("a broken rung");
        let found = (rungs[at]["layer"].as_str(), rungs[at]["code"].as_str());
        assert_eq!(found, (Some(layer), Some(code)), "{:#}", self.0);
        assert!(rungs[at]["cause"].is_string() && rungs[at]["repair"].is_string(), "{:#}", self.0);
        assert!(rungs[at + 1..].iter().all(|r| r["outcome"] == "not-tried"), "{:#}", self.0);
        self
    }

    /// Fails the test unless cause, repair or evidence of the rung hold the text.
    #[track_caller]
    fn says(&self, layer: &str, text: &str) -> &Self {
        let rung = self.rung(layer);
        let holds = ["cause", "repair", "evidence"]
            .iter()
            .any(|f| rung[f].as_str().is_some_and(|t| t.contains(text)));
        assert!(holds, "expected {text:?} in {rung:#}");
        self
    }
}

/// Runs `verify ... --json`.
fn verify(home: &Home, words: &[&str]) -> (Output, Vec<Seen>) {
    let output = home.doorkey([&["verify"], words, &["--json"]].concat());
    let document: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|e| panic!("{e}\n{output}"));
    assert_eq!(document["schema"], "doorkey/verify/v1", "{output}");
    let list = document["repositories"].as_array().unwrap_or_else(|| panic!("no list\n{output}")).clone();
    (output, list.into_iter().map(Seen).collect())
}

/// As [`verify`] for one repository.
fn verify_one(home: &Home, words: &[&str]) -> Seen {
    let (output, mut list) = verify(home, words);
    assert_eq!(list.len(), 1, "{output}");
    output.exits(if list[0].verdict() == "ok" && list[0].note() != Some("wrong-profile") { 0 } else { 1 });
    list.remove(0)
}

/// Who logged in over HTTPS, and how it was answered; requests without a login left out.
fn logins(home: &Home) -> Vec<(String, u16)> {
    home.seen_https().into_iter().filter_map(|seen| Some((seen.identity?, seen.status))).collect()
}

fn two_tenants_over_both_transports() {
    let home = home();
    home.know_ssh_hosts();
    for owner in ["acme", "globex"] {
        home.install_key(owner, &format!(".ssh/id_{owner}"));
        let (https, ssh) =
            (format!("https://git.test/{owner}/app.git"), format!("git@git.test:{owner}/app.git"));
        let key = format!("id_{owner}");
        add_trusting(
            &home,
            owner,
            &["--transport", "both", "--ssh-key", &key, "--verify", &https, "--verify", &ssh],
        );
        right_token(&home, owner);
    }
    use_profile(&home, "acme");
    let (output, list) = verify(&home, &[]);
    output.exits(0);
    let names: Vec<_> =
        list.iter().map(|r| (r.0["repo"].as_str().unwrap(), r.0["profile"].as_str().unwrap())).collect();
    let expected =
        [(ACME, "acme"), (ACME_SSH, "acme"), (GLOBEX, "globex"), ("git@git.test:globex/app.git", "globex")];
    assert_eq!(names, expected);
    for (seen, known) in
        list.iter().zip(["as alice (acme)", "~/.ssh/id_acme", "as bob (globex)", "~/.ssh/id_globex"])
    {
        assert_eq!((seen.verdict(), seen.note()), ("ok", None), "{:#}", seen.0);
        seen.says("authentication", known).says("repository", "HEAD is ");
        seen.says("dns", "git.test is 127.0.1.3");
    }
    list[1].says("host-key", "ssh-ed25519 SHA256:").says("host-key", "a known one");
    // The servers saw each tenant as itself, and nobody else.
    let https: Vec<_> = home.seen_https().into_iter().filter_map(|s| Some((s.path, s.identity?))).collect();
    assert!(
        https.iter().all(|(path, who)| path.starts_with(&format!("/{who}/"))) && !https.is_empty(),
        "{https:?}"
    );
    let ssh = home.seen_ssh();
    assert!(ssh.len() == 2 && ssh.iter().all(|s| s.command.contains(&format!("'{}/", s.key))), "{ssh:?}");
    // For people: one line each.
    let people = home.doorkey(["verify", "acme"]);
    people.ok().says("ok: https://git.test/acme/app.git  read  as alice (acme)  ");
    people.says("ok: git@git.test:acme/app.git  read  with the key ~/.ssh/id_acme (acme)  ");
    people.says("2 of 2 repositories can be read.");
}

fn wrong_token_is_tried_once() {
    let home = home();
    add_trusting(&home, "acme", &["--verify", ACME, "--verify", ACME_LIB]);
    token(&home, "acme", "alice", "pat_of_nobody");
    use_profile(&home, "acme");
    let (output, list) = verify(&home, &["acme", "--jobs", "8"]);
    output.exits(1).does_not_say("pat_of_nobody");
    list[0].breaks_at("authentication", "auth-refused").says("authentication", "Invalid username or token.");
    list[0]
        .says("authentication", "token of alice (acme)")
        .says("authentication", "doorkey token add acme --host git.test --user alice");
    list[0].says("tls", "certificate of git.test");
    assert_eq!(list[1].verdict(), "not-tried");
    list[1].says("authentication", "git.test refused the login of alice (acme)");
    assert_eq!(logins(&home), [("unknown".to_owned(), 401)], "one refused login in all");
    let people = home.doorkey(["verify"]);
    people.exits(1).says("error: https://git.test/acme/app.git  broken at authentication (acme)");
    people.says("warning: https://git.test/acme/lib.git  not tried (acme): git.test refused");
}

fn no_token() {
    let home = home();
    add_trusting(&home, "acme", &["--verify", ACME, "--user", "alice"]);
    use_profile(&home, "acme");
    let seen = verify_one(&home, &["acme"]);
    seen.breaks_at("authentication", "no-credential")
        .says("authentication", "acme has no token for https://git.test");
    assert_eq!(seen.text("authentication", "repair"), "doorkey token add acme --host git.test --user alice");
    assert_eq!(logins(&home), []);
}

fn foreign_owner_gets_no_token() {
    let home = acme(&["--verify", ACME]);
    let seen = verify_one(&home, &["acme", "--repo", "https://git.test/initech/app.git"]);
    // The profile's root is for its host, so the climb comes as far as the login; the token stays here.
    seen.breaks_at("authentication", "no-credential")
        .says("authentication", "no profile claims owner \"initech\"");
    assert_eq!(seen.note(), Some("wrong-profile"));
    assert_eq!(logins(&home), []);
}

fn other_profiles_repository() {
    let home = acme(&[]);
    write_proof(&home, "acme", GLOBEX);
    add_trusting(&home, "globex", &[]);
    right_token(&home, "globex");
    use_profile(&home, "acme");
    let seen = verify_one(&home, &["acme"]);
    assert_eq!((seen.verdict(), seen.note()), ("ok", Some("wrong-profile")), "{:#}", seen.0);
    seen.says("authentication", "as bob (globex)");
    home.doorkey(["verify", "acme"]).exits(1).says("wrong-profile: profile globex speaks for");
    // Without a profile, the one that speaks for it is asked.
    let seen = verify_one(&home, &["--repo", GLOBEX]);
    assert_eq!((seen.0["profile"].as_str(), seen.note()), (Some("globex"), None));
}

fn forbidden() {
    let home = home();
    add_trusting(&home, "acme", &["--verify", ACME, "--verify", ACME_LIB]);
    let frank = Lab::get().identity("noscope");
    token(&home, "acme", frank.user, frank.token);
    use_profile(&home, "acme");
    let (output, list) = verify(&home, &[]);
    output.exits(1);
    for seen in &list {
        seen.breaks_at("authorisation", "forbidden").says("authorisation", "lacks the required scope");
        seen.says("authorisation", "frank (acme)").says("authentication", "as frank (acme)");
    }
}

fn missing_repository() {
    let home = home();
    add_trusting(&home, "acme", &["--owner", "globex"]);
    right_token(&home, "acme");
    use_profile(&home, "acme");
    for url in ["https://git.test/acme/nosuch.git", GLOBEX] {
        let seen = verify_one(&home, &["acme", "--repo", url]);
        seen.breaks_at("repository", "repository-not-found").says("repository", "hidden from alice (acme)");
        seen.says("authentication", "as alice (acme)");
    }
    let home = acme_over_ssh("globex");
    let seen = verify_one(&home, &[]);
    seen.breaks_at("repository", "repository-not-found").says("repository", "ERROR: Repository not found.");
    seen.says("repository", "hidden from the key ~/.ssh/id_acme of acme");
}

fn certificates() {
    let home = home();
    let ca = Lab::get().root_ca();
    let hosts = ["expired", "wronghost", "untrusted", "nochain", "selfsigned"];
    for host in hosts {
        let (name, url) = (format!("{host}.git.test"), format!("https://{host}.git.test/acme/app.git"));
        let words = ["profile", "add", host, "--host", &name, "--yes", "--verify", &url, "--ca"];
        home.doorkey([&words[..], &[ca.to_str().expect("a path")]].concat()).ok();
    }
    // git.test by a profile without the root.
    add(&home, "acme", &["--verify", ACME]);
    use_profile(&home, "acme");
    let (output, list) = verify(&home, &[]);
    output.exits(1);
    let found: BTreeMap<&str, &Seen> =
        list.iter().map(|s| (s.0["profile"].as_str().expect("one"), s)).collect();
    for (profile, code, words) in [
        ("expired", "tls-expired", "expired on 2024-04-01"),
        ("wronghost", "tls-wrong-name", "other.example.test"),
        ("untrusted", "tls-untrusted-root", "Stranger Root CA"),
        ("nochain", "tls-incomplete-chain", "Lab Corp Issuing CA 1"),
        ("selfsigned", "tls-self-signed", "selfsigned.git.test"),
        ("acme", "tls-untrusted-root", "Lab Corp Root CA"),
    ] {
        found[profile].breaks_at("tls", code).says("tls", words).says("tls", "roots in use: ");
        assert_eq!(found[profile].text("tcp", "outcome"), "ok");
    }
    found["acme"].says("tls", "`doorkey profile edit acme`").says("tls", "git: fatal: unable to access");
    assert_eq!(logins(&home), []);
}

fn intercepting_proxy() {
    let lab = Lab::get();
    let proxy = lab.intercepting_proxy();
    let home = home();
    add_trusting(&home, "acme", &["--proxy", proxy, "--verify", ACME]);
    right_token(&home, "acme");
    use_profile(&home, "acme");
    let seen = verify_one(&home, &[]);
    assert!(["tls-untrusted-root", "tls-intercepted"].contains(&seen.text("tls", "code")), "{:#}", seen.0);
    seen.breaks_at("tls", seen.text("tls", "code")).says("tls", "Lab Corp Proxy Interception CA");
    seen.says("tls", "`doorkey profile edit acme`").says("tls", "proxy.corp.test:3128");
    seen.says("dns", "proxy.corp.test is 127.0.1.10").says("proxy", "opened a tunnel to git.test:443");

    let home = self::home();
    let ca = lab.proxy_ca();
    add(&home, "acme", &["--proxy", proxy, "--verify", ACME, "--ca", ca.to_str().expect("a path")]);
    right_token(&home, "acme");
    use_profile(&home, "acme");
    let seen = verify_one(&home, &[]);
    assert_eq!(seen.verdict(), "ok", "{:#}", seen.0);
    seen.says("proxy", "proxy.corp.test:3128").says("authentication", "as alice (acme)");
    seen.says("dns", "proxy.corp.test is 127.0.1.10");
    assert_eq!(home.seen_https(), [], "nothing came directly");
}

fn tunnel_proxy_wants_a_password() {
    let proxy = Lab::get().tunnel_proxy();
    let home = home();
    add_trusting(&home, "acme", &["--proxy", proxy, "--verify", ACME]);
    right_token(&home, "acme");
    use_profile(&home, "acme");
    let seen = verify_one(&home, &[]);
    seen.breaks_at("proxy", "proxy-auth-required").says("proxy", "the proxy wants a user name and password");
    seen.says("proxy", "`doorkey profile edit acme`");
    // A wrong password is git's to try, not ours as well.
    let mut home = home;
    let wrong = proxy.replace("://", "://corpuser:wrong@");
    home.git_config("http.https://git.test/acme.proxy", &wrong);
    home.forget_seen();
    let seen = verify_one(&home, &[]);
    seen.breaks_at("proxy", "proxy-auth-required").says("proxy", "did not accept the password of corpuser");
    let tries = home.seen_connects().into_iter().filter(|c| c.account.is_some()).count();
    assert_eq!(tries, 1);
}

fn name_and_port() {
    let home = acme(&[]);
    let seen = verify_one(&home, &["--repo", "https://nosuch.git.test/acme/app.git"]);
    seen.breaks_at("dns", "dns-no-such-name");
    let seen = verify_one(&home, &["--repo", "https://git.test:9/acme/app.git"]);
    seen.breaks_at("tcp", "tcp-refused").says("tcp", "nothing listens on port 9");
    let seen = verify_one(&home, &["--repo", "git@nosuch.git.test:acme/app.git"]);
    seen.breaks_at("dns", "dns-no-such-name");
    let seen = verify_one(&home, &["--repo", "ssh://git@git.test:9/acme/app.git"]);
    seen.breaks_at("tcp", "tcp-refused");
}

fn host_keys() {
    let home = acme_over_ssh("acme");
    home.write(".ssh/known_hosts", "", 0o600);
    use_profile(&home, "acme");
    let seen = verify_one(&home, &[]);
    seen.breaks_at("host-key", "host-key-unknown").says("host-key", "the server shows ssh-ed25519 SHA256:");
    seen.says("tcp", "port 22");
    assert_eq!(home.read(".ssh/known_hosts"), "", "verifying pins nothing");
    // The key of port 2222 under the name of port 22.
    let known = Lab::get().known_hosts();
    let other = known.lines().find_map(|l| l.strip_prefix("[git.test]:2222 ")).expect("its key");
    home.write(".ssh/known_hosts", format!("git.test {other}\n"), 0o600);
    use_profile(&home, "acme");
    let seen = verify_one(&home, &[]);
    seen.breaks_at("host-key", "host-key-changed").says("host-key", "trusted_hosts.acme:1");
    assert!(!seen.text("host-key", "evidence").contains("remove with"), "{:#}", seen.0);
}

fn ssh_keys() {
    let home = acme_over_ssh("acme");
    let url = "ssh://git@git.test:2200/acme/app.git";
    // Port 2200 takes no key.
    home.doorkey(["profile", "remove", "acme", "--yes"]).ok();
    let words = ["--transport", "ssh", "--ssh-key", "id_acme", "--ssh-port", "2200"];
    let both = ["--verify", url, "--verify", "ssh://git@git.test:2200/acme/lib.git"];
    add(&home, "acme", &[&words[..], &both].concat());
    use_profile(&home, "acme");
    let (output, list) = verify(&home, &[]);
    output.exits(1);
    list[0]
        .breaks_at("authentication", "key-refused")
        .says("authentication", "git.test does not know ~/.ssh/id_acme");
    list[0].says("authentication", "Permission denied (publickey)");
    assert_eq!(list[1].verdict(), "not-tried");
    assert_eq!(home.offered_keys().len(), 1, "one key, once");
    // A key that ssh will not read.
    let home = acme_over_ssh("acme");
    home.run(["chmod", "644", ".ssh/id_acme"]).ok();
    let seen = verify_one(&home, &[]);
    seen.breaks_at("authentication", "key-unusable").says("authentication", "chmod 600");
    home.run(["rm", ".ssh/id_acme", ".ssh/id_acme.pub"]).ok();
    let seen = verify_one(&home, &[]);
    seen.breaks_at("authentication", "key-unusable").says("authentication", "is not there");
    // One with a passphrase that no agent knows.
    let home = acme_over_ssh("acme");
    home.run(["ssh-keygen", "-q", "-p", "-P", "", "-N", "a passphrase", "-f", ".ssh/id_acme"]).ok();
    let seen = verify_one(&home, &[]);
    seen.breaks_at("authentication", "key-locked").says("authentication", "ssh-add ~/.ssh/id_acme");
}

fn stranger_over_ssh() {
    let home = acme_over_ssh("acme");
    home.install_key("personal", ".ssh/id_ed25519");
    let seen = verify_one(&home, &["acme", "--repo", "git@git.test:initech/app.git"]);
    seen.breaks_at("authentication", "no-key")
        .says("authentication", "no profile claims \"initech/app.git\"");
    seen.says("authentication", "doorkey route add ssh://git@git.test/initech/app.git PROFILE");
    assert_eq!(seen.note(), Some("wrong-profile"));
    assert_eq!(home.seen_ssh(), []);
}

fn own_ssh_command_stays() {
    let home = acme_over_ssh("acme");
    home.git_config("core.sshCommand", "ssh -o BatchMode=yes -o StrictHostKeyChecking=yes");
    let seen = verify_one(&home, &[]);
    assert_eq!(seen.verdict(), "ok", "{:#}", seen.0);
    seen.says("authentication", "by your own ssh command");
    home.git_config("core.sshCommand", "/home/nobody/no-such-ssh");
    let seen = verify_one(&home, &[]);
    seen.breaks_at("repository", "git-failed").says("repository", "no-such-ssh");
}

fn netrc_is_no_proof() {
    let home = acme(&["--verify", ACME]);
    let alice = Lab::get().identity("acme");
    home.write(".netrc", format!("machine git.test login {} password {}\n", alice.user, alice.token), 0o600);
    let seen = verify_one(&home, &[]);
    assert_eq!((seen.verdict(), seen.note()), ("ok", Some("other-credential")), "{:#}", seen.0);
    seen.says("authentication", "without a credential of doorkey");
    home.write(".netrc", "machine git.test login alice password wrong\n", 0o600);
    let seen = verify_one(&home, &[]);
    assert_eq!((seen.verdict(), seen.note()), ("ok", None), "git asks doorkey after the refusal");
}

fn rewritten_url() {
    let home = acme_over_ssh("acme");
    home.git_config("url.git@git.test:.insteadOf", "https://git.test/");
    let seen = verify_one(&home, &["acme", "--repo", ACME]);
    assert_eq!((seen.verdict(), seen.note()), ("ok", None), "{:#}", seen.0);
    seen.says("host-key", "SHA256:");
}

fn off() {
    let home = acme(&["--verify", ACME]);
    home.doorkey(["off", "--yes"]).ok();
    home.trust_lab_root();
    let seen = verify_one(&home, &[]);
    seen.breaks_at("authentication", "no-credential").says("authentication", "terminal prompts disabled");
    assert_eq!(seen.note(), Some("not-in-force"));
}

/// Every file below a folder: content, mode, owner, time of change.
fn snapshot(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, u32, u32, i64, i64)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let about = path.symlink_metadata().expect("it");
            let content = if about.is_file() { std::fs::read(&path).expect("it") } else { Vec::new() };
            if about.is_dir() {
                folders.push(path.clone());
            }
            found.insert(path, (content, about.mode(), about.uid(), about.mtime(), about.mtime_nsec()));
        }
    }
    found
}

fn changes_nothing() {
    // A git before 2.46 tells helpers below ours to store what ours answered.
    for git in Lab::get().gits() {
        let folder = git.parent().expect("its folder").display().to_string();
        changes_nothing_with(&format!("{folder}:/run/lab/bin:/usr/local/bin:/usr/bin:/bin"));
    }
}

fn changes_nothing_with(path: &str) {
    let mut home = home();
    home.set_env("PATH", path);
    home.install_key("acme", ".ssh/id_acme");
    let both = ["--transport", "both", "--ssh-key", "id_acme", "--verify", ACME, "--verify", ACME_SSH];
    add_trusting(&home, "acme", &both);
    token(&home, "acme", "alice", "pat_of_nobody");
    add_trusting(&home, "globex", &["--verify", GLOBEX]);
    right_token(&home, "globex");
    use_profile(&home, "acme");
    // What would write: a helper of the user's below ours, and an ssh that takes new host keys.
    home.git_config("credential.helper", "store");
    let own = home.read(".ssh/config");
    home.write(
        ".ssh/config",
        format!("{own}\nHost *\n    StrictHostKeyChecking accept-new\n    UpdateHostKeys yes\n"),
        0o600,
    );
    let before = snapshot(&home.path);
    let (output, list) = verify(&home, &[]);
    output.exits(1);
    list[0].breaks_at("authentication", "auth-refused");
    list[1].breaks_at("host-key", "host-key-unknown");
    // Refused on the same host, so globex's token is not tried there.
    assert_eq!(list[2].verdict(), "not-tried");
    assert_eq!(verify_one(&home, &["globex"]).verdict(), "ok");
    home.doorkey(["verify", "--dry-run"]).exits(1);
    let after = snapshot(&home.path);
    let changed: Vec<_> =
        after.iter().filter(|(path, was)| before.get(*path) != Some(*was)).map(|(p, _)| p).collect();
    assert!(changed.is_empty() && before.len() == after.len(), "{path}: {changed:?}");
    home.doorkey(["token", "list", "acme"]).ok().says("in use");
}

fn says_what_is_missing() {
    let home = home();
    home.doorkey(["verify"]).exits(2).says("there are no profiles");
    add(&home, "acme", &[]);
    home.doorkey(["verify", "acme"])
        .exits(2)
        .says("profile acme names no repository")
        .says("doorkey profile edit acme");
    home.doorkey(["verify", "nobody"]).exits(2).says("there is no profile nobody");
    home.doorkey(["verify", "--repo", "ext::touch ran"]).exits(2).says("names a program for git to run");
    add(&home, "globex", &[]);
    write_proof(&home, "globex", "ext::touch ran");
    home.git_config("protocol.ext.allow", "always");
    verify_one(&home, &["globex"]).breaks_at("repository", "bad-url");
    assert!(!home.path.join("ran").exists());
    let doorkey = Lab::doorkey();
    let script = format!("PATH=/nonexistent exec {} verify --repo {ACME}", doorkey.display());
    let output = home.run(["sh", "-c", &script]);
    output.exits(3).says("git is not installed, or not in PATH");
}

fn with_every_git() {
    // Their words and their ways with helpers differ.
    for git in Lab::get().gits() {
        let folder = git.parent().expect("its folder").display().to_string();
        let run = |home: &Home| {
            let script = format!("PATH={folder}:$PATH exec {} verify acme", Lab::doorkey().display());
            home.run(["sh", "-c", &script])
        };
        let home = acme(&["--verify", ACME]);
        run(&home).ok().says("read  as alice (acme)");
        token(&home, "acme", "alice", "pat_of_nobody");
        run(&home).exits(1).says("auth-refused").says("the token of alice (acme)");
        let frank = Lab::get().identity("noscope");
        token(&home, "acme", "alice", frank.token);
        run(&home).exits(1).says("broken at");
        home.doorkey(["token", "remove", "acme", "--yes"]).ok();
        run(&home).exits(1).says("no-credential").says("doorkey token add acme");
    }
}

fn many_side_by_side() {
    let urls: Vec<String> =
        (0..40).map(|n| format!("https://git.test/acme/{}.git", ["app", "lib", "tools"][n % 3])).collect();
    let home = acme(&urls.iter().flat_map(|url| ["--verify", url]).collect::<Vec<_>>());
    for jobs in ["1", "4", "8"] {
        let (output, list) = verify(&home, &["--jobs", jobs]);
        output.exits(0);
        // In the order of the profile, whoever was ready first.
        let found: Vec<_> = list.iter().map(|s| s.0["repo"].as_str().expect("a URL")).collect();
        assert_eq!(found, urls);
    }
}

fn token_check() {
    let home = acme(&["--verify", ACME]);
    home.doorkey(["token", "check"]).ok().says("the token of acme for https://git.test as alice works");
    // The host is made to refuse once: git tells the helper, which marks the token.
    let erase = format!(
        "protocol=https\nhost=git.test\npath=acme/app.git\nusername=alice\npassword={}\n\n",
        Lab::get().token("acme")
    );
    home.doorkey_call(["credential", "erase"]).stdin(erase).run().ok();
    let seen = verify_one(&home, &[]);
    seen.breaks_at("authentication", "no-credential");
    seen.says("authentication", "doorkey token check acme");
    home.doorkey(["token", "check", "--dry-run"]).ok();
    assert_eq!(verify_one(&home, &[]).verdict(), "broken");
    home.doorkey(["token", "check", "acme"]).ok().says("it is in use again");
    assert_eq!(verify_one(&home, &[]).verdict(), "ok");

    token(&home, "acme", "alice", "pat_of_nobody");
    let output = home.doorkey(["token", "check", "--json"]);
    let document: Value = serde_json::from_str(&output.exits(1).stdout).expect("JSON");
    let one = &document["tokens"][0];
    assert_eq!(
        (one["outcome"].as_str(), one["cleared"].as_bool()),
        (Some("refused"), Some(false)),
        "{output}"
    );
    output.does_not_say("pat_of_nobody");
}
