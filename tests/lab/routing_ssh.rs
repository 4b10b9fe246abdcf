//! Plain git over SSH, after `use`: whose key reaches the server, by its own log.

use crate::routing_tenants::{
    add, add_both, gits, keys_seen, make_store, only_key, put_in_force, start_agent, two_tenants,
};
use crate::support::{Home, Lab, Offered, Output, trial};
use libtest_mimic::Trial;
use std::collections::BTreeMap;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("routing_ssh_every_verb_from_any_folder", every_verb_from_any_folder),
        trial("routing_ssh_spellings_of_one_repository", spellings_of_one_repository),
        trial("routing_ssh_another_port", another_port),
        trial("routing_ssh_one_key_an_attempt", one_key_an_attempt),
        trial("routing_ssh_undecided_owners_are_offered_none", undecided_owners_are_offered_none),
        trial("routing_ssh_login_without_a_repository", login_without_a_repository),
        trial("routing_ssh_connections_are_not_shared", connections_are_not_shared),
        trial("routing_ssh_agent_with_five_keys", agent_with_five_keys),
        trial("routing_ssh_users_own_identity_file_comes_second", users_own_identity_file_comes_second),
        trial("routing_ssh_stays_closed_without_launcher_or_shell", stays_closed),
        trial("routing_ssh_home_with_a_space", home_with_a_space),
        trial("routing_ssh_host_of_one_tenant", host_of_one_tenant),
        trial("routing_ssh_wrappers_and_shells", wrappers_and_shells),
        trial("routing_ssh_shows_its_decision", shows_its_decision),
        trial("routing_ssh_tenants_on_two_ports", tenants_on_two_ports),
        trial("routing_ssh_profile_without_a_key", profile_without_a_key),
        trial("routing_ssh_ten_profiles_on_one_host", ten_profiles_on_one_host),
        trial("routing_ssh_users_other_settings", users_other_settings),
        trial("routing_ssh_what_goes_before_ours", what_goes_before_ours),
    ]
}

fn every_verb_from_any_folder() {
    let mut home = two_tenants("routing");
    for git in gits() {
        for (owner, other) in [("acme", "globex"), ("globex", "acme")] {
            let url = format!("git@git.test:{owner}/app.git");
            let their = format!("their-{other}");
            home.run([&git, "clone", &url, "mine"]).ok();
            only_key(&mut home, owner, "clone");
            home.run([&git, "clone", &format!("git@git.test:{other}/tools.git"), &their]).ok();
            home.run([&git, "-C", &their, "worktree", "add", "-q", "../tree"]).ok();
            home.run([&git, "init", "-q", "--bare", "bare.git"]).ok();
            home.forget_seen();
            for folder in [".", "/", &their, "tree", "bare.git", "mine"] {
                home.call([&git, "ls-remote", &url]).in_folder(folder).run().ok();
                only_key(&mut home, owner, folder);
            }
            home.run([&git, "-C", "mine", "fetch"]).ok();
            only_key(&mut home, owner, "fetch");
            home.run([&git, "-C", "mine", "commit", "-q", "--allow-empty", "-m", "x"]).ok();
            home.run([&git, "-C", "mine", "push", "-f", "origin", &format!("HEAD:refs/heads/{}", home.user)])
                .ok();
            only_key(&mut home, owner, "push");
            home.run([&git, "archive", &format!("--remote={url}"), "HEAD", "-o", "a.tar"]).ok();
            only_key(&mut home, owner, "archive");
            for version in ["0", "1", "2"] {
                home.run([&git, "-c", &format!("protocol.version={version}"), "ls-remote", &url]).ok();
                only_key(&mut home, owner, version);
            }
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
            "git@git.test:acme/app.git",
            "git@git.test:/acme/app.git",
            "git@git.test:acme/app",
            "git@git.test:./acme/app.git",
            "git@GIT.TEST:acme/app.git",
            "[git@git.test:22]:acme/app.git",
            "ssh://git@git.test/acme/app.git",
            "ssh://git@git.test:22/acme/app.git",
            "git+ssh://git@git.test/acme/app.git",
            "ssh://git@git.test/%61cme/app.git",
            "ssh://git@git.test/~git/acme/app.git",
            "ssh://git@git.test/acme/sub/deep.git",
            "ssh://git@git.test/acme/it's%20here.git",
        ] {
            let output = home.run([&git, "ls-remote", url]);
            let keys: Vec<String> = keys_seen(&home).into_iter().map(|(key, _)| key).collect();
            assert_eq!(keys, ["acme"], "{output}");
            home.forget_seen();
        }
        // What some users set to reach git on the server.
        for command in ["git upload-pack", "/usr/bin/git-upload-pack", "env X=1 git-upload-pack"] {
            let option = format!("--upload-pack={command}");
            let output = home.run([&git, "ls-remote", &option, "git@git.test:globex/app.git"]);
            assert!(keys_seen(&home).iter().all(|(key, _)| key == "globex"), "{output}");
            assert_eq!(keys_seen(&home).len(), 1, "{output}");
            home.forget_seen();
        }
    }
}

