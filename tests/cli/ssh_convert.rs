//! `ssh convert` of every form, beside what `ssh-keygen -y` reads before and afterwards.

use crate::home::{Home, Ran};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// A home with a store, and a profile that names the key.
fn home() -> Home {
    let home = Home::prepared();
    std::fs::create_dir_all(home.path(".ssh")).unwrap();
    let add = ["profile", "add", "globex", "--host", "globex.test", "--transport", "ssh", "--ssh-key", "id"];
    home.run(&[&add[..], &["--yes"]].concat()).ok();
    home
}

fn tool(home: &Home, program: &str, arguments: &[&str]) -> Ran {
    Ran::of(&home.program(program).args(arguments).output().unwrap())
}

/// What ssh-keygen reads, without the comment.
fn public(home: &Home, file: &str, passphrase: &str) -> String {
    let ran = tool(home, "ssh-keygen", &["-y", "-P", passphrase, "-f", file]).ok();
    ran.out.split(' ').take(2).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// Runs with passphrases at descriptors 3 and 4.
fn with_phrases(home: &Home, arguments: &[&str], old: &str, new: &str) -> Ran {
    let (a, b) = (home.outside("old-phrase"), home.outside("new-phrase"));
    std::fs::write(&a, old).unwrap();
    std::fs::write(&b, new).unwrap();
    let script = format!("\"$@\" 3<{} 4<{}", a.display(), b.display());
    let mut command = home.program("sh");
    command.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_doorkey")]).args(arguments);
    let ran = Ran::of(&command.output().unwrap());
    for secret in [old, new].iter().filter(|secret| !secret.is_empty()) {
        assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{ran:#?}");
    }
    ran
}

/// No line of a private key stands in doorkey's own folders.
#[track_caller]
fn nothing_private_is_kept(home: &Home, private: &str) {
    let lines: Vec<&str> =
        private.lines().filter(|line| line.len() > 20 && !line.contains([':', '-'])).collect();
    // The public half may look the same in both files; it is no secret.
    let public = home.text(".ssh/id.pub");
    let lines: Vec<&str> = lines.into_iter().filter(|line| !public.contains(line)).collect();
    assert!(!lines.is_empty());
    for (path, found) in home.tree() {
        if path.starts_with(".ssh") || path.starts_with(home.path(".ssh")) {
            continue;
        }
        let text = String::from_utf8_lossy(&found.content).into_owned();
        for line in &lines {
            assert!(!text.contains(line), "{}", path.display());
        }
    }
}

#[test]
fn every_form_becomes_openssh_and_comes_back() {
    let openssl = |kind: &'static [&'static str]| [&["openssl", "genpkey", "-out", ".ssh/id"], kind].concat();
    let keygen = |kind: &'static [&'static str]| {
        [&["ssh-keygen", "-q", "-C", "me@test", "-f", ".ssh/id"], kind].concat()
    };
    let cases: [(Vec<&str>, &str); 12] = [
        (keygen(&["-t", "rsa", "-b", "2048", "-m", "PEM", "-N", ""]), ""),
        (keygen(&["-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "old phrase"]), "old phrase"),
        (keygen(&["-t", "rsa", "-b", "2048", "-m", "PKCS8", "-N", ""]), ""),
        (keygen(&["-t", "rsa", "-b", "2048", "-m", "PKCS8", "-N", "old phrase"]), "old phrase"),
        (keygen(&["-t", "ecdsa", "-b", "256", "-m", "PEM", "-N", "old phrase"]), "old phrase"),
        (keygen(&["-t", "ecdsa", "-b", "384", "-m", "PKCS8", "-N", "old phrase"]), "old phrase"),
        (keygen(&["-t", "ecdsa", "-b", "521", "-m", "PEM", "-N", ""]), ""),
        (keygen(&["-t", "ed25519", "-Z", "aes256-gcm@openssh.com", "-N", "old phrase"]), "old phrase"),
        (
            keygen(&["-t", "ed25519", "-Z", "chacha20-poly1305@openssh.com", "-a", "2", "-N", "old phrase"]),
            "old phrase",
        ),
        (keygen(&["-t", "rsa", "-b", "2048", "-Z", "3des-cbc", "-N", "old phrase"]), "old phrase"),
        (openssl(&["-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:2048"]), ""),
        (openssl(&["-algorithm", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]), ""),
    ];
    let home = home();
    for (make, phrase) in cases {
        for file in [".ssh/id", ".ssh/id.pub"] {
            let _ = std::fs::remove_file(home.path(file));
        }
        tool(&home, make[0], &make[1..]).ok();
        std::fs::set_permissions(home.path(".ssh/id"), std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .unwrap();
        let before = home.tree();
        let (old, expected) = (home.text(".ssh/id"), public(&home, ".ssh/id", phrase));
        let arguments = ["ssh", "convert", ".ssh/id", "--passphrase-fd", "3", "--rounds", "5", "--yes"];
        let ran = with_phrases(&home, &arguments, phrase, "");
        if ran.out.contains("Nothing to do") {
            panic!("{make:?}: {ran:#?}");
        }
        let ran = ran.ok();
        let form = if phrase.is_empty() {
            "OpenSSH, no passphrase"
        } else {
            "OpenSSH, aes256-ctr, bcrypt, rounds 5"
        };
        assert!(ran.out.contains(form), "{make:?}: {ran:#?}");
        let new = home.text(".ssh/id");
        assert!(
            new.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\n") && new.ends_with("-----\n"),
            "{make:?}"
        );
        assert_eq!(public(&home, ".ssh/id", phrase), expected, "{make:?}");
        if !phrase.is_empty() {
            assert_ne!(tool(&home, "ssh-keygen", &["-y", "-P", "other", "-f", ".ssh/id"]).code, Some(0));
        }
        // The public half is there, whether it was before or not.
        assert!(home.text(".ssh/id.pub").starts_with(&expected), "{make:?}");
        let again = with_phrases(&home, &arguments, phrase, "").ok();
        assert!(again.out.contains("Nothing to do"), "{make:?}: {again:#?}");
        for private in [&old, &new] {
            nothing_private_is_kept(&home, private);
        }
        home.run(&["undo", "--yes"]).ok();
        let after = home.tree();
        for file in [".ssh/id", ".ssh/id.pub"] {
            let key = before.keys().find(|path| path.ends_with(file));
            let same = key.is_none_or(|key| {
                let (was, is) = (&before[key], &after[key]);
                was.content == is.content && was.mode == is.mode
            });
            assert!(same && (key.is_some() || !home.path(file).exists()), "{make:?}: {file}");
        }
    }
}

#[test]
fn passphrase_rounds_and_comment_change() {
    let home = home();
    tool(&home, "ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", "old words", "-f", ".ssh/id"]).ok();
    let expected = public(&home, ".ssh/id", "");
    let convert = |more: &[&str], old: &str, new: &str| {
        with_phrases(&home, &[&["ssh", "convert", ".ssh/id", "--yes"], more].concat(), old, new)
    };
    convert(&["--new-passphrase-fd", "4", "--comment", "new words"], "", "first horse").ok();
    assert_eq!(public(&home, ".ssh/id", "first horse"), expected);
    assert!(home.text(".ssh/id.pub").ends_with(" new words\n"));
    let listed = tool(&home, "ssh-keygen", &["-l", "-f", ".ssh/id"]).ok().out;
    assert!(listed.contains("new words"), "{listed}");
    convert(&["--passphrase-fd", "3", "--new-passphrase-fd", "4"], "first horse", "second horse").ok();
    assert_eq!(public(&home, ".ssh/id", "second horse"), expected);
    let wrong = convert(&["--passphrase-fd", "3", "--no-passphrase"], "first horse", "").with_code(3);
    assert!(wrong.err.contains("the passphrase is wrong"), "{wrong:#?}");
    let open = convert(&["--passphrase-fd", "3", "--no-passphrase"], "second horse", "").ok();
    assert!(open.out.contains("it has no passphrase"), "{open:#?}");
    assert_eq!(public(&home, ".ssh/id", ""), expected);
    // Back, step by step, and each form opens again.
    home.run(&["undo", "--yes"]).ok();
    assert_eq!(public(&home, ".ssh/id", "second horse"), expected);
    home.run(&["undo", "--yes"]).ok();
    assert_eq!(public(&home, ".ssh/id", "first horse"), expected);
    // What somebody changed since is not written over.
    tool(&home, "ssh-keygen", &["-q", "-p", "-P", "first horse", "-N", "mine", "-f", ".ssh/id"]).ok();
    let mine = home.text(".ssh/id");
    let refused = home.run(&["undo", "--yes"]);
    assert!(refused.code != Some(0), "{refused:#?}");
    assert_eq!(home.text(".ssh/id"), mine);
}

#[test]
fn puttys_file_stays_and_the_new_one_stands_beside_it() {
    let home = home();
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats_ssh/vectors");
    for (name, phrase) in [("id_ed25519.ppk", ""), ("id_ed25519_enc.ppk", "123")] {
        let ppk = std::fs::read(vectors.join(name)).unwrap();
        home.write("putty.ppk", &ppk, 0o600);
        let arguments =
            ["ssh", "convert", "putty.ppk", "--profile", "globex", "--passphrase-fd", "3", "--yes"];
        with_phrases(&home, &arguments, phrase, "").ok();
        assert_eq!(std::fs::read(home.path("putty.ppk")).unwrap(), ppk);
        let print = tool(&home, "ssh-keygen", &["-l", "-f", "putty"]).ok().out;
        assert!(print.contains("SHA256:UCUiLr7Pjs9wFFJMDByLgc3NrtdU344OgUM45wZPcIQ"), "{print}");
        assert!(public(&home, "putty", phrase).starts_with("ssh-ed25519 "));
        assert!(home.text("putty.pub").starts_with("ssh-ed25519 "));
        let there = with_phrases(&home, &arguments, phrase, "").with_code(3);
        assert!(there.err.contains("is there already"), "{there:#?}");
        home.run(&["undo", "--yes"]).ok();
        assert!(!home.path("putty").exists() && !home.path("putty.pub").exists());
        assert_eq!(std::fs::read(home.path("putty.ppk")).unwrap(), ppk);
    }
}

#[test]
fn what_cannot_be_kept_for_the_way_back_is_left_alone() {
    let home = home();
    tool(&home, "ssh-keygen", &["-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "", "-f", "stray"]).ok();
    let before = home.users_tree();
    let refused = home.run(&["ssh", "convert", "stray", "--yes"]).with_code(3);
    assert!(refused.err.contains("no profile names this key") && refused.err.contains("--profile PROFILE"));
    home.run(&["ssh", "convert", "stray.pub", "--yes"]).with_code(3);
    home.run(&["ssh", "convert", "nothing", "--yes"]).with_code(3);
    home.run(&["ssh", "convert", "stray", "--profile", "globex", "--rounds", "0", "--yes"]).with_code(2);
    home.run(&["ssh", "convert", "stray", "--profile", "globex", "--comment", "a\nb", "--yes"]).with_code(2);
    home.run(&["-n", "ssh", "convert", "stray", "--profile", "globex"]).ok();
    assert_eq!(home.users_tree(), before);
    // Through a link the file itself is written; from another folder the way back finds it.
    std::os::unix::fs::symlink("../stray", home.path(".ssh/id")).unwrap();
    home.run(&["ssh", "convert", ".ssh/id", "--yes"]).ok();
    assert!(home.text("stray").starts_with("-----BEGIN OPENSSH"));
    assert!(home.path(".ssh/id").is_symlink());
    let mut back = home.doorkey();
    back.args(["undo", "--yes"]).current_dir("/");
    Ran::of(&back.output().unwrap()).ok();
    assert!(home.text("stray").starts_with("-----BEGIN RSA"));
}

#[test]
fn an_inspection_opens_what_it_gets_the_passphrase_for() {
    let home = home();
    tool(
        &home,
        "ssh-keygen",
        &["-q", "-t", "rsa", "-b", "2048", "-m", "PKCS8", "-N", "a phrase", "-f", ".ssh/id"],
    )
    .ok();
    std::fs::remove_file(home.path(".ssh/id.pub")).unwrap();
    let closed = home.run(&["inspect", ".ssh/id"]).with_code(1);
    assert!(closed.out.contains("the key is encrypted as a whole"), "{closed:#?}");
    let inspect = |phrase: &str| {
        let mut command = home.doorkey();
        command.args(["inspect", ".ssh/id", "--passphrase-fd", "0", "--json"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(phrase.as_bytes()).unwrap();
        Ran::of(&child.wait_with_output().unwrap())
    };
    inspect("another").with_code(3);
    let opened: serde_json::Value = serde_json::from_str(&inspect("a phrase").ok().out).unwrap();
    std::fs::write(home.path("id.pub"), public(&home, ".ssh/id", "a phrase") + "\n").unwrap();
    let print = Command::new("ssh-keygen").args(["-l", "-f"]).arg(home.path("id.pub")).output().unwrap();
    let print = String::from_utf8(print.stdout).unwrap();
    assert!(print.contains(opened["fingerprint"].as_str().unwrap()), "{opened}");
    assert_eq!(opened["bits"], 2048);
}
