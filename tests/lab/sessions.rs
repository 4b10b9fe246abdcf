//! `doorkey exec`: every program in a session reaches its profile's repositories, and no other's; the servers' logs
//! hold no key and no token of another tenant, whatever lies around in the user's home and environment.

use crate::routing_tenants::{
    TENANTS, gits, keys_seen, only_key, only_token, start_agent, tokens_seen, two_tenants,
};
use crate::support::{Home, Lab, Output, trial};
use libtest_mimic::Trial;
use std::collections::BTreeSet;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("sessions_git_over_https_and_ssh", git_over_https_and_ssh),
        trial("sessions_without_use", without_use),
        trial("sessions_users_own_things_stay_outside", users_own_things_stay_outside),
        trial("sessions_show_the_profiles_keys_of_an_agent", profiles_keys_of_an_agent),
        trial("sessions_consumers", consumers),
        trial("sessions_ssh_by_itself", ssh_by_itself),
    ]
}

/// A command in a session.
fn in_session(home: &Home, profile: &str, command: &[&str]) -> Output {
    home.doorkey([&["exec", profile, "--"], command].concat())
}

fn other(owner: &str) -> &'static str {
    TENANTS.into_iter().find(|one| *one != owner).expect("two tenants")
}

fn urls(owner: &str) -> [String; 2] {
    [format!("https://git.test/{owner}/app.git"), format!("git@git.test:{owner}/app.git")]
}

fn nothing_seen(home: &mut Home, output: &Output) {
    assert_eq!(tokens_seen(home), BTreeSet::new(), "{output}");
    assert_eq!(keys_seen(home), [], "{output}");
    home.forget_seen();
}

fn git_over_https_and_ssh() {
    let mut home = two_tenants("session");
    for git in gits() {
        for owner in TENANTS {
            let [https, ssh] = urls(owner);
            in_session(&home, owner, &[&git, "ls-remote", &https]).ok();
            only_token(&mut home, owner, "https");
            in_session(&home, owner, &[&git, "ls-remote", &ssh]).ok();
            only_key(&mut home, owner, "ssh");
            for url in urls(other(owner)).iter().chain(&urls("initech")) {
                let output = in_session(&home, owner, &[&git, "ls-remote", url]);
                output.exits(128);
                assert!(output.stderr.contains("doorkey: "), "{output}");
                nothing_seen(&mut home, &output);
            }
            // Who commits, and pushes.
            in_session(&home, owner, &[&git, "clone", "-q", &https, "mine"]).ok();
            let commit = ["-C", "mine", "commit", "-q", "--allow-empty", "-m", "x"];
            in_session(&home, owner, &[&[git.as_str()], &commit[..]].concat()).ok();
            let author = home.run([&git, "-C", "mine", "log", "-1", "--format=%ae"]);
            author.says(&format!("@{owner}.test"));
            let branch = format!("HEAD:refs/heads/{}", home.user);
            in_session(&home, owner, &[&git, "-C", "mine", "push", "-q", "-f", "origin", &branch]).ok();
            only_token(&mut home, owner, "push");
            std::fs::remove_dir_all(home.path.join("mine")).expect("removed");
        }
    }
}

/// A session needs nothing in force outside of it, and puts nothing in force.
fn without_use() {
    let mut home = two_tenants("session");
    home.doorkey(["off"]).ok();
    for url in urls("globex") {
        in_session(&home, "globex", &["git", "ls-remote", &url]).ok();
        home.run(["git", "-c", "http.sslVerify=false", "ls-remote", &url]);
    }
    assert_eq!(tokens_seen(&home), BTreeSet::from(["globex".into()]));
    home.doorkey(["current"]).exits(1);
    // Its own command needs the home alone: the session holds while the profiles are switched outside.
    let script = "git ls-remote https://git.test/acme/app.git && \
                  env -u DOORKEY_SESSION $OUTSIDE use globex --yes && git ls-remote https://git.test/acme/app.git";
    home.forget_seen();
    let script = script.replace("$OUTSIDE", Lab::doorkey().to_str().expect("a path"));
    in_session(&home, "acme", &["sh", "-c", &script]).ok();
    only_token(&mut home, "acme", "while the other is put in force");
}