fn another_port() {
    let mut home = Home::fresh("routing");
    add_both(&home, &["--ssh-port", "2222"]);
    put_in_force(&mut home);
    for url in ["ssh://git@git.test:2222/OWNER/app.git", "[git@git.test:2222]:OWNER/app.git"] {
        for owner in ["acme", "globex"] {
            home.run(["git", "ls-remote", &url.replace("OWNER", owner)]).ok();
            assert_eq!(home.seen_ssh()[0].port, 2222);
            only_key(&mut home, owner, url);
        }
    }
    // Another port of the host is another place: nothing of the profile is offered there.
    let output = home.run(["git", "ls-remote", "ssh://git@git.test:22/acme/app.git"]);
    output.exits(128).says("no profile claims");
    assert_eq!(keys_seen(&home), []);
}

/// A home whose profiles are on the port that takes no key, with a key that ssh would try by itself.
fn counted(name: &str) -> Home {
    let mut home = Home::fresh(name);
    home.install_key("personal", ".ssh/id_ed25519");
    add_both(&home, &["--ssh-port", "2200"]);
    put_in_force(&mut home);
    home
}

fn ask_counted(home: &Home, path: &str) -> Output {
    home.run(["git", "ls-remote", &format!("ssh://git@git.test:2200/{path}")])
}

fn fingerprint(home: &Home, owner: &str) -> String {
    let public =
        std::fs::read_to_string(Lab::get().key(owner).with_extension("pub")).expect("its public half");
    let listed = home.call(["ssh-keygen", "-l", "-f", "-"]).stdin(public).run();
    listed.ok().stdout.split(' ').nth(1).expect("a fingerprint").to_owned()
}

/// Which keys were offered, by connection, in order.
fn offers(home: &Home) -> Vec<Vec<String>> {
    let mut by_connection: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    for Offered { connection, fingerprint, .. } in home.offered_keys() {
        by_connection.entry(connection).or_default().push(fingerprint);
    }
    by_connection.into_values().collect()
}

fn one_key_an_attempt() {
    let mut home = counted("routing");
    let sock = start_agent(&mut home);
    for owner in ["acme", "globex"] {
        for _ in 0..2 {
            ask_counted(&home, &format!("{owner}/app.git")).exits(128).says("Permission denied (publickey)");
            assert_eq!(offers(&home), [[fingerprint(&home, owner)]], "agent {sock}");
            home.forget_seen();
        }
    }
}

fn undecided_owners_are_offered_none() {
    let mut home = counted("routing");
    start_agent(&mut home);
    for path in [
        "acme-labs/app.git",
        "initech/app.git",
        "ACME/app.git",
        "globex/../acme/app.git",
        "acme%2f..%2fx.git",
        "app.git",
    ] {
        let output = ask_counted(&home, path);
        output.exits(128).says("doorkey: no key is offered to git.test");
        assert!(home.offered_keys().is_empty(), "{output}\n{:#?}", home.offered_keys());
    }
    // What the refusal tells the user to do.
    let hint = "doorkey route add ssh://git@git.test:2200/initech/app.git PROFILE";
    ask_counted(&home, "initech/app.git").says(hint);
    home.run(["sh", "-c", &hint.replace("PROFILE", "globex --yes")]).ok();
    ask_counted(&home, "initech/app.git").exits(128);
    assert_eq!(offers(&home), [[fingerprint(&home, "globex")]]);
}

