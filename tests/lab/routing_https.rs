//! Plain git over HTTPS, after `use`: whose token reaches the server, by its own log.

use crate::routing_tenants::{
    TENANTS, add, add_both, add_token, gits, install_askpass, keys_seen, make_store, only_token,
    put_in_force, refused, tokens_seen, two_tenants,
};
use crate::support::{Home, Lab, trial};
use libtest_mimic::Trial;
use std::collections::BTreeSet;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("routing_https_every_verb_from_any_folder", every_verb_from_any_folder),
        trial("routing_https_spellings_of_one_repository", spellings_of_one_repository),
        trial("routing_https_user_in_the_url", user_in_the_url),
        trial("routing_https_user_in_the_configuration", user_in_the_configuration),
        trial("routing_https_profile_without_a_token", profile_without_a_token),
        trial("routing_https_root_of_one_tenant", root_of_one_tenant),
        trial("routing_https_undecided_owners_get_nothing", undecided_owners_get_nothing),
        trial("routing_https_asked_without_a_path", asked_without_a_path),
        trial("routing_https_plain_http_gets_nothing", plain_http_gets_nothing),
        trial("routing_https_provider_decides_on_case", provider_decides_on_case),
        trial("routing_https_rewritten_urls_are_routed", rewritten_urls_are_routed),
        trial("routing_https_commit_identity_is_the_one_in_use", commit_identity_is_the_one_in_use),
    ]
}

fn every_verb_from_any_folder() {
    let mut home = two_tenants("routing");
    for git in gits() {
        for (owner, other) in [("acme", "globex"), ("globex", "acme")] {
            let url = format!("https://git.test/{owner}/app.git");
            let their = format!("their-{other}");
            home.run([&git, "clone", &url, "mine"]).ok();
            only_token(&mut home, owner, "clone");
            home.run([&git, "clone", &format!("https://git.test/{other}/tools.git"), &their]).ok();
            home.run([&git, "-C", &their, "worktree", "add", "-q", "../tree"]).ok();
            home.run([&git, "init", "-q", "--bare", "bare.git"]).ok();
            home.forget_seen();
            for folder in [".", "/", &their, "tree", "bare.git", "mine"] {
                home.call([&git, "ls-remote", &url]).in_folder(folder).run().ok();
                only_token(&mut home, owner, folder);
                let clone = home.path.join("again");
                home.call([&git, "clone", "-q", "--bare", &url, clone.to_str().expect("a path")])
                    .in_folder(folder)
                    .run()
                    .ok();
                only_token(&mut home, owner, folder);
                std::fs::remove_dir_all(clone).expect("removed");
            }
            home.run([&git, "-C", "mine", "fetch"]).ok();
            only_token(&mut home, owner, "fetch");
            home.run([&git, "-C", "bare.git", "fetch", &url]).ok();
            only_token(&mut home, owner, "fetch into a bare repository");
            home.run([&git, "-C", "mine", "commit", "-q", "--allow-empty", "-m", "x"]).ok();
            home.run([&git, "-C", "mine", "push", "-f", "origin", &format!("HEAD:refs/heads/{}", home.user)])
                .ok();
            only_token(&mut home, owner, "push");
            for folder in ["mine", &their, "tree", "bare.git"] {
                std::fs::remove_dir_all(home.path.join(folder)).expect("removed");
            }
        }
    }
}

fn spellings_of_one_repository() {
    let mut home = two_tenants("routing");
    for git in gits() {
        for url in [
            "https://git.test/acme/app",
            "https://git.test/acme/app.git/",
            "https://git.test//acme/app.git",
            "https://git.test/%61cme/app.git",
            "https://GIT.TEST/acme/app.git",
            "https://git.test:443/acme/app.git",
            "https://alice@git.test/acme/app.git",
            "https://git.test/acme/sub/deep.git",
        ] {
            let output = home.run([&git, "ls-remote", url]);
            // Which spelling the server takes is its own affair; whose token it gets is ours.
            assert!(tokens_seen(&home).is_subset(&BTreeSet::from(["acme".into()])), "{output}");
            assert!(home.seen_https().iter().any(|s| s.identity.as_deref() == Some("acme")), "{output}");
            home.forget_seen();
        }
    }
}

