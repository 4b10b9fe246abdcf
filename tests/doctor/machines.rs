//! Homes with planted faults: doctor finds each of them and nothing else, mends what is safe, and undo gives all back.

use crate::home::{CANARY, Home, same};

/// A laptop that has seen three jobs: twenty keys, three helpers, tokens in plain text, a stale include, wrong modes.
fn old_laptop() -> Home {
    let home = Home::new();
    for number in 0..17 {
        home.key(&format!("id_ed25519_{number:02}"), &["-t", "ed25519"]);
    }
    home.key("id_rsa_old", &["-t", "rsa", "-b", "1024"]);
    home.key("id_lonely", &["-t", "ed25519"]);
    std::fs::remove_file(home.path(".ssh/id_lonely.pub")).unwrap();
    home.key("id_swapped", &["-t", "ed25519"]);
    std::fs::copy(home.path(".ssh/id_ed25519_00.pub"), home.path(".ssh/id_swapped.pub")).unwrap();
    let windows = home.read(".ssh/id_ed25519_16").replace('\n', "\r\n");
    home.write(".ssh/id_ed25519_16", windows, 0o600);
    home.mode(".ssh/id_ed25519_03", 0o644);
    home.mode(".ssh/id_ed25519_04", 0o640);
    home.mode(".ssh", 0o755);
    home.write(
        ".ssh/config",
        "# jobs\nHost *\n  ForwardAgent yes\n  StrictHostKeyChecking no\n  ControlMaster auto\n  ControlPath ~/.ssh/shared\n\n\
         Host bastion\n  HostName bastion.test\n  User ada\n",
        0o664,
    );
    let (one, two) = (home.read(".ssh/id_ed25519_05.pub"), home.read(".ssh/id_ed25519_06.pub"));
    let key = |line: &str| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    let known = format!(
        "git.test {0}\ngit.test {0}\nother.test {0}\nother.test {1}\nbroken.test ssh-ed25519 !!!\n@revoked * {1}\n",
        key(&one),
        key(&two)
    );
    home.write(".ssh/known_hosts", known, 0o600);
    home.write(
        ".gitconfig",
        format!(
            "[user]\n\tname = Ada\n[include]\n\tpath = ~/gone.inc\n\tpath = ~/here.inc\n[credential]\n\thelper = store\n\
             \thelper = cache --timeout 60\n[credential \"https://git.test\"]\n\thelper = \"!f() {{ echo password={CANARY}; }}; f\"\n\
             [http]\n\tsslVerify = false\n\textraHeader = Authorization: Bearer {CANARY}\n\tsslCAInfo = ~/no-such-ca.pem\n\
             [core]\n\taskPass = /usr/bin/true\n\tsshCommand = ssh -i ~/.ssh/id_ed25519_01\n\
             [url \"https://ada:{CANARY}@git.test/\"]\n\tinsteadOf = git:\n"
        ),
        0o644,
    );
    home.write("here.inc", "[alias]\n\tst = status\n", 0o644);
    home.write(".git-credentials", format!("https://ada:{CANARY}@git.test\n"), 0o644);
    home.write(".netrc", format!("machine git.test login ada password {CANARY}\n"), 0o600);
    home.write(".npmrc", format!("//npm.test/:_authToken={CANARY}\n"), 0o600);
    home.repository("work/acme/app", &format!("https://ada:{CANARY}@git.test/acme/app.git"));
    home.repository("work/acme/lib", "git@git.test:acme/lib.git");
    home.program(
        "git",
        &["-C", home.path("work/acme/lib").to_str().unwrap(), "config", "http.sslVerify", "false"],
    )
    .fine();
    home
}

const OLD_LAPTOP: &[&str] = &[
    "askpass-set",
    "control-path-shared",
    "dead-include",
    "extra-header-set",
    "forward-agent-everywhere",
    "git-ca-file-missing",
    "helper-keeps-plain-text",
    "host-key-bad-line",
    "host-key-conflict",
    "host-key-duplicate",
    "host-key-revoked",
    "key-pair-mismatch",
    "key-readable-by-others",
    "key-weak",
    "key-with-bad-bytes",
    "public-half-missing",
    "secret-readable-by-others",
    "ssh-command-overrides",
    "ssh-config-writable-by-others",
    "ssh-folder-open",
    "ssl-verify-off",
    "strict-host-key-checking-off",
    "token-in-git-config",
    "token-in-git-credentials",
    "token-in-netrc",
    "token-in-npmrc",
    "token-in-remote-url",
];

/// What `--fix` can do in the laptop.
const MENDED: &[&str] = &[
    "dead-include",
    "forward-agent-everywhere",
    "git-ca-file-missing",
    // One of the two keys is the revoked one, so it goes with that line.
    "host-key-conflict",
    "host-key-duplicate",
    "host-key-revoked",
    "key-readable-by-others",
    "secret-readable-by-others",
    "ssh-config-writable-by-others",
    "ssh-folder-open",
    "ssl-verify-off",
    "strict-host-key-checking-off",
];