fn login_without_a_repository() {
    let home = counted("routing");
    for words in
        [&["ssh", "-T", "-p", "2200", "git@git.test"][..], &["scp", "-P", "2200", "git@git.test:x", "."]]
    {
        let output = home.run(words);
        assert!(output.code != Some(0), "{output}");
        output.says("git.test is shared by acme, globex, and this ssh names no repository");
        assert!(home.offered_keys().is_empty(), "{output}\n{:#?}", home.offered_keys());
    }
}

fn connections_are_not_shared() {
    let mut home = Home::fresh("routing");
    home.write(
        ".ssh/config",
        "Host *\n  ControlMaster auto\n  ControlPath ~/.ssh/cm-%C\n  ControlPersist 60\n",
        0o600,
    );
    add_both(&home, &[]);
    put_in_force(&mut home);
    for owner in ["acme", "globex", "acme"] {
        home.run(["git", "ls-remote", &format!("git@git.test:{owner}/app.git")]).ok();
        only_key(&mut home, owner, "ControlMaster");
    }
    home.run(["git", "ls-remote", "git@git.test:initech/app.git"]).exits(128).says("Permission denied");
    assert_eq!(keys_seen(&home), []);
}

fn agent_with_five_keys() {
    let mut home = two_tenants("routing");
    start_agent(&mut home);
    for owner in ["acme", "globex"] {
        home.run(["git", "ls-remote", &format!("git@git.test:{owner}/app.git")]).ok();
        only_key(&mut home, owner, "agent");
        // The private half in the agent alone.
        std::fs::remove_file(home.path.join(format!(".ssh/id_{owner}"))).expect("removed");
        home.run(["git", "ls-remote", &format!("git@git.test:{owner}/app.git")]).ok();
        only_key(&mut home, owner, "agent, public half only");
    }
    home.run(["git", "ls-remote", "git@git.test:initech/app.git"]).exits(128);
    assert_eq!(keys_seen(&home), []);
}

/// ssh adds up IdentityFile lines, and no line of ours takes one out again: where the server refuses our key it is
/// shown the user's too. A finding of doctor's. An unclaimed owner is shown neither.
fn users_own_identity_file_comes_second() {
    let mut home = Home::fresh("routing");
    let key = home.install_key("personal", ".ssh/id_own");
    home.write(".ssh/config", format!("Host *\n  IdentityFile {}\n", key.display()), 0o600);
    add_both(&home, &["--ssh-port", "2200"]);
    put_in_force(&mut home);
    ask_counted(&home, "acme/app.git").exits(128);
    assert_eq!(offers(&home), [[fingerprint(&home, "acme"), fingerprint(&home, "personal")]]);
    home.forget_seen();
    ask_counted(&home, "initech/app.git").exits(128);
    assert!(offers(&home).is_empty());

    let mut home = Home::fresh("routing");
    home.install_key("personal", ".ssh/id_own");
    home.write(".ssh/config", "Host *\n  IdentityFile ~/.ssh/id_own\n", 0o600);
    add_both(&home, &[]);
    put_in_force(&mut home);
    for owner in ["acme", "globex"] {
        home.run(["git", "ls-remote", &format!("git@git.test:{owner}/app.git")]).ok();
        only_key(&mut home, owner, "where ours is accepted");
    }
}

/// When the command of `Match exec` cannot run, no block but the closing one holds.
fn stays_closed() {
    let home = counted("routing");
    for shell in ["/bin/false", "/usr/sbin/nologin"] {
        let asked =
            home.call(["git", "ls-remote", "ssh://git@git.test:2200/acme/app.git"]).env("SHELL", shell);
        asked.run().exits(128);
        assert!(home.offered_keys().is_empty(), "{shell}: {:#?}", home.offered_keys());
    }
    let launcher = home.path.join(".local/state/doorkey/bin/doorkey");
    std::fs::remove_file(launcher).expect("removed");
    ask_counted(&home, "acme/app.git").exits(128).says("not found");
    assert!(home.offered_keys().is_empty(), "{:#?}", home.offered_keys());
}

