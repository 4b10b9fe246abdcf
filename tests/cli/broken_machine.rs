//! A machine on which something is broken already: doorkey says so, and does not say that all is well.

use crate::home::{CANARY, Home, Ran, feed};

#[test]
fn use_and_on_are_refused_while_git_cannot_read_its_configuration() {
    let home = Home::in_force();
    home.run(&["off"]).ok();
    let good = home.text(".gitconfig");
    home.write(".gitconfig", format!("{good}[broken\n"), 0o644);
    // The oracle: git stops in that line, whatever it is asked.
    let git = home.program("git").args(["config", "user.name"]).output().unwrap();
    let said = String::from_utf8_lossy(&git.stderr).into_owned();
    let line = good.lines().count() + 1;
    assert!(!git.status.success() && said.contains(&format!("line {line}")), "{said}");
    let before = home.tree();
    for command in [&["use", "acme", "--yes"][..], &["on"]] {
        let ran = home.run(command).with_code(1);
        assert!(ran.err.contains(&format!("~/.gitconfig: line {line}")), "{ran:#?}");
        assert!(ran.err.contains("fix: ") && ran.out.is_empty(), "{ran:#?}");
        assert_eq!(home.tree(), before);
    }
    // One that git reads in some folders only does not keep the others waiting.
    home.write(".gitconfig", format!("{good}[includeIf \"gitdir:~/old/\"]\n\tpath = ~/old.inc\n"), 0o644);
    home.write("old.inc", "[broken\n", 0o644);
    home.run(&["on"]).ok();
    assert_eq!(home.git("user.email"), "ada@acme.test\n");
    // Off works whatever is broken.
    home.write(".gitconfig", "[broken\n", 0o644);
    home.run(&["off"]).ok();
}

/// A name that is also a pattern.
const FOLDER: &str = "work/[globex]*\\x";

/// acme in force, and globex with its own HTTPS and SSH host, a folder and an identity.
fn two_tenants() -> Home {
    let home = Home::prepared();
    home.write(".ssh/id_globex", "", 0o600);
    let folder = home.path(FOLDER).display().to_string();
    home.run(&[
        "profile",
        "add",
        "globex",
        "--host",
        "globex.test",
        "--owner",
        "g",
        "--user",
        "ada",
        "--ssh-key",
        "id_globex",
        "--email",
        "ada@globex.test",
        "--dir",
        &folder,
        "--yes",
    ])
    .ok();
    let token = ["token", "add", "globex", "--user", "ada", "--stdin", "--yes"];
    home.run_with(&token, b"token-of-globex").ok();
    home.run(&["use", "acme", "--yes"]).ok();
    assert!(git_asks(&home, "globex.test", "g/app").out.contains("token-of-globex"));
    home
}

fn git_asks(home: &Home, host: &str, path: &str) -> Ran {
    let mut command = home.program("git");
    command.args(["credential", "fill"]).env("GIT_TERMINAL_PROMPT", "0");
    feed(command, format!("protocol=https\nhost={host}\npath={path}\n\n").as_bytes())
}

/// What the real ssh says it would do for a repository: whether it offers keys, and which.
fn ssh_offers(home: &Home, host: &str, path: &str) -> String {
    let config = home.path(".ssh/config");
    let command = format!("git-upload-pack '{path}'");
    let mut ssh = home.program("ssh");
    ssh.args(["-G", "-F", config.to_str().unwrap(), &format!("git@{host}"), &command]);
    String::from_utf8(ssh.output().unwrap().stdout).unwrap()
}

/// Every command that puts something in force, with the profile `broken` in the way of all of them.
fn the_others_go_on(home: &Home, name: &str, said: &str) {
    let file = format!(".config/doorkey/profiles/{name}.toml");
    let route = "https://elsewhere.test/acme/fork";
    for command in [
        &["use", "acme", "--yes"][..],
        &["off"],
        &["on"],
        &["profile", "add", "initech", "--host", "initech.test", "--yes"],
        &["route", "add", route, "acme", "--yes"],
        &["route", "remove", route, "acme", "--yes"],
        &["profile", "remove", "initech", "--yes"],
        &["use", "acme", "--yes"],
    ] {
        let ran = home.run(command).ok();
        let silent = ["off", "profile remove"].iter().any(|c| command.join(" ").starts_with(c));
        assert!(silent || ran.err.contains(said) && ran.err.contains("warning: "), "{command:?}: {ran:#?}");
        assert!(
            git_asks(home, "git.test", "acme/app").out.contains(CANARY) != (command == ["off"]),
            "{command:?}"
        );
    }
    assert!(home.path(&file).exists());
}