fn user_in_the_url() {
    let mut home = two_tenants("routing");
    install_askpass(&mut home);
    for git in gits() {
        home.run([&git, "ls-remote", "https://bob@git.test/globex/app.git"]).ok();
        only_token(&mut home, "globex", "the right user");
        for url in ["https://bob@git.test/acme/app.git", "https://erin@git.test/globex/app.git"] {
            let output = home.run([&git, "ls-remote", url]);
            output.says("take the user out of the URL");
            refused(&mut home, &output);
        }
        // Somebody's own token in the URL is sent as it stands; ours is neither sent nor, on its refusal, forgotten.
        home.run([&git, "ls-remote", "https://alice:wrong@git.test/acme/app.git"]).exits(128);
        assert_eq!(tokens_seen(&home), BTreeSet::from(["unknown".into()]));
        home.forget_seen();
        home.run([&git, "ls-remote", "https://git.test/acme/app.git"]).ok();
        only_token(&mut home, "acme", "after another token was refused");
    }
}

fn user_in_the_configuration() {
    let mut home = Home::fresh("routing");
    home.git_config("credential.https://git.test.username", "erin");
    add_both(&home, &[]);
    put_in_force(&mut home);
    install_askpass(&mut home);
    for git in gits() {
        let output = home.run([&git, "ls-remote", "https://git.test/acme/app.git"]);
        output.says("asks for user \"erin\", but profile acme is user \"alice\"").says("credential.username");
        refused(&mut home, &output);
    }
}

fn profile_without_a_token() {
    let mut home = Home::fresh("routing");
    make_store(&home);
    add(&home, "acme", &["--owner", "acme"]);
    put_in_force(&mut home);
    install_askpass(&mut home);
    let output = home.run(["git", "ls-remote", "https://git.test/acme/app.git"]);
    output.says("doorkey token add acme --host git.test --user alice");
    refused(&mut home, &output);
}

/// A root that one tenant brings is trusted for its own repositories only, also on a host that both share.
fn root_of_one_tenant() {
    let mut home = Home::fresh("routing");
    make_store(&home);
    add(&home, "acme", &["--owner", "acme"]);
    home.doorkey([
        "profile", "add", "globex", "--host", "git.test", "--owner", "globex", "--user", "bob", "--yes",
    ])
    .ok();
    for owner in TENANTS {
        add_token(&home, owner, Lab::get().token(owner));
    }
    put_in_force(&mut home);
    for git in gits() {
        for path in ["acme/app.git", "%61cme/app.git"] {
            home.run([&git, "ls-remote", &format!("https://git.test/{path}")]).ok();
            only_token(&mut home, "acme", path);
        }
        home.run([&git, "ls-remote", "https://git.test/globex/app.git"]).exits(128).says("certificate");
        assert_eq!(home.seen_https(), []);
    }
}

