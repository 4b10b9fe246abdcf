//! `inspect FILE|-` of an SSH key against what `ssh-keygen` says of it.

use crate::home::{Home, Ran};
use serde_json::Value;

fn keygen(home: &Home, words: &[&str]) -> Ran {
    Ran::of(&home.program("ssh-keygen").args(words).output().unwrap()).ok()
}

/// `256 SHA256:... a comment (ED25519)`
fn listed(home: &Home, hash: &str, file: &str) -> (u64, String) {
    let said = keygen(home, &["-l", "-E", hash, "-f", file]).out;
    let mut words = said.split(' ');
    (words.next().unwrap().parse().unwrap(), words.next().unwrap().to_owned())
}

fn inspected(home: &Home, file: &str, code: i32) -> Value {
    serde_json::from_str(&home.run(&["inspect", file, "--json"]).with_code(code).out).unwrap()
}

#[test]
fn it_says_what_ssh_keygen_says() {
    let home = Home::empty();
    let kinds: [&[&str]; 6] = [
        &["-t", "ed25519"],
        &["-t", "rsa", "-b", "2049"],
        &["-t", "ecdsa", "-b", "256"],
        &["-t", "ecdsa", "-b", "384"],
        &["-t", "ecdsa", "-b", "521"],
        &["-t", "rsa", "-b", "2048", "-m", "PEM"],
    ];
    for (number, kind) in kinds.iter().enumerate() {
        for (passphrase, rounds) in [("", None), ("pass word", Some(17))] {
            let file = format!("k{number}{}", passphrase.len());
            let rounds_text = rounds.unwrap_or(16).to_string();
            let usual = ["-q", "-C", "a comment", "-N", passphrase, "-a", &rounds_text, "-f", &file];
            keygen(&home, &[kind, &usual[..]].concat());
            let old_pem = kind.contains(&"PEM");
            if old_pem && rounds.is_some() {
                // Its public half is encrypted too.
                let found = inspected(&home, &file, 1);
                assert_eq!((&found["encrypted"], &found["kdf"]), (&true.into(), &"md5".into()), "{found}");
                assert!(found["cipher"].as_str().unwrap().starts_with("AES-128"), "{found}");
                continue;
            }
            let found = inspected(&home, &file, 0);
            let public = format!("{file}.pub");
            let (bits, sha256) = listed(&home, "sha256", &public);
            assert_eq!((&found["bits"], &found["fingerprint"]), (&bits.into(), &sha256.into()), "{found}");
            assert_eq!(found["md5"], listed(&home, "md5", &public).1, "{found}");
            assert_eq!(found["encrypted"], rounds.is_some());
            assert_eq!(found.get("rounds"), rounds.map(Value::from).as_ref(), "{found}");
            assert_eq!((&found["pair"], &found["mode"]), (&"same".into(), &"0600".into()));
            // The other half says the same of itself, from standard input too.
            let half = home.run_with(&["inspect", "-", "--json"], &home.read(&public)).ok();
            let half: Value = serde_json::from_str(&half.out).unwrap();
            assert_eq!(
                (&half["fingerprint"], &half["comment"]),
                (&found["fingerprint"], &"a comment".into())
            );
        }
    }
}

#[test]
fn it_says_who_names_the_key_and_what_ssh_refuses_it_for() {
    let home = Home::empty();
    std::fs::create_dir(home.path(".ssh")).unwrap();
    keygen(&home, &["-q", "-t", "ed25519", "-N", "", "-f", ".ssh/id_acme"]);
    home.write(".ssh/config", "Host work\n  IdentityFile ~/.ssh/id_acme\n", 0o600);
    let add = [
        "profile",
        "add",
        "acme",
        "--host",
        "git.test",
        "--transport",
        "ssh",
        "--ssh-key",
        "id_acme",
        "--yes",
    ];
    home.run(&add).ok();
    let ran = home.run(&["inspect", ".ssh/id_acme"]).ok();
    for said in [
        "OpenSSH",
        "ssh-ed25519",
        "SHA256:",
        "MD5:",
        "passphrase   none",
        "acme for git.test",
        "Host work (~/.ssh/config:2)",
    ] {
        assert!(ran.out.contains(said), "{said}: {ran:#?}");
    }
    let private = home.text(".ssh/id_acme");
    assert!(private.lines().filter(|l| !l.starts_with('-')).all(|line| !ran.out.contains(line)));

    home.write("crlf", private.replace('\n', "\r\n"), 0o600);
    let ran = home.run(&["inspect", "crlf"]).with_code(1);
    assert!(ran.out.contains("ssh refuses"), "{ran:#?}");
    home.write("text", "no key\n", 0o600);
    let ran = home.run(&["inspect", "text"]).with_code(1);
    assert!(ran.out.contains("not a key file of a known form"), "{ran:#?}");
    home.run(&["inspect", "nothing"]).with_code(2);
    let ran = home.run(&["inspect", ".ssh"]).ok();
    assert!(ran.out.contains("1 key in 3 files; nothing is wrong with them."), "{ran:#?}");
}
