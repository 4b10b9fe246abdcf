//! What goes past the routes, or may: settings of git's and ssh's that decide before doorkey does or beside it.

use crate::home::{Home, same};

/// One profile with a key for `git.test`, in force.
fn in_force() -> Home {
    let home = Home::new();
    home.key("id_acme", &["-t", "ed25519"]);
    home.key("id_mine", &["-t", "ed25519"]);
    let key_file = home.path("vault.key");
    home.doorkey(&["store", "init", "--key-file", key_file.to_str().unwrap(), "--yes"]).fine();
    let add = ["profile", "add", "acme", "--host", "git.test", "--owner", "acme", "--yes"];
    home.doorkey(&[&add[..], &["--ssh-key", "id_acme", "--user", "ada"]].concat()).fine();
    let line = format!("printf %s t0ken | {} token add acme --stdin --yes", env!("CARGO_BIN_EXE_doorkey"));
    home.program("sh", &["-c", &line]).fine();
    home.doorkey(&["use", "acme", "--yes"]).fine();
    same(&home.codes(), &[]);
    home
}

/// Whether git gets acme's token for a repository of acme's.
fn git_gets_the_token(home: &Home) -> bool {
    let line = "printf 'protocol=https\\nhost=git.test\\npath=acme/app.git\\n\\n' | GIT_TERMINAL_PROMPT=0 git credential fill";
    home.program("sh", &["-c", line]).out.contains("password=t0ken")
}

#[test]
fn a_key_that_a_command_decides_about_is_a_note() {
    let home = in_force();
    let config = home.read(".ssh/config");
    for (condition, wanted) in [
        ("exec \"true\"", &["identity-for-managed-host"][..]),
        ("!exec \"false\"", &["identity-for-managed-host"]),
        ("host git.test exec \"test %n = git.test\"", &["identity-for-managed-host"]),
        ("host other.test exec \"true\"", &[]),
    ] {
        home.write(
            ".ssh/config",
            format!("{config}Match {condition}\n\tIdentityFile ~/.ssh/id_mine\n"),
            0o600,
        );
        same(&home.codes(), wanted);
        let path = home.path(".ssh/config");
        let asks = ["-G", "-F", path.to_str().unwrap(), "git@git.test", "git-upload-pack 'acme/app.git'"];
        let offered = home.program("ssh", &asks).fine().out.contains("id_mine");
        assert_eq!(offered, !wanted.is_empty(), "{condition}");
        let ran = home.doorkey(&["doctor"]);
        let expected = usize::from(!wanted.is_empty());
        assert_eq!(ran.out.matches("may be offered to git.test too").count(), expected, "{}", ran.out);
        assert_eq!(ran.out.matches("note[identity").count(), expected, "{}", ran.out);
    }
}

#[test]
fn a_helper_in_gits_own_variable_is_found() {
    for value in
        ["'credential.helper='", "'credential.helper'=''", "'user.name'='it'\\''s'   'credential.helper'=''"]
    {
        let mut home = in_force();
        assert!(git_gets_the_token(&home));
        home.set("GIT_CONFIG_PARAMETERS", value);
        assert!(!git_gets_the_token(&home), "{value}");
        same(&home.codes(), &["other-helper-wins"]);
    }
    let mut home = in_force();
    home.set("GIT_CONFIG_PARAMETERS", "'alias.x'='credential.helper=' 'alias.y=z'");
    assert!(git_gets_the_token(&home));
    same(&home.codes(), &[]);
}

#[test]
fn a_user_name_for_an_owner_is_found() {
    for (section, command) in [
        ("credential \"https://git.test/acme\"", true),
        ("credential \"https://git.test\"", true),
        ("credential", false),
    ] {
        let home = in_force();
        let text = home.read(".gitconfig");
        home.write(".gitconfig", format!("[{section}]\n\tusername = zz\n{text}"), 0o644);
        assert!(!git_gets_the_token(&home), "{section}");
        same(&home.codes(), &["credential-username-set"]);
        let report = home.doorkey(&["doctor", "--json"]).json();
        let all = report["findings"].as_array().unwrap();
        let found = all.iter().find(|f| f["code"] == "credential-username-set").unwrap();
        assert!(found["what"].as_str().unwrap().contains("~/.gitconfig:2"), "{found}");
        if command {
            home.program("sh", &["-c", found["fix"].as_str().unwrap()]).fine();
            assert!(git_gets_the_token(&home), "{section}");
            same(&home.codes(), &[]);
        }
        home.write(".gitconfig", format!("[{section}]\n\tusername = ada\n{text}"), 0o644);
        assert!(git_gets_the_token(&home), "{section}");
        same(&home.codes(), &[]);
    }
    let home = in_force();
    let text = home.read(".gitconfig");
    let other = "[credential \"https://git.test/globex\"]\n\tusername = zz\n";
    home.write(".gitconfig", format!("{other}{text}"), 0o644);
    same(&home.codes(), &[]);
}
