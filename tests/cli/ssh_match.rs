//! Which key the real ssh takes, by the argument list it was started with (routing.md, SSH facts).

use crate::home::{Home, Ran};

fn two_owners() -> Home {
    let home = Home::empty();
    home.write(".ssh/id_acme", "acme", 0o600);
    home.write(".ssh/id_globex", "globex", 0o600);
    // What the user's own file allows every host, a closed one must not get.
    let users = "Host *\n  ServerAliveInterval 7\n  GSSAPIAuthentication yes\n  HostbasedAuthentication yes\n  \
                 PasswordAuthentication yes\n  KbdInteractiveAuthentication yes\n";
    home.write(".ssh/config", users, 0o600);
    for (name, owner) in [("acme", "acme"), ("globex", "globex")] {
        let key = format!("id_{name}");
        home.run(&[
            "profile",
            "add",
            name,
            "--host",
            "git.test",
            "--owner",
            owner,
            "--ssh-key",
            &key,
            "--transport",
            "ssh",
            "--yes",
        ])
        .ok();
    }
    home.run(&["use", "acme", "--yes"]).ok();
    home
}

/// `acme`, `globex`, `none` (closed: no key at all), or `user` (ssh's own defaults).
fn speaker(home: &Home, program: &str, arguments: &[&str]) -> String {
    let config = home.path(".ssh/config");
    let mut command = home.program(program);
    command.args(["-G", "-F", config.to_str().unwrap()]).args(arguments);
    let ran = Ran::of(&command.output().unwrap()).ok();
    let has = |line: &str| ran.out.lines().any(|l| l == line);
    let key = |name: &str| has(&format!("identityfile {}", home.path(&format!(".ssh/id_{name}")).display()));
    let found: Vec<&str> = ["acme", "globex"].into_iter().filter(|n| key(n)).collect();
    assert!(found.len() < 2, "{arguments:?}: two keys: {}", ran.out);
    assert!(has("serveraliveinterval 7"), "{arguments:?}: the user's own settings are gone");
    match found.first() {
        Some(name) => {
            assert!(
                has("identitiesonly yes") && has("controlpath none") || !ran.out.contains("controlpath ")
            );
            (*name).to_owned()
        }
        None if has("pubkeyauthentication false") => {
            for way in ["gssapi", "hostbased", "password", "kbdinteractive"] {
                assert!(has(&format!("{way}authentication no")), "{arguments:?}: {way}: {}", ran.out);
            }
            assert!(
                has("forwardagent no") && !ran.out.contains("controlpath "),
                "{arguments:?}: {}",
                ran.out
            );
            "none".into()
        }
        None => "user".into(),
    }
}

const CASES: &[(&[&str], &str)] = &[
    (&["git@git.test", "git-upload-pack 'acme/app.git'"], "acme"),
    (&["git@git.test", "git-receive-pack 'acme/app.git'"], "acme"),
    (&["git@git.test", "git-upload-archive 'acme/app.git'"], "acme"),
    (&["git@git.test", "git-upload-pack 'globex/app.git'"], "globex"),
    (&["git@git.test", "git-upload-pack '/acme/app.git'"], "acme"),
    (&["git@git.test", "git-upload-pack './acme/app'"], "acme"),
    (&["git@git.test", "git-upload-pack '~git/acme/app'"], "acme"),
    (&["git@git.test", "git-upload-pack 'acme/sub/app'"], "acme"),
    (&["git@git.test", "git-upload-pack 'acme/it'\\''s'"], "acme"),
    (&["git@git.test", "git-upload-pack 'acme/a b'"], "acme"),
    (&["git@GIT.TEST", "git-upload-pack 'acme/app.git'"], "acme"),
    (&["ssh://git@git.test", "git-upload-pack 'acme/app.git'"], "acme"),
    (&["-l", "git", "git.test", "git-upload-pack 'acme/app.git'"], "acme"),
    (&["-lgit", "git.test", "git-upload-pack 'acme/app.git'"], "acme"),
    (&["-o", "SendEnv=GIT_PROTOCOL", "git@git.test", "git-upload-pack 'acme/app.git'"], "acme"),
    (&["-oSendEnv=GIT_PROTOCOL", "-4", "-vT", "git@git.test", "git-upload-pack 'acme/app.git'"], "acme"),
    (&["-p", "22", "git@git.test", "git-upload-pack 'acme/app.git'"], "acme"),
    (&["git@git.test", "-p", "22", "git-upload-pack 'acme/app.git'"], "acme"),
    (&["git@git.test", "--", "git-upload-pack 'acme/app.git'"], "acme"),
    (&["--", "git@git.test", "git-upload-pack 'acme/app.git'"], "acme"),
    (&["git@git.test", "git-upload-pack", "'acme/app.git'"], "acme"),
    (&["git@git.test", "git upload-pack 'acme/app.git'"], "acme"),
    (&["git@git.test", "/usr/bin/git-upload-pack 'acme/app.git'"], "acme"),
    (&["git@git.test", "env X=1 git-upload-pack 'acme/app.git'"], "acme"),
    (&["git@git.test", "git-upload-pack --strict 'acme/app.git'"], "acme"),
    (&["git@git.test", "git-lfs-authenticate acme/app upload"], "acme"),
    (&["git@git.test", "git-lfs-transfer globex/app download"], "globex"),
    (&["-i", "git-upload-pack 'globex/x'", "git@git.test", "git-upload-pack 'acme/app.git'"], "acme"),
    // Nobody's: no key.
    (&["git@git.test", "git-upload-pack 'other/app.git'"], "none"),
    (&["git@git.test", "git-upload-pack 'acme-labs/app.git'"], "none"),
    (&["git@git.test", "git-upload-pack 'ACME/app.git'"], "none"),
    (&["git@git.test", "git-upload-pack 'xacme/app.git'"], "none"),
    (&["git@git.test", "git-upload-pack 'globex/../acme/app.git'"], "none"),
    (&["git@git.test", "git-upload-pack 'acme/../globex/app.git'"], "none"),
    (&["git@git.test", "git-upload-pack 'acme//app.git'"], "none"),
    (&["git@git.test", "git-upload-pack 'acme%2fapp.git'"], "none"),
    (&["git@git.test", "git-upload-pack 'acme\\app.git'"], "none"),
    (&["git@git.test", "git-upload-pack ''"], "none"),
    (&["git@git.test", "git-upload-pack"], "none"),
    (&["git@git.test", "git-upload-pack 'acme/a' 'globex/b'"], "none"),
    (&["git@git.test", "git-upload-pack 'acme/a"], "none"),
    (&["git@git.test", "git-upload-pack $(echo acme/a)"], "none"),
    (&["git@git.test", "git-upload-pack 'acme/a'; cat x"], "none"),
    (&["git@git.test", "git-upload-pack `id`"], "none"),
    (&["git@git.test", "cat 'acme/app.git'"], "none"),
    (&["git@git.test", "echo git-upload-pack 'acme/app.git'"], "none"),
    (&["git@git.test"], "none"),
    (&["-T", "git@git.test"], "none"),
    (&["-s", "git@git.test", "sftp"], "none"),
    (&["-o", "RemoteCommand=git-upload-pack 'acme/x'", "git@git.test"], "none"),
    (&["-p", "2222", "git@git.test", "git-upload-pack 'acme/app.git'"], "none"),
    (&["-o", "Port=2222", "git@git.test", "git-upload-pack 'acme/app.git'"], "none"),
    // Other hosts are the user's business.
    (&["git@git.test.evil", "git-upload-pack 'acme/app.git'"], "user"),
    (&["git@xgit.test", "git-upload-pack 'acme/app.git'"], "user"),
    (&["git@192.0.2.1", "git-upload-pack 'acme/app.git'"], "user"),
];

