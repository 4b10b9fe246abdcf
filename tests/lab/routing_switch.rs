//! Isolation in time: switching, off and on, and a program that is moved away, while git and ssh are at work.

use crate::routing_tenants::{
    TENANTS, add_both, install_askpass, keys_seen, only_key, only_token, put_in_force, tokens_seen,
    two_tenants,
};
use crate::support::{Home, Lab, trial};
use libtest_mimic::Trial;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("routing_switch_during_a_clone", during_a_clone),
        trial("routing_switch_back_and_forth_under_load", back_and_forth_under_load),
        trial("routing_switch_old_generation_goes_on", old_generation_goes_on),
        trial("routing_switch_removed_profile_is_gone_at_once", removed_profile_is_gone_at_once),
        trial("routing_switch_off_and_on", off_and_on),
        trial("routing_switch_moved_program", moved_program),
        trial("routing_switch_programs_with_another_environment", programs_with_another_environment),
    ]
}

/// The switch comes between the clone of acme's repository and those of its submodules, acme's and globex's.
fn during_a_clone() {
    for url in ["https://git.test/acme/submods.git", "git@git.test:acme/submods.git"] {
        let home = two_tenants("routing");
        home.write("hooks/post-checkout", "#!/bin/sh\ndoorkey use globex --yes >>~/switched 2>&1\n", 0o755);
        home.git_config("core.hooksPath", home.path.join("hooks").to_str().expect("a path"));
        home.run(["git", "clone", "--recurse-submodules", url]).ok();
        assert!(home.read("switched").contains("globex is in force"), "{}", home.read("switched"));
        assert_eq!(home.read("submods/lib/README"), "acme/lib\n");
        assert_eq!(home.read("submods/shared/README"), "globex/lib\n");
        every_request_was_by_its_owner(&home);
        assert_eq!(home.run(["git", "config", "user.name"]).ok().stdout, "bob\n");
    }
}

/// By either way: what was asked for, and whose token or key came.
fn every_request_was_by_its_owner(home: &Home) {
    let https = home.seen_https().into_iter().filter_map(|seen| Some((seen.path, seen.identity?)));
    let ssh = home.seen_ssh().into_iter().map(|seen| (seen.command.replace('\'', "/"), seen.key));
    let mut count = 0;
    for (asked, who) in https.chain(ssh) {
        assert!(asked.contains(&format!("/{who}/")), "{asked} was asked for by {who}");
        count += 1;
    }
    assert!(count > 1);
}

fn back_and_forth_under_load() {
    let home = two_tenants("routing");
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for owner in TENANTS {
            for prefix in ["https://git.test/", "git@git.test:"] {
                let (home, over) = (&home, &over);
                scope.spawn(move || {
                    while !over.load(Ordering::Relaxed) {
                        home.run(["git", "ls-remote", &format!("{prefix}{owner}/app.git")]).ok();
                    }
                });
            }
        }
        for owner in ["globex", "acme"].repeat(4) {
            let output = home.doorkey(["use", owner, "--yes"]);
            if output.code != Some(0) {
                over.store(true, Ordering::Relaxed);
                panic!("{output}");
            }
        }
        over.store(true, Ordering::Relaxed);
    });
    every_request_was_by_its_owner(&home);
}

/// A git that read its configuration before the switch: its helper lines name the old generation.
fn old_generation_goes_on() {
    let mut home = two_tenants("routing");
    let old = std::fs::canonicalize(home.path.join(".local/state/doorkey/current")).expect("a generation");
    home.doorkey(["use", "globex", "--yes"]).ok();
    let new = std::fs::canonicalize(home.path.join(".local/state/doorkey/current")).expect("a generation");
    assert_ne!(old, new);
    home.set_env("GIT_CONFIG_GLOBAL", old.join("gitconfig"));
    home.set_env("GIT_SSH_COMMAND", format!("ssh -F {}", old.join("ssh_config").display()));
    for owner in TENANTS {
        home.run(["git", "ls-remote", &format!("https://git.test/{owner}/app.git")]).ok();
        only_token(&mut home, owner, "the old generation");
        home.run(["git", "ls-remote", &format!("git@git.test:{owner}/app.git")]).ok();
        only_key(&mut home, owner, "the old generation");
    }
}

