//! Other sources of credentials beside ours, and what happens to a token that its host refuses.

use crate::routing_tenants::{
    add_both, add_token, gits, has_authtype, install_askpass, only_token, put_in_force, refused, tokens_seen,
    two_tenants,
};
use crate::support::{Home, Lab, trial};
use libtest_mimic::Trial;
use std::collections::BTreeSet;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("routing_helpers_refused_token_is_sent_once", refused_token_is_sent_once),
        trial("routing_helpers_lfs_does_not_hammer", lfs_does_not_hammer),
        trial("routing_helpers_before_ours_are_not_asked", before_ours_are_not_asked),
        trial("routing_helpers_after_ours_keep_nothing", after_ours_keep_nothing),
        trial("routing_helpers_after_ours_do_not_answer_for_unclaimed_owners", after_ours_do_not_answer),
        trial("routing_helpers_of_a_repository_keep_nothing", of_a_repository_keep_nothing),
        trial("routing_helpers_other_hosts_are_left_alone", other_hosts_are_left_alone),
        trial("routing_helpers_what_goes_before_ours", what_goes_before_ours),
    ]
}

fn logins(home: &Home) -> usize {
    home.seen_https().iter().filter(|seen| seen.authorization.is_some()).count()
}

fn refused_token_is_sent_once() {
    for git in gits() {
        let mut home = two_tenants("routing");
        install_askpass(&mut home);
        add_token(&home, "acme", "pat_revoked");
        let first = home.run([&git, "ls-remote", "https://git.test/acme/app.git"]);
        first.exits(128).says("Authentication failed");
        assert_eq!(logins(&home), 1, "{:#?}", home.seen_https());
        home.forget_seen();
        for _ in 0..2 {
            let later = home.run([&git, "ls-remote", "https://git.test/acme/tools.git"]);
            later.says("refused this token of acme").says("doorkey token add acme");
            refused(&mut home, &later);
        }
        home.doorkey(["token", "list", "acme"]).ok().says("refused by its host");
        // The other tenant goes on, and so does this one with a new token.
        home.run([&git, "ls-remote", "https://git.test/globex/app.git"]).ok();
        only_token(&mut home, "globex", "the other tenant");
        add_token(&home, "acme", Lab::get().token("acme"));
        home.run([&git, "ls-remote", "https://git.test/acme/app.git"]).ok();
        only_token(&mut home, "acme", "the new token");
    }
}

/// git-lfs asks again after each refusal, for as long as it gets an answer.
fn lfs_does_not_hammer() {
    let mut home = two_tenants("routing");
    install_askpass(&mut home);
    home.run(["git", "lfs", "install", "--skip-repo"]).ok();
    home.call(["git", "clone", "https://git.test/acme/lfs.git"]).env("GIT_LFS_SKIP_SMUDGE", "1").run().ok();
    add_token(&home, "acme", "pat_revoked");
    home.forget_seen();
    let output = home.call(["git", "lfs", "pull"]).in_folder("lfs").run();
    assert!(output.code != Some(0) && !output.timed_out, "{output}");
    output.says("refused this token of acme");
    assert_eq!(logins(&home), 1, "{:#?}", home.seen_https());
    assert!(!home.path.join("asked").exists());
}

/// The user's own helpers, as they stand in a file that `use` then adds to.
fn before_ours_are_not_asked() {
    for git in gits() {
        let mut home = Home::fresh("routing");
        home.git_config("credential.helper", "cache");
        home.git_config("credential.helper", "store");
        home.git_config("credential.https://git.test.helper", "store");
        home.git_config("credential.https://git.test/acme.helper", "store");
        let kept = format!("https://{}@git.test\n", Lab::get().identity("personal").pair());
        home.write(".git-credentials", &kept, 0o600);
        add_both(&home, &[]);
        put_in_force(&mut home);
        for owner in ["acme", "globex", "acme"] {
            home.run([&git, "ls-remote", &format!("https://git.test/{owner}/app.git")]).ok();
            only_token(&mut home, owner, "a helper before ours");
        }
        install_askpass(&mut home);
        let unclaimed = home.run([&git, "ls-remote", "https://git.test/initech/app.git"]);
        refused(&mut home, &unclaimed);
        assert_eq!(home.read(".git-credentials"), kept);
        nothing_in_the_cache(&home, &git);
    }
}