/// Other credentials of the same user, each of which plain git takes: in `.netrc`'s place, in variables, in git's and
/// ssh's own files, in the repository.
fn users_own_things_stay_outside() {
    let mut home = two_tenants("session");
    let globex = Lab::get().identity("globex");
    home.install_key("globex", ".ssh/id_ed25519");
    home.write(".ssh/config", "Host *\n  IdentityFile ~/.ssh/id_ed25519\n", 0o600);
    home.git_config("credential.helper", "store");
    home.write(".git-credentials", format!("https://{}@git.test\n", globex.pair()), 0o600);
    home.git_config("url.https://git.test/acme/.insteadOf", "https://git.test/never/");
    let helper = format!("!f() {{ echo username={}; echo password={}; }}; f", globex.user, globex.token);
    for (name, value) in [
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "credential.helper"),
        ("GIT_CONFIG_VALUE_0", &helper),
        ("GIT_ASKPASS", "/bin/false"),
        ("GIT_SSH_COMMAND", "ssh -i ~/.ssh/id_globex"),
        ("GITHUB_TOKEN", globex.token),
        ("GH_TOKEN", globex.token),
        ("NPM_TOKEN", globex.token),
        ("AWS_SECRET_ACCESS_KEY", globex.token),
    ] {
        home.set_env(name, value);
    }
    for url in urls("acme") {
        in_session(&home, "acme", &["git", "ls-remote", &url]).ok();
    }
    assert_eq!(tokens_seen(&home), BTreeSet::from(["acme".into()]));
    assert!(keys_seen(&home).iter().all(|(key, _)| key == "acme"), "{:?}", keys_seen(&home));
    home.forget_seen();
    for url in urls("globex") {
        let output = in_session(&home, "acme", &["git", "ls-remote", &url]);
        output.exits(128);
        nothing_seen(&mut home, &output);
    }
    // A repository's own configuration comes before ours, not after it.
    home.run(["git", "init", "-q", "repo"]).ok();
    home.run(["git", "-C", "repo", "config", "credential.helper", &helper]).ok();
    home.run(["git", "-C", "repo", "config", "credential.https://git.test.helper", &helper]).ok();
    home.run(["git", "-C", "repo", "config", "core.sshCommand", "ssh -i ~/.ssh/id_globex"]).ok();
    for url in urls("globex") {
        let output = in_session(&home, "acme", &["git", "-C", "repo", "ls-remote", &url]);
        output.exits(128);
        nothing_seen(&mut home, &output);
    }
    let spy = "!f() { cat >>~/spied; }; f";
    home.run(["git", "-C", "repo", "config", "--replace-all", "credential.helper", spy]).ok();
    home.run(["git", "-C", "repo", "config", "--unset-all", "credential.https://git.test.helper"]).ok();
    let [https, ssh] = urls("acme");
    in_session(&home, "acme", &["git", "-C", "repo", "ls-remote", &https]).ok();
    only_token(&mut home, "acme", "in a repository with a helper of its own");
    assert!(!home.path.join("spied").exists(), "the repository's helper was asked or told");
    in_session(&home, "acme", &["git", "-C", "repo", "ls-remote", &ssh]).ok();
    only_key(&mut home, "acme", "in a repository with an ssh command of its own");
    let seen = in_session(&home, "acme", &["env"]);
    seen.ok().does_not_say(globex.token).does_not_say("GIT_ASKPASS").does_not_say("AWS_SECRET");
    // Nothing of a session holds a secret.
    in_session(
        &home,
        "acme",
        &[
            "sh",
            "-c",
            "! grep -r -e \"$1\" -e \"$2\" \"$DOORKEY_SESSION\"",
            "sh",
            globex.token,
            Lab::get().token("acme"),
        ],
    )
    .ok();
}