#[test]
fn an_old_laptop_shows_all_its_faults_and_no_other() {
    let home = old_laptop();
    same(&home.codes(), OLD_LAPTOP);
    let ran = home.doorkey(&["doctor"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    // Both open keys are named, and no key that is in order.
    assert!(ran.out.contains("~/.ssh/id_ed25519_03 has mode 0644"), "{}", ran.out);
    assert!(ran.out.contains("~/.ssh/id_ed25519_04 has mode 0640"), "{}", ran.out);
    assert!(!ran.out.contains("id_ed25519_07"), "{}", ran.out);
    home.doorkey(&["inspect"]).fine();
    home.doorkey(&["inspect", "--json"]).fine();
    home.doorkey(&["profile", "suggest"]).fine();
    assert!(ran.out.contains(".git/config:"), "the repository's own sslVerify is found too: {}", ran.out);
}

#[test]
fn fix_mends_what_is_safe_and_undo_gives_every_byte_and_mode_back() {
    let home = old_laptop();
    let before = home.snapshot();
    let ran = home.doorkey(&["doctor", "--fix", "--yes"]);
    assert_eq!(ran.code, 1, "errors are left that only a person can mend: {}", ran.out);
    let left: Vec<&str> = OLD_LAPTOP.iter().copied().filter(|code| !MENDED.contains(code)).collect();
    same(&home.codes(), &left);
    for code in MENDED {
        assert!(ran.out.contains(&format!("mended [{code}]")), "{code}: {}", ran.out);
    }
    let config = home.read(".ssh/config");
    assert_eq!(
        config,
        "# jobs\nHost *\n  ControlMaster auto\n  ControlPath ~/.ssh/shared\n\nHost bastion\n  HostName bastion.test\n  User ada\n"
    );
    assert_ne!(home.snapshot(), before);
    assert!(home.own_files_with(CANARY).is_empty(), "{:?}", home.own_files_with(CANARY));
    home.doorkey(&["undo", "--yes"]).fine();
    let after = home.snapshot();
    for (path, was) in &before {
        assert_eq!(after.get(path), Some(was), "{}", path.display());
    }
    assert_eq!(after.len(), before.len());
    same(&home.codes(), OLD_LAPTOP);
}

#[test]
fn only_limits_what_is_found_and_mended() {
    let home = old_laptop();
    let found = home.doorkey(&["doctor", "--json", "--only", "ssh-folder-open"]).json();
    assert_eq!(found["findings"].as_array().unwrap().len(), 1);
    let ran = home.doorkey(&["doctor", "--fix", "--yes", "--only", "ssh-folder-open"]).fine();
    assert!(ran.out.contains("mended [ssh-folder-open]"), "{}", ran.out);
    let left: Vec<&str> = OLD_LAPTOP.iter().copied().filter(|code| *code != "ssh-folder-open").collect();
    same(&home.codes(), &left);
    assert_eq!(home.doorkey(&["doctor", "--only", "no-such-code"]).code, 2);
}

#[test]
fn strict_makes_warnings_count_and_notes_never() {
    let home = Home::new();
    home.write(".gitconfig", "[core]\n\taskPass = /usr/bin/true\n", 0o644);
    same(&home.codes(), &["askpass-set"]);
    home.doorkey(&["doctor", "--strict"]).fine();
    home.write(".gitconfig", "[include]\n\tpath = gone\n", 0o644);
    same(&home.codes(), &["dead-include"]);
    home.doorkey(&["doctor"]).fine();
    assert_eq!(home.doorkey(&["doctor", "--strict"]).code, 1);
}

#[test]
fn a_clean_home_has_nothing_wrong() {
    let home = Home::new();
    let ran = home.doorkey(&["doctor", "--strict"]).fine();
    assert!(ran.out.starts_with("ok: no findings"), "{}", ran.out);
    home.key("id_ed25519", &["-t", "ed25519"]);
    home.write(
        ".ssh/config",
        "Host *\n\tIdentityFile ~/.ssh/id_ed25519\n\tControlPath ~/.ssh/cm-%C\n",
        0o600,
    );
    home.write(".gitconfig", "[user]\n\temail = ada@acme.test\n[http]\n\tsslVerify = true\n", 0o644);
    home.write(".npmrc", "//npm.test/:_authToken=${NPM_TOKEN}\n", 0o600);
    home.repository("src/tool", "https://github.com/acme/tool.git");
    same(&home.codes(), &[]);
}

#[test]
fn a_file_that_cannot_be_read_is_said_and_not_taken_for_empty() {
    let home = Home::new();
    std::fs::create_dir(home.path(".netrc")).unwrap();
    let found = home.doorkey(&["doctor", "--json"]).json();
    assert_eq!(found["unreadable"][0]["problem"], "is a folder, not a file");
    home.write(".gitconfig", "[user\n", 0o644);
    same(&home.codes(), &["file-unreadable", "git-config-broken"]);
}

#[test]
fn broken_configurations_are_named_by_their_line() {
    let home = Home::new();
    home.write(".ssh/config", "Host *\n  Compresion yes\n", 0o600);
    let ran = home.doorkey(&["doctor"]);
    assert!(ran.out.contains("~/.ssh/config:2"), "{}", ran.out);
    same(&home.codes(), &["ssh-config-broken"]);
}

#[test]
fn variables_are_found_with_the_file_that_sets_them() {
    let mut home = Home::new();
    home.write(
        ".bashrc",
        format!("alias ll='ls -l'\nexport GITHUB_TOKEN={CANARY}\nexport REQUESTS_CA_BUNDLE=/none.pem\n"),
        0o644,
    );
    home.set("GITHUB_TOKEN", CANARY);
    home.set("REQUESTS_CA_BUNDLE", "/none.pem");
    home.set("GIT_SSL_NO_VERIFY", "1");
    home.set(
        "GIT_SSH_COMMAND",
        format!("sshpass -p {CANARY} ssh -i ~/.ssh/other -o StrictHostKeyChecking=no"),
    );
    home.set(
        "JAVA_TOOL_OPTIONS",
        format!("-Djavax.net.ssl.trustStore=/none.jks -Djavax.net.ssl.trustStorePassword={CANARY}"),
    );
    home.set("HTTPS_PROXY", format!("http://ada:{CANARY}@proxy.test:8080"));
    same(
        &home.codes(),
        &[
            "env-token-set",
            "proxy-password-in-variable",
            "ssh-command-overrides",
            "ssl-verify-off",
            "trust-variable-missing-file",
        ],
    );
    let ran = home.doorkey(&["doctor"]);
    assert!(ran.out.contains("GITHUB_TOKEN is set (by ~/.bashrc:2)"), "{}", ran.out);
    assert!(ran.out.contains("~/.bashrc:3"), "{}", ran.out);
    home.doorkey(&["inspect"]).fine();
    home.doorkey(&["inspect", "--json"]).fine();
}

#[test]
fn roots_are_judged_by_what_is_in_the_file() {
    let mut home = Home::new();
    let make = |name: &str, days: &str| {
        let (key, cert) = (home.path(&format!("{name}.key")), home.path(&format!("{name}.pem")));
        let arguments = [
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            &format!("/CN={name}"),
            "-days",
            days,
            "-keyout",
        ];
        let mut all: Vec<&str> = arguments.to_vec();
        all.extend([key.to_str().unwrap(), "-out", cert.to_str().unwrap()]);
        home.program("openssl", &all).fine();
        (key, cert)
    };
    let (_, good) = make("Good-Root", "30");
    let (key, _) = make("Leaky-Root", "30");
    let expired = home.path("expired.pem");
    let (start, end) = ("20200101000000Z", "20210101000000Z");
    let made = home.program(
        "openssl",
        &[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            "/CN=Old-Root",
            "-not_before",
            start,
            "-not_after",
            end,
            "-keyout",
            home.path("old.key").to_str().unwrap(),
            "-out",
            expired.to_str().unwrap(),
        ],
    );
    home.set("REQUESTS_CA_BUNDLE", good.to_str().unwrap());
    same(&home.codes(), &["trust-variable-private-only"]);
    home.set("REQUESTS_CA_BUNDLE", key.to_str().unwrap());
    same(&home.codes(), &["bundle-damaged", "private-key-in-bundle"]);
    if made.code == 0 {
        // An OpenSSL that cannot make a certificate of the past leaves this out.
        home.set("REQUESTS_CA_BUNDLE", expired.to_str().unwrap());
        same(&home.codes(), &["ca-expired-in-bundle", "trust-variable-private-only"]);
    }
}

#[test]
fn links_are_mended_at_their_target() {
    let home = Home::new();
    home.key("id_a", &["-t", "ed25519"]);
    std::fs::create_dir(home.path("dotfiles")).unwrap();
    std::fs::rename(home.path(".ssh/id_a"), home.path("dotfiles/key")).unwrap();
    std::os::unix::fs::symlink("../dotfiles/key", home.path(".ssh/id_a")).unwrap();
    home.mode("dotfiles/key", 0o644);
    home.write("dotfiles/gitconfig", "[http]\n\tsslVerify = no\n", 0o664);
    std::os::unix::fs::symlink("dotfiles/gitconfig", home.path(".gitconfig")).unwrap();
    same(&home.codes(), &["key-readable-by-others", "ssl-verify-off"]);
    let before = home.snapshot();
    home.doorkey(&["doctor", "--fix", "--yes"]).fine();
    same(&home.codes(), &[]);
    assert!(home.path(".gitconfig").is_symlink());
    home.doorkey(&["undo", "--yes"]).fine();
    assert!(home.snapshot() == before);
}

#[test]
fn three_equal_lines_are_all_taken_out_at_once() {
    let home = Home::new();
    let block = "[http \"https://x.test\"]\n\tsslVerify = false\n";
    home.write(".gitconfig", block.repeat(3), 0o644);
    home.doorkey(&["doctor", "--fix", "--yes"]).fine();
    assert_eq!(home.read(".gitconfig"), "[http \"https://x.test\"]\n".repeat(3));
    home.doorkey(&["undo", "--yes"]).fine();
    assert_eq!(home.read(".gitconfig"), block.repeat(3));
}