#[test]
fn a_profile_that_cannot_be_read_keeps_nobody_waiting_and_stays_closed() {
    let home = two_tenants();
    let repository = home.path(FOLDER).join("r").display().to_string();
    home.program("git").args(["init", "-q", &repository]).status().unwrap();
    let file = ".config/doorkey/profiles/globex.toml";
    let good = home.text(file);
    // What the user has beside doorkey, which globex' host must not fall to.
    home.write(".ssh/id_rsa", "", 0o600);
    let config = home.text(".gitconfig");
    home.write(
        ".gitconfig",
        format!("[credential]\n\thelper = \"!echo username=u; echo password=of-the-user; :\"\n{config}"),
        0o644,
    );
    for (broken, mode) in [(good.replace("version = 1", "version = "), 0o600), (good.clone(), 0o666)] {
        home.write(file, &broken, mode);
        the_others_go_on(&home, "globex", "globex.toml");
        let asked = git_asks(&home, "globex.test", "g/app");
        assert!(!asked.out.contains("password=") && asked.err.contains("globex"), "{asked:#?}");
        let offered = ssh_offers(&home, "globex.test", "g/app");
        assert!(
            offered.contains("pubkeyauthentication false") || offered.contains("pubkeyauthentication no"),
            "{offered}"
        );
        let mail = home.program("git").args(["-C", &repository, "config", "user.email"]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&mail.stdout), "ada@globex.test\n");
        // The profile itself is what cannot be put in force.
        let refused = home.run(&["use", "globex", "--yes"]).with_code(3);
        assert!(refused.err.contains("globex.toml"), "{refused:#?}");
    }
    // Mended, it speaks again.
    home.write(file, &good, 0o600);
    home.run(&["use", "globex", "--yes"]).ok();
    assert!(git_asks(&home, "globex.test", "g/app").out.contains("token-of-globex"));
    assert!(ssh_offers(&home, "globex.test", "g/app").contains("id_globex"));
    // Removed, its host is the user's own again.
    home.run(&["use", "acme", "--yes"]).ok();
    home.write(file, "version = ", 0o600);
    home.run(&["profile", "remove", "globex", "--yes"]).ok();
    assert!(git_asks(&home, "globex.test", "g/app").out.contains("of-the-user"));
}

#[test]
fn a_profile_whose_ca_is_gone_keeps_nobody_waiting_and_trusts_nobody() {
    let home = two_tenants();
    let file = ".config/doorkey/profiles/globex.toml";
    let good = home.text(file);
    home.write(file, format!("{good}[trust]\nca = [\"gone.pem\"]\n"), 0o600);
    the_others_go_on(&home, "globex", "gone.pem of profile globex is not there");
    let asked = ["config", "--get-urlmatch", "http.sslCAInfo", "https://globex.test/g/app"];
    let bundle = String::from_utf8(home.program("git").args(asked).output().unwrap().stdout).unwrap();
    let text = std::fs::read_to_string(bundle.trim()).unwrap();
    assert!(!text.contains("BEGIN CERTIFICATE") && text.contains("gone.pem"), "{text}");
    let refused = home.run(&["use", "globex", "--yes"]).with_code(3);
    assert!(
        refused.err.contains("gone.pem") && refused.err.contains("doorkey profile edit globex"),
        "{refused:#?}"
    );
}

#[test]
fn without_a_home_nothing_is_said_to_be_fine() {
    let home = Home::empty();
    let file = home.outside("file");
    std::fs::write(&file, "").unwrap();
    let gone = home.outside("gone");
    let homes = [None, Some("relative"), gone.to_str(), file.to_str()];
    for (value, command) in homes.iter().flat_map(|h| {
        [
            &["doctor"][..],
            &["doctor", "--json"],
            &[],
            &["inspect"],
            &["profile", "list"],
            &["which", "https://a.test/b/c"],
        ]
        .map(|command| (*h, command))
    }) {
        let mut doorkey = home.doorkey();
        doorkey.args(command).env_remove("HOME").envs(value.map(|value| ("HOME", value)));
        let ran = Ran::of(&doorkey.output().unwrap()).with_code(3);
        let said = format!("{}{}", ran.out, ran.err);
        assert!(said.contains("HOME") && said.contains("fix") && !said.contains("no findings"), "{ran:#?}");
    }
    assert!(!gone.exists());
}

#[test]
fn a_file_in_the_place_of_the_profiles_is_not_taken_for_none() {
    for below in [".config/doorkey/profiles", ".config/doorkey"] {
        let home = Home::in_force();
        std::fs::rename(home.path(below), home.outside("away")).unwrap();
        for link in [false, true] {
            match link {
                false => home.write(below, "", 0o600),
                true => {
                    std::fs::remove_file(home.path(below)).unwrap();
                    std::os::unix::fs::symlink("gone", home.path(below)).unwrap();
                }
            }
            let before = home.tree();
            for command in [
                &[][..],
                &["profile", "list"],
                &["on"],
                &["use", "acme", "--yes"],
                &["which", "https://a.test/b"],
            ] {
                let ran = home.run(command).with_code(3);
                assert!(
                    ran.err.contains(&format!("{below} is a ")) && ran.err.contains("fix: move it away"),
                    "{ran:#?}"
                );
            }
            let doctor = home.run(&["doctor"]).with_code(1);
            assert!(
                doctor.out.contains("error[profile-broken]") && !doctor.out.contains("settings-outdated"),
                "{doctor:#?}"
            );
            assert_eq!(home.tree(), before);
            // What git asks of doorkey meanwhile is refused.
            assert!(!git_asks(&home, "git.test", "acme/app").out.contains("password="));
        }
    }
}