fn profiles_keys_of_an_agent() {
    let mut home = two_tenants("session");
    start_agent(&mut home);
    let listed = in_session(&home, "acme", &["ssh-add", "-l"]);
    assert_eq!(listed.ok().stdout.lines().count(), 1, "{listed}");
    let own = home.run(["ssh-keygen", "-lf", ".ssh/id_acme.pub"]);
    assert_eq!(own.stdout.split(' ').nth(1), listed.stdout.split(' ').nth(1));
    // The private half is in the agent alone.
    std::fs::remove_file(home.path.join(".ssh/id_acme")).expect("removed");
    in_session(&home, "acme", &["git", "ls-remote", "git@git.test:acme/app.git"]).ok();
    only_key(&mut home, "acme", "by the agent");
    // Nobody signs by another's key, and the agent is not changed.
    home.write("data", "data", 0o644);
    for (key, code) in [("acme", 0), ("globex", 255)] {
        let public = format!("keys/{key}.pub");
        std::fs::rename(home.path.join(format!("keys/{key}")), home.path.join(format!("keys/{key}.away")))
            .expect("renamed");
        let sign =
            ["sh", "-c", "rm -f data.sig; exec ssh-keygen -Y sign -n file -f \"$1\" data", "sh", &public];
        in_session(&home, "acme", &sign).exits(code);
    }
    in_session(&home, "acme", &["ssh-add", "-D"]).exits(1);
    in_session(&home, "acme", &["ssh-add", ".ssh/id_globex"]).exits(1);
    assert_eq!(home.run(["ssh-add", "-l"]).ok().stdout.lines().count(), 5);
}

/// Programs that fetch from git hosts by themselves: their own owner's they get, another's they do not.
fn consumers() {
    let mut home = two_tenants("session");
    home.write("n/package.json", "{\"name\":\"n\",\"private\":true}\n", 0o644);
    home.write("m/go.mod", "module m\n\ngo 1.19\n", 0o644);
    for prefix in ["git+https://git.test/", "git+ssh://git@git.test/"] {
        for (owner, works) in [("acme", true), ("globex", false)] {
            let npm = format!("cd n && npm install --no-audit --no-fund {prefix}{owner}/npmpkg.git#v1.0.0");
            let pip = format!(
                "python3 -m pip install --no-index --disable-pip-version-check --target=t {prefix}{owner}/pypkg.git@v1.0.0"
            );
            for command in [npm, pip] {
                let output = in_session(&home, "acme", &["sh", "-c", &command]);
                assert_eq!(output.code == Some(0), works, "{output}");
                assert!(tokens_seen(&home).iter().all(|who| who == "acme"), "{output}");
                assert!(keys_seen(&home).iter().all(|(who, _)| who == "acme"), "{output}");
                home.forget_seen();
            }
        }
    }
    // Go takes the roots from the session, and the host as private from the profile.
    let go = |owner: &str| format!("cd m && GOTOOLCHAIN=local go mod download git.test/{owner}/gomod@v1.0.0");
    in_session(&home, "acme", &["sh", "-c", &go("acme")]).ok();
    assert_eq!(tokens_seen(&home), BTreeSet::from(["acme".into()]));
    home.forget_seen();
    let output = in_session(&home, "acme", &["sh", "-c", &go("globex")]);
    assert!(output.code != Some(0), "{output}");
    nothing_seen(&mut home, &output);
    home.run(["go", "clean", "-modcache"]).ok();
}

/// ssh as people type it reads the session's configuration, in a shell of the session too.
fn ssh_by_itself() {
    let mut home = two_tenants("session");
    home.install_key("globex", ".ssh/id_ed25519");
    // Without a session it is the user's own key that opens the host.
    home.doorkey(["off"]).ok();
    home.run(["sh", "-c", "ssh git@git.test \"git-upload-pack 'globex/app.git'\" </dev/null"]);
    assert!(keys_seen(&home).iter().any(|(key, _)| key == "globex"), "{:?}", keys_seen(&home));
    home.forget_seen();
    let own = "ssh git@git.test \"git-upload-pack 'acme/app.git'\" </dev/null";
    in_session(&home, "acme", &["sh", "-c", own]);
    only_key(&mut home, "acme", "by ssh itself");
    let elsewhere = "ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null git@tenant-b.git.test \
                     \"git-upload-pack 'globex/app.git'\" </dev/null";
    home.run(["sh", "-c", elsewhere]);
    assert!(keys_seen(&home).iter().any(|(key, _)| key == "globex"), "{:?}", keys_seen(&home));
    home.forget_seen();
    for command in [
        &["sh", "-c", elsewhere][..],
        &["ssh", "git@git.test", "git-upload-pack 'globex/app.git'"],
        &["sh", "-c", "ssh -T git@git.test"],
        &["sh", "-c", "scp git@git.test:globex/app.git/HEAD ."],
    ] {
        let output = in_session(&home, "acme", command);
        assert!(output.code != Some(0), "{output}");
        nothing_seen(&mut home, &output);
    }
}