/// `git config --global credential.helper store` after `use` lands behind our include. Such a helper is told to store
/// what ours has answered. git 2.46 and later knows from our answer that it is not to be stored; an older git writes
/// the token down in clear, which nothing in an answer prevents: a finding of doctor's.
fn after_ours_keep_nothing() {
    for git in gits() {
        let mut home = two_tenants("routing");
        for helper in ["store", "cache"] {
            home.git_config("credential.helper", helper);
        }
        for owner in ["acme", "globex"] {
            home.run([&git, "clone", &format!("https://git.test/{owner}/app.git"), owner]).ok();
            only_token(&mut home, owner, "a helper after ours");
        }
        if has_authtype(&home, &git) {
            assert!(!home.path.join(".git-credentials").exists(), "{}", home.read(".git-credentials"));
            nothing_in_the_cache(&home, &git);
        } else {
            assert!(home.read(".git-credentials").contains(Lab::get().token("acme")));
        }
    }
}

fn after_ours_do_not_answer() {
    for git in gits() {
        let mut home = two_tenants("routing");
        install_askpass(&mut home);
        home.git_config("credential.helper", "store");
        let kept = format!("https://{}@git.test\n", Lab::get().identity("initech").pair());
        home.write(".git-credentials", &kept, 0o600);
        let output = home.run([&git, "ls-remote", "https://git.test/initech/app.git"]);
        refused(&mut home, &output);
        home.run([&git, "ls-remote", "https://git.test/acme/app.git"]).ok();
        only_token(&mut home, "acme", "beside another's entry");
        if has_authtype(&home, &git) {
            assert_eq!(home.read(".git-credentials"), kept);
        }
    }
}

fn of_a_repository_keep_nothing() {
    for git in gits() {
        let mut home = two_tenants("routing");
        home.run([&git, "clone", "https://git.test/acme/app.git"]).ok();
        home.run([&git, "-C", "app", "config", "credential.helper", "store"]).ok();
        home.run([&git, "-C", "app", "config", "credential.https://git.test.helper", "store"]).ok();
        home.forget_seen();
        home.run([&git, "-C", "app", "fetch"]).ok();
        only_token(&mut home, "acme", "a helper of the repository");
        if has_authtype(&home, &git) {
            assert!(!home.path.join(".git-credentials").exists(), "{}", home.read(".git-credentials"));
        }
    }
}

/// `use` takes over the hosts of its profiles and no other.
fn other_hosts_are_left_alone() {
    for git in gits() {
        let mut home = Home::fresh("routing");
        home.git_config("credential.helper", "store");
        home.trust_lab_root();
        let kept = format!("https://{}@tenant-a.git.test\n", Lab::get().identity("initech").pair());
        home.write(".git-credentials", &kept, 0o600);
        add_both(&home, &[]);
        put_in_force(&mut home);
        home.run([&git, "ls-remote", "https://tenant-a.git.test/initech/app.git"])
            .ok()
            .does_not_say("doorkey");
        only_token(&mut home, "initech", "a host of no profile");
    }
}

/// What no helper can decide, because git or the user's later setting goes before it: each is a finding of doctor's.
/// In none of them goes a token of ours to the wrong owner.
fn what_goes_before_ours() {
    for git in gits() {
        let mut home = two_tenants("routing");
        let personal = Lab::get().identity("personal");
        let url = "https://git.test/acme/app.git";
        let theirs = BTreeSet::from(["personal".to_owned()]);

        // git's HTTP library sends a .netrc entry after the first 401, before it asks any helper.
        let netrc = format!("machine git.test login {} password {}\n", personal.user, personal.token);
        let netrc = home.write(".netrc", netrc, 0o600);
        home.run([&git, "ls-remote", url]).exits(128).says("not found");
        assert_eq!(tokens_seen(&home), theirs);
        std::fs::remove_file(netrc).expect("removed");
        home.forget_seen();

        let header = format!("http.extraHeader=Authorization: {}", personal.basic());
        home.run([&git, "-c", &header, "ls-remote", url]).exits(128);
        assert_eq!(tokens_seen(&home), theirs);
        home.forget_seen();

        // A reset on the command line, in a repository's own file, or behind our include.
        home.run([&git, "-c", "credential.helper=", "ls-remote", url]).exits(128);
        assert_eq!(tokens_seen(&home), BTreeSet::new());
    }
}

fn nothing_in_the_cache(home: &Home, git: &str) {
    for path in ["", "path=acme/app.git\n", "path=globex/app.git\n"] {
        let request = format!("protocol=https\nhost=git.test\n{path}\n");
        let output = home.call([git, "credential-cache", "get"]).stdin(request).run();
        output.does_not_say("password=").does_not_say("credential=");
    }
}