fn home_with_a_space() {
    let mut home = Home::fresh("routing with 100% space");
    add_both(&home, &[]);
    put_in_force(&mut home);
    for git in gits() {
        for owner in ["acme", "globex"] {
            home.run([&git, "ls-remote", &format!("git@git.test:{owner}/app.git")]).ok();
            only_key(&mut home, owner, "a space in HOME");
            home.run([&git, "ls-remote", &format!("https://git.test/{owner}/app.git")]).ok();
            crate::routing_tenants::only_token(&mut home, owner, "a space in HOME");
        }
    }
}

/// A host that one profile has for itself.
fn host_of_one_tenant() {
    let mut home = Home::fresh("routing");
    make_store(&home);
    add(&home, "acme", &[]);
    put_in_force(&mut home);
    home.run(["git", "ls-remote", "git@git.test:acme/app.git"]).ok();
    only_key(&mut home, "acme", "the whole host");
    // `Host` would not cover this one, and every default key would be offered.
    home.run(["git", "ls-remote", "git@Git.TEST:acme/app.git"]).ok();
    only_key(&mut home, "acme", "a host with capitals");
    home.run(["ssh", "-T", "git@git.test"]).exits(1).says("Hi alice!");
    home.run(["git", "ls-remote", "git@git.test:initech/app.git"]).exits(128);
    assert!(keys_seen(&home).iter().all(|(key, _)| key == "acme"));
}

fn wrappers_and_shells() {
    let mut home = two_tenants("routing");
    let wrapper = home.write("wrap", "#!/bin/sh\nexec ssh \"$@\"\n", 0o755);
    let child = home.write("wrap-child", "#!/bin/sh\nssh \"$@\"\n", 0o755);
    let (wrapper, child) = (wrapper.to_str().expect("a path"), child.to_str().expect("a path"));
    for (name, value) in [
        ("GIT_SSH", wrapper),
        ("GIT_SSH", child),
        ("GIT_SSH_COMMAND", "ssh -o BatchMode=yes -4"),
        ("GIT_SSH_COMMAND", "timeout 20 ssh"),
        ("GIT_SSH_COMMAND", "nice ssh -vp22"),
        ("SHELL", "/bin/sh"),
        ("SHELL", "/bin/bash"),
        ("SHELL", "/bin/dash"),
    ] {
        for owner in ["acme", "globex"] {
            let call = home.call(["git", "ls-remote", &format!("git@git.test:{owner}/app.git")]);
            call.env(name, value).run().ok();
            only_key(&mut home, owner, value);
        }
    }
}

fn shows_its_decision() {
    let home = two_tenants("routing");
    for owner in ["acme", "globex"] {
        let shown = home.run(["ssh", "-G", "git@git.test", &format!("git-upload-pack '{owner}/app.git'")]);
        shown
            .ok()
            .says(&format!("/.ssh/id_{owner}\n"))
            .says("identitiesonly yes\n")
            .says("forwardagent no\n");
        assert_eq!(
            shown.stdout.lines().filter(|line| line.starts_with("identityfile ")).count(),
            1,
            "{shown}"
        );
    }
    home.run(["ssh", "-G", "git@git.test", "git-upload-pack 'initech/app.git'"])
        .ok()
        .says("pubkeyauthentication false\n");
}

fn tenants_on_two_ports() {
    let mut home = Home::fresh("routing");
    make_store(&home);
    add(&home, "acme", &["--owner", "acme"]);
    add(&home, "globex", &["--owner", "globex", "--ssh-port", "2222"]);
    put_in_force(&mut home);
    home.run(["git", "ls-remote", "git@git.test:acme/app.git"]).ok();
    only_key(&mut home, "acme", "port 22");
    home.run(["git", "ls-remote", "ssh://git@git.test:2222/globex/app.git"]).ok();
    only_key(&mut home, "globex", "port 2222");
    for url in ["git@git.test:globex/app.git", "ssh://git@git.test:2222/acme/app.git"] {
        home.run(["git", "ls-remote", url])
            .exits(128)
            .says("doorkey: no key is offered to git.test: no profile claims");
        assert_eq!(keys_seen(&home), []);
    }
}

