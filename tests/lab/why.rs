//! `doorkey why URL` against real servers: the broken rung, what stands beside it, and that `--fix` mends what lies here.

use crate::support::{Home, Lab, trial};
use libtest_mimic::Trial;
use serde_json::Value;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("why_healthy", healthy),
        trial("why_names", names),
        trial("why_ports", ports),
        trial("why_other_way", other_way),
        trial("why_fix_mends_and_climbs_again", fix_mends_and_climbs_again),
        trial("why_fix_without_a_cause_here", fix_without_a_cause_here),
        trial("why_folder", folder),
        trial("why_repository_hidden", repository_hidden),
        trial("why_module", module),
    ]
}

const ACME: &str = "https://git.test/acme/app.git";

/// acme with its right token, in force.
fn acme() -> Home {
    let home = Home::fresh("why");
    home.doorkey(["store", "init", "--key-file", "key.txt", "--yes"]).ok();
    let ca = Lab::get().root_ca();
    let ca = ca.to_str().expect("a path");
    home.doorkey(["profile", "add", "acme", "--host", "git.test", "--owner", "acme", "--ca", ca, "--yes"])
        .ok();
    let identity = Lab::get().identity("acme");
    let words = ["token", "add", "acme", "--host", "git.test", "--user", identity.user, "--stdin", "--yes"];
    home.doorkey_call(words).stdin(identity.token).run().ok();
    home.doorkey(["use", "acme", "--yes"]).ok();
    home
}

/// The one repository of `why --json`.
fn asked(home: &Home, words: &[&str], code: i32) -> Value {
    let output = home.doorkey([&["why", "--json"][..], words].concat());
    output.exits(code);
    let document: Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!(document["schema"], "doorkey/why/v1");
    document["repositories"][0].clone()
}

#[track_caller]
fn breaks_at(seen: &Value, layer: &str, code: &str) {
    let rungs = seen["rungs"].as_array().expect("rungs");
    let at = rungs.iter().position(|r| r["outcome"] == "broken").expect("a broken rung");
    assert_eq!(
        (rungs[at]["layer"].as_str(), rungs[at]["code"].as_str()),
        (Some(layer), Some(code)),
        "{seen:#}"
    );
    assert!(rungs[at + 1..].iter().all(|r| r["outcome"] == "not-tried"), "{seen:#}");
}

fn beside<'v>(seen: &'v Value, kind: &str) -> Vec<&'v str> {
    let all = seen["beside"].as_array().expect("beside");
    all.iter().filter(|b| b["kind"] == kind).filter_map(|b| b["said"].as_str()).collect()
}

fn healthy() {
    let home = acme();
    let seen = asked(&home, &[ACME], 0);
    assert_eq!(seen["verdict"], "ok", "{seen:#}");
    assert_eq!(seen["rungs"].as_array().map(Vec::len), Some(7));
    assert_eq!(beside(&seen, "name-server").len(), 0);
    // One that is named is asked, whatever the ladder says.
    let seen = asked(&home, &[ACME, "--resolver", "127.0.0.1"], 0);
    let said = beside(&seen, "name-server");
    assert!(
        said.iter().any(|s| s.contains("127.0.0.1:53 (--resolver)") && s.contains("NXDOMAIN")),
        "{said:?}"
    );
}

fn names() {
    let home = acme();
    let seen = asked(&home, &["https://nosuch.git.test/acme/app.git"], 1);
    breaks_at(&seen, "dns", "dns-no-such-name");
    let said = beside(&seen, "name-server");
    assert!(said.iter().any(|s| s.contains("there is no nosuch.git.test (NXDOMAIN)")), "{said:?}");
    // Port 9 has no name server, and one that is silent is told after its time.
    let seen = asked(&home, &["https://nosuch.git.test/acme/app.git", "--resolver", "127.0.0.1:9"], 1);
    let said = beside(&seen, "name-server");
    assert!(said.iter().any(|s| s.contains("127.0.0.1:9") && s.contains("cannot be reached")), "{said:?}");
}

fn ports() {
    let home = acme();
    let seen = asked(&home, &["ssh://git@git.test:9/acme/app.git"], 1);
    breaks_at(&seen, "tcp", "tcp-refused");
    let said = beside(&seen, "other-port");
    assert!(
        said.iter().any(|s| s.contains("port 443 of git.test opens") && s.contains("port 9")),
        "{said:?}"
    );
    let seen = asked(&home, &["https://git.test:9/acme/app.git"], 1);
    breaks_at(&seen, "tcp", "tcp-refused");
}

fn other_way() {
    let mut home = acme();
    // The proxy opens TLS: the way through it ends at a root that nobody trusts here, and no login goes there.
    let proxy = Lab::get().intercepting_proxy();
    home.forget_seen();
    let seen = asked(&home, &[ACME, "--try-proxy", proxy], 0);
    let rungs = seen["through-proxy"].as_array().expect("rungs");
    let broken = rungs.iter().find(|r| r["outcome"] == "broken").expect("a broken rung");
    assert_eq!(broken["layer"], "tls", "{seen:#}");
    // A proxy that only curl is told of.
    home.write(".curlrc", format!("proxy = {proxy}\n"), 0o600);
    let seen = asked(&home, &["https://git.test:9/acme/app.git"], 1);
    let said = beside(&seen, "other-way");
    assert!(said.iter().any(|s| s.contains("curl goes through") && s.contains(proxy)), "{said:?}");
}