/// The host is of no known provider, so `ACME` may be another owner than `acme`.
fn undecided_owners_get_nothing() {
    let mut home = two_tenants("routing");
    install_askpass(&mut home);
    for git in gits() {
        for path in [
            "acme-labs/app.git",
            "initech/app.git",
            "ACME/app.git",
            "Acme/app.git",
            "acm/app.git",
            "x/%2e%2e/acme/app.git",
            "acme%2f..%2finitech/app.git",
            "app.git",
            "",
        ] {
            let output = home.run([&git, "ls-remote", &format!("https://git.test/{path}")]);
            if output.stderr.contains("not found") && !output.stderr.contains("doorkey: ") {
                // The server says 404 before it asks for a login: nobody is asked for anything.
                assert!(home.seen_https().iter().all(|seen| seen.status == 404), "{output}");
                home.forget_seen();
                continue;
            }
            refused(&mut home, &output);
        }
        // git decodes once: the helper sees acme/x, and that it was one segment cannot be told any more. What goes out
        // is acme's token to acme's own repository, or to a path that is nobody's.
        home.run([&git, "ls-remote", "https://git.test/acme%2fapp.git"]);
        assert!(tokens_seen(&home).is_subset(&BTreeSet::from(["acme".into()])));
        home.forget_seen();
        // curl resolves `..` before it asks, and git then asks for what the server was asked for.
        home.run([&git, "ls-remote", "https://git.test/globex/../acme/app.git"]);
        assert!(tokens_seen(&home).is_subset(&BTreeSet::from(["acme".into()])));
        home.forget_seen();
        let output = home.run([&git, "clone", "https://git.test/initech/app.git"]);
        output.says("doorkey route add https://git.test/initech/app.git PROFILE");
        refused(&mut home, &output);
    }
    // The owner's name comes from whoever wrote the URL, and people copy the command.
    let output = home.run(["git", "ls-remote", "https://git.test/x;$(id)/app.git"]);
    output.says("doorkey route add 'https://git.test/x;$(id)/app.git' PROFILE");
    refused(&mut home, &output);
    // What the refusal tells the user to do.
    home.doorkey(["route", "add", "https://git.test/initech/app.git", "globex", "--yes"]).ok();
    home.run(["git", "ls-remote", "https://git.test/initech/app.git"]).exits(128).says("not found");
    assert_eq!(tokens_seen(&home), BTreeSet::from(["globex".into()]));
    home.forget_seen();
    let output = home.run(["git", "ls-remote", "https://git.test/initech/tools.git"]);
    refused(&mut home, &output);
}

/// What programs do that ask git for a host's credential without `useHttpPath`.
fn asked_without_a_path() {
    let mut home = two_tenants("routing");
    install_askpass(&mut home);
    for git in gits() {
        for request in ["protocol=https\nhost=git.test\n\n", "url=https://git.test\n\n"] {
            let output = home.call([&git, "credential", "fill"]).stdin(request).run();
            output.says("asked without a repository path").does_not_say(Lab::get().token("acme"));
            refused(&mut home, &output);
        }
        for owner in TENANTS {
            let request = format!("protocol=https\nhost=git.test\npath={owner}/app.git\n\n");
            let output = home.call([&git, "credential", "fill"]).stdin(request).run();
            output.ok().says(Lab::get().token(owner));
        }
    }
}

fn plain_http_gets_nothing() {
    let mut home = two_tenants("routing");
    for git in gits() {
        for owner in TENANTS {
            home.run([&git, "ls-remote", &format!("http://git.test/{owner}/app.git")]).exits(128);
            assert_eq!(tokens_seen(&home), BTreeSet::new());
            home.forget_seen();
        }
    }
}

/// On a host whose provider takes `Acme` and `acme` for one owner, both are acme's.
fn provider_decides_on_case() {
    let mut home = Home::fresh("routing");
    add_both(&home, &["--provider", "gitlab"]);
    put_in_force(&mut home);
    for (owner, spelling) in [("acme", "Acme"), ("acme", "ACME"), ("globex", "Globex")] {
        let https = home.run(["git", "ls-remote", &format!("https://git.test/{spelling}/app.git")]);
        assert_eq!(tokens_seen(&home), BTreeSet::from([owner.to_owned()]), "{https}");
        let ssh = home.run(["git", "ls-remote", &format!("git@git.test:{spelling}/app.git")]);
        assert_eq!(keys_seen(&home), [(owner.to_owned(), "served".to_owned())], "{ssh}");
        home.forget_seen();
    }
}

fn rewritten_urls_are_routed() {
    let mut home = two_tenants("routing");
    home.git_config("url.https://git.test/globex/.insteadOf", "https://git.test/acme/");
    home.run(["git", "ls-remote", "https://git.test/acme/app.git"]).ok();
    only_token(&mut home, "globex", "insteadOf");
}

fn commit_identity_is_the_one_in_use() {
    let home = two_tenants("routing");
    assert_eq!(home.run(["git", "config", "user.email"]).ok().stdout, "alice@acme.test\n");
    home.doorkey(["use", "globex", "--yes"]).ok();
    assert_eq!(home.run(["git", "config", "user.email"]).ok().stdout, "bob@globex.test\n");
}