fn profile_without_a_key() {
    let mut home = Home::fresh("routing");
    make_store(&home);
    home.install_key("personal", ".ssh/id_ed25519");
    add(&home, "acme", &["--owner", "acme"]);
    let globex = [
        "profile",
        "add",
        "globex",
        "--host",
        "git.test",
        "--owner",
        "globex",
        "--transport",
        "ssh",
        "--yes",
    ];
    home.doorkey(globex).ok();
    put_in_force(&mut home);
    let output = home.run(["git", "ls-remote", "git@git.test:globex/app.git"]);
    output.exits(128).says("doorkey ssh new globex");
    assert_eq!(keys_seen(&home), []);
    home.run(["git", "ls-remote", "git@git.test:acme/app.git"]).ok();
    only_key(&mut home, "acme", "beside a profile without a key");
}

fn ten_profiles_on_one_host() {
    let mut home = Home::fresh("routing");
    add_both(&home, &[]);
    for number in 0..8 {
        let name = format!("tenant-{number}");
        let words = [
            "profile",
            "add",
            &name,
            "--host",
            "git.test",
            "--owner",
            &name,
            "--ssh-key",
            "id_ed25519",
            "--yes",
        ];
        home.doorkey(words).ok();
    }
    put_in_force(&mut home);
    for owner in ["acme", "globex"] {
        home.run(["git", "ls-remote", &format!("git@git.test:{owner}/app.git")]).ok();
        only_key(&mut home, owner, "among ten");
        home.run(["git", "ls-remote", &format!("https://git.test/{owner}/app.git")]).ok();
        crate::routing_tenants::only_token(&mut home, owner, "among ten");
    }
}

fn users_other_settings() {
    for settings in [
        "CanonicalizeHostname always\n",
        "Match final all\n  ServerAliveInterval 30\n",
        "Host git.test\n  User git\n  Port 22\n  ForwardAgent yes\n",
        "Host *\n  IdentitiesOnly no\n  PubkeyAuthentication yes\n  AddKeysToAgent yes\n",
    ] {
        let mut home = Home::fresh("routing");
        home.install_key("personal", ".ssh/id_ed25519");
        home.write(".ssh/config", settings, 0o600);
        add_both(&home, &[]);
        put_in_force(&mut home);
        for owner in ["acme", "globex"] {
            home.run(["git", "ls-remote", &format!("git@git.test:{owner}/app.git")]).ok();
            only_key(&mut home, owner, settings);
        }
        home.run(["git", "ls-remote", "git@git.test:initech/app.git"]).exits(128);
        assert_eq!(keys_seen(&home), [], "{settings}");
    }
}

/// What no configuration of ours can decide, because ssh is told otherwise on its command line or is asked for another
/// name: each is a finding of doctor's. In none of them a tenant's key is offered for the other tenant's repository.
fn what_goes_before_ours() {
    let mut home = two_tenants("routing");
    home.install_key("personal", ".ssh/id_ed25519");
    let url = "git@git.test:acme/app.git";
    let personal = [("personal".to_owned(), "not-found".to_owned())];
    for command in ["ssh -i ~/.ssh/id_ed25519", "ssh -F none", "ssh -F /dev/null"] {
        home.call(["git", "ls-remote", url]).env("GIT_SSH_COMMAND", command).run().exits(128);
        assert_eq!(keys_seen(&home), personal, "{command}");
        home.forget_seen();
    }
    home.run(["git", "config", "--global", "core.sshCommand", "ssh -i ~/.ssh/id_ed25519"]).ok();
    home.run(["git", "ls-remote", url]).exits(128);
    assert_eq!(keys_seen(&home), personal);
    home.run(["git", "config", "--global", "--unset", "core.sshCommand"]).ok();
    home.forget_seen();
    // Another name of the same machine is another host.
    let config = home.read(".ssh/config");
    home.write(".ssh/config", config + "Host work\n  HostName git.test\n", 0o600);
    home.run(["git", "ls-remote", "git@work:acme/app.git"]).exits(128);
    assert_eq!(keys_seen(&home), personal);
}