fn fix_mends_and_climbs_again() {
    // A key that others may read: ssh leaves it alone.
    let home = Home::fresh("why");
    home.know_ssh_hosts();
    home.install_key("acme", ".ssh/id_acme");
    let words = ["--transport", "ssh", "--ssh-key", "id_acme"];
    let add = ["profile", "add", "acme", "--host", "git.test", "--owner", "acme", "--yes"];
    home.doorkey([&add[..], &words].concat()).ok();
    home.doorkey(["use", "acme", "--yes"]).ok();
    home.run(["chmod", "644", ".ssh/id_acme"]).ok();
    let url = "git@git.test:acme/app.git";
    mends(&home, url, "authentication", "key-unusable", "key-readable-by-others");
    assert_eq!(home.run(["stat", "-c", "%a", ".ssh/id_acme"]).ok().stdout.trim(), "600");
    home.doorkey(["undo", "--yes"]).ok();
    assert_eq!(home.run(["stat", "-c", "%a", ".ssh/id_acme"]).ok().stdout.trim(), "644");
    // The program that git calls is gone.
    let home = acme();
    let helper = home.run(["git", "config", "--get-urlmatch", "credential.helper", ACME]).ok().stdout.clone();
    let program =
        helper.split_whitespace().next().expect("a helper").trim_matches(['!', '\'', '"']).to_owned();
    home.run(["rm", &program]).ok();
    mends(&home, ACME, "authentication", "no-credential", "launcher-missing");
    home.run(["git", "ls-remote", ACME]).ok();
}

/// Says that rung and that check, changes nothing; with `--fix` it mends, and the repository can be read.
#[track_caller]
fn mends(home: &Home, url: &str, layer: &str, rung: &str, check: &str) {
    let before = asked(home, &[url], 1);
    breaks_at(&before, layer, rung);
    let codes: Vec<&str> =
        before["findings"].as_array().expect("findings").iter().filter_map(|f| f["code"].as_str()).collect();
    assert!(codes.contains(&check), "{before:#}");
    let dry = home.doorkey(["why", "--json", url, "--fix", "--dry-run"]);
    let document: Value = serde_json::from_str(&dry.exits(1).stdout).expect("one JSON document");
    assert_eq!((&document["schema"], &document["dry-run"]), (&"doorkey/change/v1".into(), &true.into()));
    breaks_at(&asked(home, &[url], 1), layer, rung);
    let after = home.doorkey(["why", url, "--fix", "--yes"]);
    after.exits(0);
    assert!(after.stdout.contains(&format!("{url} can be read")), "{}", after.stdout);
}

fn fix_without_a_cause_here() {
    let home = acme();
    let before = home.read(".gitconfig");
    let output = home.doorkey(["why", "https://nosuch.git.test/acme/app.git", "--fix", "--yes"]);
    output.exits(1);
    assert!(output.stdout.contains("Nothing on this machine"), "{}{}", output.stdout, output.stderr);
    assert_eq!(home.read(".gitconfig"), before);
}

fn folder() {
    let home = acme();
    home.run(["git", "clone", "-q", ACME, "work"]).ok();
    let seen = asked(&home, &["work"], 0);
    assert_eq!(seen["repo"], ACME);
}

fn repository_hidden() {
    let mut home = acme();
    home.forget_seen();
    let seen = asked(&home, &["https://git.test/acme/nosuch.git"], 1);
    breaks_at(&seen, "repository", "repository-not-found");
    // Whatever was asked beside, nobody else's owner or token was.
    let tokens: Vec<String> = home.seen_https().into_iter().filter_map(|seen| seen.identity).collect();
    assert!(tokens.iter().all(|identity| identity == "acme"), "{tokens:?}");
}

fn module() {
    let mut home = acme();
    home.forget_seen();
    // No pattern keeps it from the public proxy: said, and nothing is asked anywhere.
    let output = home.doorkey(["why", "git.test/acme/gomod", "--json"]);
    let document: Value = serde_json::from_str(&output.exits(1).stdout).expect("JSON");
    assert_eq!(document["schema"], "doorkey/why-module/v1");
    let codes: Vec<&str> = document["go"]["rungs"]
        .as_array()
        .expect("rungs")
        .iter()
        .filter_map(|r| r["code"].as_str())
        .collect();
    assert_eq!(codes, ["go-private-name-leaks"], "{document:#}");
    assert_eq!(document["repositories"], Value::Array(Vec::new()));
    assert!(home.seen_https().is_empty());
    // Mended as it says, go asks the host itself, and so does why.
    home.run(["go", "env", "-w", "GOPRIVATE=git.test/acme"]).ok();
    let output = home.doorkey(["why", "git.test/acme/gomod", "--json"]);
    let document: Value = serde_json::from_str(&output.exits(0).stdout).expect("JSON");
    assert_eq!(document["repositories"][0]["verdict"], "ok", "{document:#}");
    let known: Vec<String> = home.seen_https().into_iter().filter_map(|seen| seen.identity).collect();
    // Where a rule of go's stops it, go asks nobody, and neither does why.
    home.forget_seen();
    let output = home.doorkey(["why", "git.test/acme/gomod@2.0.0", "--json"]);
    let document: Value = serde_json::from_str(&output.exits(1).stdout).expect("JSON");
    assert_eq!(document["repositories"], Value::Array(Vec::new()), "{document:#}");
    assert!(home.seen_https().is_empty());
    assert!(!known.is_empty() && known.iter().all(|identity| identity == "acme"), "{known:?}");
}
