//! Who is tried when: with a stand-in for git that is slow, refuses, hangs or serves, and keeps a list of its calls.

use doorkey::engine::verify::{How, Target, Verdict, Verified, verify};
use doorkey::model::name::ProfileName;
use doorkey::sys::Sys;
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// A machine whose git does what the script says with the URL in `$url`.
fn machine(script: &str) -> (TempDir, Sys) {
    let dir = tempfile::tempdir().unwrap();
    let bin = dir.path().join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    let git = bin.join("git");
    let head = "#!/bin/sh\n[ \"$1\" = ls-remote ] || exit 0\nurl=$3\n";
    let list = format!("echo \"$url\" >>'{}'\n", dir.path().join("calls").display());
    crate::executable::write(&git, format!("{head}{list}{script}\n"));
    let env = |name: &str, value: &Path| (OsString::from(name), value.as_os_str().to_owned());
    let path: OsString = format!("{}:/usr/bin:/bin", bin.display()).into();
    let sys = Sys::with_env([
        ("PATH".into(), path),
        env("HOME", dir.path()),
        env("DOORKEY_STATE_DIR", &dir.path().join("state")),
        env("DOORKEY_CONFIG_DIR", &dir.path().join("config")),
    ]);
    (dir, sys)
}

fn calls(dir: &TempDir) -> Vec<String> {
    let text = std::fs::read_to_string(dir.path().join("calls")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn target(url: &str, profile: &str) -> Target {
    Target { repo: url.into(), access: "read".into(), profile: Some(ProfileName::new(profile).unwrap()) }
}

fn run(sys: &Sys, targets: &[Target], jobs: usize) -> Vec<Verified> {
    let how = How { jobs, ..How::on(2) };
    let results = verify(sys, targets, how, &|_| {}).unwrap();
    let urls: Vec<_> = results.iter().map(|v| v.repo.clone()).collect();
    assert_eq!(urls, targets.iter().map(|t| t.repo.clone()).collect::<Vec<_>>());
    results
}

const SERVE: &str = "echo 'doorkey: answered for acme as alice' >&2; printf '3f0710abebf3c0ffee3f0710abebf3c0ffee1234\\tHEAD\\n'";

/// Serves only while at least `count` of its kind run at the same time; notes in `together` that they did.
fn serve_together(count: usize) -> String {
    let here = "$(dirname \"$0\")/..";
    format!(
        "here={here}; touch \"$here/run.$$\"; n=0\n\
         while [ ! -e \"$here/together\" ] && [ $n -lt 200 ]; do\n\
         [ $(ls \"$here\" | grep -c '^run') -ge {count} ] && touch \"$here/together\"\n\
         sleep 0.05; n=$((n+1)); done\n{SERVE}"
    )
}

#[test]
fn many_hosts_are_waited_for_together() {
    let (dir, sys) = machine(&serve_together(8));
    let targets: Vec<_> = (1..=40).map(|n| target(&format!("https://127.0.0.{n}/a/b.git"), "acme")).collect();
    let results = run(&sys, &targets, 8);
    assert!(results.iter().all(|v| v.verdict == Verdict::Ok));
    assert!(dir.path().join("together").exists(), "no eight of them ran at the same time");
}

#[test]
fn one_host_follows_its_first_login() {
    // The first goes alone, and only then the others side by side.
    let (dir, sys) = machine(&format!(
        "if [ $(wc -l <\"$(dirname \"$0\")/../calls\") = 1 ]; then {SERVE}; exit; fi\n{}",
        serve_together(8)
    ));
    let targets: Vec<_> = (0..24).map(|n| target(&format!("https://127.0.0.1/a/{n}.git"), "acme")).collect();
    run(&sys, &targets, 8);
    assert!(dir.path().join("together").exists(), "no eight of them ran at the same time");
    assert_eq!(calls(&dir).len(), 24);
}

#[test]
fn nothing_logs_in_after_a_refusal() {
    let refuse = "echo \"fatal: Authentication failed for '$url'\" >&2; exit 128";
    let script = format!("sleep 0.1; case $url in *127.0.0.1*) {refuse};; *) {SERVE};; esac");
    let (dir, sys) = machine(&script);
    let mut targets: Vec<_> =
        (0..10).map(|n| target(&format!("https://127.0.0.1/a/{n}.git"), "acme")).collect();
    // Another profile at the same host waits for the first, and is then not tried either; another host is.
    targets.insert(1, target("https://127.0.0.1/b/x.git", "globex"));
    targets.push(target("https://127.0.0.2/a/x.git", "acme"));
    let results = run(&sys, &targets, 8);
    let verdicts: Vec<_> = results.iter().map(|v| v.verdict).collect();
    assert_eq!(verdicts[0], Verdict::Broken);
    assert!(verdicts[1..11].iter().all(|v| *v == Verdict::NotTried), "{verdicts:?}");
    assert_eq!(verdicts[11], Verdict::Ok);
    let mut called = calls(&dir);
    called.sort();
    assert_eq!(called, ["https://127.0.0.1/a/0.git", "https://127.0.0.2/a/x.git"]);
}

/// A connection that breaks says nothing about the login: the next one goes alone as well.
#[test]
fn a_broken_connection_proves_no_login() {
    let refuse = "echo \"fatal: Authentication failed for '$url'\" >&2; exit 128";
    let broken = "echo \"fatal: unable to access '$url': Empty reply from server\" >&2; exit 128";
    let (dir, sys) = machine(&format!("sleep 0.1; case $url in */0.git) {broken};; *) {refuse};; esac"));
    let targets: Vec<_> = (0..10).map(|n| target(&format!("https://127.0.0.1/a/{n}.git"), "acme")).collect();
    let results = run(&sys, &targets, 8);
    assert_eq!(results[1].verdict, Verdict::Broken);
    assert!(results[2..].iter().all(|v| v.verdict == Verdict::NotTried));
    assert_eq!(calls(&dir).len(), 2);
}

/// A host that does not answer is not waited for once a repository.
#[test]
fn a_host_that_is_down_is_tried_twice() {
    let broken = "echo \"fatal: unable to access '$url': Failed to connect\" >&2; exit 128";
    let (dir, sys) = machine(&format!("case $url in *127.0.0.1*) {broken};; *) {SERVE};; esac"));
    let mut targets: Vec<_> =
        (0..10).map(|n| target(&format!("https://127.0.0.1/a/{n}.git"), "acme")).collect();
    targets.push(target("https://127.0.0.2/a/x.git", "acme"));
    let results = run(&sys, &targets, 4);
    let not_tried = results.iter().filter(|v| v.verdict == Verdict::NotTried).count();
    assert_eq!((not_tried, results[10].verdict), (8, Verdict::Ok));
    assert_eq!(calls(&dir).len(), 3);
}

#[test]
fn a_public_repository_proves_no_login() {
    let refuse = "echo \"fatal: Authentication failed for '$url'\" >&2; exit 128";
    let (dir, sys) = machine(&format!("sleep 0.1; case $url in */public.git) exit 0;; *) {refuse};; esac"));
    let mut targets = vec![target("https://127.0.0.1/a/public.git", "acme")];
    targets.extend((0..8).map(|n| target(&format!("https://127.0.0.1/a/{n}.git"), "acme")));
    let results = run(&sys, &targets, 8);
    assert_eq!((results[0].verdict, results[1].verdict), (Verdict::Ok, Verdict::Broken));
    assert!(results[2..].iter().all(|v| v.verdict == Verdict::NotTried));
    assert_eq!(calls(&dir).len(), 2);
}

#[test]
fn a_key_is_not_held_for_a_token() {
    let refuse = "echo \"fatal: Authentication failed for '$url'\" >&2; exit 128";
    let (dir, sys) = machine(&format!("case $url in https*) {refuse};; *) {SERVE};; esac"));
    let targets = [
        target("https://127.0.0.1/a/x.git", "acme"),
        target("ssh://git@127.0.0.1/a/x.git", "acme"),
        target("https://127.0.0.1/a/y.git", "acme"),
    ];
    let verdicts: Vec<_> = run(&sys, &targets, 1).iter().map(|v| v.verdict).collect();
    assert_eq!(verdicts, [Verdict::Broken, Verdict::Ok, Verdict::NotTried]);
    assert_eq!(calls(&dir).len(), 2);
}

#[test]
fn a_git_that_hangs_is_ended() {
    let (_dir, sys) = machine("sleep 600");
    let how = How { limit: Duration::from_millis(300), ..How::on(2) };
    // Port 9 of a loopback address refuses, so the climb ends at once.
    let targets = [target("https://127.0.0.1:9/a/b.git", "acme")];
    let results = verify(&sys, &targets, how, &|_| {}).unwrap();
    let rung = results[0].broken().unwrap();
    assert_eq!(
        (rung.code, rung.evidence.contains("did not end within")),
        (Some("tcp-refused"), true),
        "{rung:?}"
    );
}

#[test]
fn the_environment_asks_nobody_and_changes_nothing() {
    let (dir, sys) = machine("env >\"$HOME/env\"; pwd >\"$HOME/pwd\"");
    let more =
        [("GIT_TRACE", "1"), ("SSH_ASKPASS", "/bin/true"), ("GIT_DIR", "/x"), ("DOORKEY_TRY_SUSPECT", "1")];
    let env = sys.env_all().map(|(k, v)| (k.clone(), v.clone()));
    let sys = Sys::with_env(env.chain(more.map(|(k, v)| (k.into(), v.into()))).collect::<Vec<_>>());
    run(&sys, &[target("https://127.0.0.1/a/b.git", "acme")], 1);
    let env = std::fs::read_to_string(dir.path().join("env")).unwrap();
    let lines: Vec<&str> = env.lines().collect();
    for wanted in [
        "DOORKEY_READONLY=1",
        "GIT_TERMINAL_PROMPT=0",
        "GIT_ASKPASS=",
        "SSH_ASKPASS_REQUIRE=never",
        "LC_ALL=C",
        "GIT_SSH_COMMAND=ssh -v -o BatchMode=yes -o ConnectTimeout=10 -o StrictHostKeyChecking=yes -o UpdateHostKeys=no",
    ] {
        assert!(lines.contains(&wanted), "{wanted} in\n{env}");
    }
    for name in ["GIT_TRACE=", "SSH_ASKPASS=", "GIT_DIR=", "DOORKEY_TRY_SUSPECT="] {
        assert!(!lines.iter().any(|l| l.starts_with(name)), "{name} in\n{env}");
    }
    assert_eq!(std::fs::read_to_string(dir.path().join("pwd")).unwrap(), "/\n");
}