#[test]
fn the_real_ssh_takes_the_owners_key() {
    let home = two_owners();
    let wrong: Vec<String> = CASES
        .iter()
        .filter_map(|(arguments, wanted)| {
            let found = speaker(&home, "ssh", arguments);
            (found != *wanted).then(|| format!("{arguments:?}: {found}, not {wanted}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn ssh_under_another_name_is_ssh() {
    let home = two_owners();
    let ssh = home.program("sh").args(["-c", "command -v ssh"]).output().unwrap();
    let other = home.outside("plink-or-so");
    let ssh = std::fs::read(String::from_utf8(ssh.stdout).unwrap().trim()).unwrap();
    crate::executable::write(&other, ssh);
    let found = speaker(&home, other.to_str().unwrap(), &["git@git.test", "git-upload-pack 'globex/x'"]);
    assert_eq!(found, "globex");
}

#[test]
fn without_doorkey_the_host_stays_closed() {
    let home = two_owners();
    std::fs::remove_file(home.state().join("bin/doorkey")).unwrap();
    assert_eq!(speaker(&home, "ssh", &["git@git.test", "git-upload-pack 'acme/x'"]), "none");
    let home = two_owners();
    for shell in ["/bin/false", "/bin/bash", "/bin/dash"] {
        let config = home.path(".ssh/config");
        let mut command = home.program("ssh");
        command.env("SHELL", shell).args([
            "-G",
            "-F",
            config.to_str().unwrap(),
            "git@git.test",
            "git-upload-pack 'acme/x'",
        ]);
        let ran = Ran::of(&command.output().unwrap());
        let key = ran.out.contains(".ssh/id_acme");
        let closed = ran.out.contains("pubkeyauthentication false");
        assert!(if shell == "/bin/false" { closed && !key } else { key && !closed }, "{shell}: {ran:#?}");
    }
}

#[test]
fn a_parent_that_is_no_ssh_gets_nothing() {
    let home = two_owners();
    let generation = std::fs::read_link(home.state().join("current")).unwrap();
    let match_words = format!(
        "'{}' ssh-match --generation '{}' --host git.test acme",
        env!("CARGO_BIN_EXE_doorkey"),
        generation.display()
    );
    // The parent is a shell with ssh's words somewhere in its own.
    for words in [&["x"][..], &["git@git.test", "git-upload-pack 'acme/x'"]] {
        let mut command = home.program("sh");
        command.args(["-c", &format!("{match_words}; exit $?"), "ssh"]).args(words);
        let ran = Ran::of(&command.output().unwrap());
        assert_eq!(ran.code, Some(1), "{words:?}: {ran:#?}");
    }
}

#[test]
fn one_profile_on_a_host_is_not_said_to_share_it() {
    let home = Home::prepared();
    home.write(".ssh/id_one", "", 0o600);
    let profile = home.text(".config/doorkey/profiles/acme.toml");
    assert!(profile.contains("transport = \"https\""), "{profile}");
    let profile =
        profile.replace("transport = \"https\"", "transport = \"both\"\nssh = { key = \"id_one\" }");
    home.write(".config/doorkey/profiles/acme.toml", profile, 0o600);
    home.run(&["use", "acme", "--yes"]).ok();
    let config = home.path(".ssh/config");
    let asked = home.program("ssh").args(["-G", "-F"]).arg(&config).arg("git@git.test").output().unwrap();
    let said = String::from_utf8_lossy(&asked.stderr).into_owned();
    assert!(
        said.contains("acme speaks for some owners on git.test only, and this ssh names no repository"),
        "{said}"
    );
}