fn removed_profile_is_gone_at_once() {
    let mut home = two_tenants("routing");
    let old = std::fs::canonicalize(home.path.join(".local/state/doorkey/current")).expect("a generation");
    home.doorkey(["profile", "remove", "globex", "--yes"]).ok();
    for config in [old.join("gitconfig"), home.path.join(".gitconfig")] {
        let output = home
            .call(["git", "ls-remote", "https://git.test/globex/app.git"])
            .env("GIT_CONFIG_GLOBAL", config)
            .run();
        assert!(output.code != Some(0), "{output}");
        assert_eq!(tokens_seen(&home), BTreeSet::new(), "{output}");
    }
    for config in [old.join("ssh_config"), home.path.join(".ssh/config")] {
        let output = home
            .call(["git", "ls-remote", "git@git.test:globex/app.git"])
            .env("GIT_SSH_COMMAND", format!("ssh -F {}", config.display()))
            .run();
        assert!(output.code != Some(0), "{output}");
        assert_eq!(keys_seen(&home).iter().filter(|(key, _)| key == "globex").count(), 0, "{output}");
    }
    home.forget_seen();
    home.run(["git", "ls-remote", "https://git.test/acme/app.git"]).ok();
    only_token(&mut home, "acme", "the profile that stays");
}

fn off_and_on() {
    let mut home = Home::fresh("routing");
    home.trust_lab_root();
    home.install_key("personal", ".ssh/id_ed25519");
    add_both(&home, &[]);
    put_in_force(&mut home);
    home.doorkey(["off"]).ok();
    // Plain git and ssh: askpass is asked, the user's own key is offered.
    install_askpass(&mut home);
    let output = home.run(["git", "ls-remote", "https://git.test/acme/app.git"]);
    output.exits(128).does_not_say("doorkey");
    assert!(home.read("asked").contains("Username for 'https://git.test'"), "{}", home.read("asked"));
    assert_eq!(tokens_seen(&home), BTreeSet::from(["personal".into()]));
    let output = home.run(["git", "ls-remote", "git@git.test:acme/app.git"]);
    output.exits(128).does_not_say("doorkey");
    assert_eq!(keys_seen(&home), [("personal".to_owned(), "not-found".to_owned())]);
    assert_eq!(home.run(["git", "config", "user.name"]).stdout, "");
    home.forget_seen();
    home.doorkey(["on"]).ok();
    for owner in TENANTS {
        home.run(["git", "ls-remote", &format!("https://git.test/{owner}/app.git")]).ok();
        only_token(&mut home, owner, "on again");
        home.run(["git", "ls-remote", &format!("git@git.test:{owner}/app.git")]).ok();
        only_key(&mut home, owner, "on again");
    }
    assert_eq!(home.run(["git", "config", "user.name"]).ok().stdout, "alice\n");
}

/// git and ssh call doorkey by a path of its own, so the file that the user started may go.
fn moved_program() {
    let mut home = Home::fresh("routing");
    add_both(&home, &[]);
    let program = home.path.join("download/doorkey");
    home.write("download/doorkey", std::fs::read(Lab::doorkey()).expect("a program"), 0o755);
    home.run([program.to_str().expect("a path"), "use", "acme", "--yes"]).ok();
    std::fs::remove_dir_all(home.path.join("download")).expect("removed");
    home.set_env("PATH", "/usr/local/bin:/usr/bin:/bin");
    home.run(["sh", "-c", "! command -v doorkey"]).ok();
    home.forget_seen();
    for owner in TENANTS {
        home.run(["git", "ls-remote", &format!("https://git.test/{owner}/app.git")]).ok();
        only_token(&mut home, owner, "a moved program");
        home.run(["git", "ls-remote", &format!("git@git.test:{owner}/app.git")]).ok();
        only_key(&mut home, owner, "a moved program");
    }
}

/// doorkey was set up in a shell with variables of its own; a desktop's editor or cron runs git without them.
fn programs_with_another_environment() {
    let mut home = Home::fresh("routing");
    let variables = [("XDG_CONFIG_HOME", "dot/config"), ("XDG_STATE_HOME", "dot/state")];
    for (name, folder) in variables {
        let folder = home.path.join(folder);
        home.set_env(name, folder);
    }
    add_both(&home, &[]);
    put_in_force(&mut home);
    for (name, _) in variables {
        home.env.remove(std::ffi::OsStr::new(name));
    }
    for owner in TENANTS {
        home.run(["git", "ls-remote", &format!("https://git.test/{owner}/app.git")]).ok();
        only_token(&mut home, owner, "another environment");
        home.run(["git", "ls-remote", &format!("git@git.test:{owner}/app.git")]).ok();
        only_key(&mut home, owner, "another environment");
    }
}
