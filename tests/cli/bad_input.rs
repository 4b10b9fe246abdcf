//! Broken files, wrong kinds of files, no rights, a full disk: said in words, and nothing changed.

use crate::home::{CANARY, Home, Ran, feed};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// What, why and do; no words of a library or of the operating system.
#[track_caller]
fn assert_spoken(ran: &Ran, code: i32) {
    assert_eq!(ran.code, Some(code), "{ran:#?}");
    let head = ran.err.split(' ').next().unwrap_or_default();
    assert!(head == "error:" || head.starts_with("error[") && head.ends_with("]:"), "{ran:#?}");
    assert!(ran.err.contains("\n  fix: "), "{ran:#?}");
    for raw in ["os error", "panicked", "TOML parse error", "Os {", "Error(", "called `", "src/"] {
        assert!(!ran.err.contains(raw), "{raw:?} in {ran:#?}");
    }
    assert!(!ran.err.contains(CANARY) && !ran.out.contains(CANARY));
}

fn assert_untouched(home: &Home, arguments: &[&str], code: i32) -> Ran {
    let before = home.users_tree();
    let ran = home.run(arguments);
    assert_spoken(&ran, code);
    assert_eq!(home.users_tree(), before, "{arguments:?}");
    ran
}

#[test]
fn a_broken_profile_is_named_with_its_line_and_stops_no_other() {
    let cases: &[(&str, &[u8], &str)] = &[
        ("not TOML", b"version = 1\n[[host\n", "line 2"),
        ("an unknown key", b"version = 1\nemial = \"x\"\n", "emial"),
        ("a wrong type", b"version = 1\ndirs = 3\n", "line 2"),
        ("no version", b"title = \"x\"\n", "version"),
        ("a version from the future", b"version = 99\n", "version"),
        ("not UTF-8", b"version = 1\ntitle = \"\xff\"\n", "UTF-8"),
        ("a control character", b"version = 1\ntitle = \"a\\u001bb\"\n[[host]]\nname = \"a b\"\n", "line"),
        ("empty", b"", "version"),
        ("a hostile host", b"version = 1\n[[host]]\nname = \"git.test\\nfoo\"\n", "host name"),
        ("a hostile owner", b"version = 1\n[[host]]\nname = \"git.test\"\nowners = [\"..\"]\n", "owner"),
    ];
    for (what, bytes, named) in cases {
        let home = Home::prepared();
        home.write(".config/doorkey/profiles/broken.toml", bytes, 0o600);
        let ran = assert_untouched(&home, &["use", "broken", "--yes"], 3);
        assert!(ran.err.contains(named) && ran.err.contains("broken.toml"), "{what}: {ran:#?}");
        let ran = home.run(&["use", "acme", "--yes"]).ok();
        assert!(ran.err.starts_with("warning: ") && ran.err.contains(named), "{what}: {ran:#?}");
        // The others can still be seen, and it is said that one cannot.
        let list = home.run(&["profile", "list"]).with_code(1);
        assert!(list.out.contains("acme") && list.out.contains("broken.toml"), "{what}: {list:#?}");
        home.run(&["profile", "check"]).with_code(1);
    }
}

#[test]
fn a_folder_where_a_file_is_expected() {
    for path in [".gitconfig", ".ssh/config", ".config/doorkey/profiles/acme.toml"] {
        let home = Home::prepared();
        let _ = fs::remove_file(home.path(path));
        fs::create_dir_all(home.path(path)).unwrap();
        let ran = assert_untouched(&home, &["use", "acme", "--yes"], 3);
        assert!(ran.err.contains("a folder"), "{path}: {ran:#?}");
    }
    let home = Home::prepared();
    home.write(".ssh", "a file", 0o600);
    assert_untouched(&home, &["use", "acme", "--yes"], 3);
    let home = Home::empty();
    home.write(".config", "a file", 0o600);
    assert_untouched(&home, &["profile", "add", "acme", "--host", "git.test", "--yes"], 3);
    let home = Home::empty();
    home.write(".local", "a file", 0o600);
    assert_untouched(&home, &["profile", "add", "acme", "--host", "git.test", "--yes"], 3);
}

#[test]
fn a_pipe_or_a_huge_file_in_the_place_of_a_config() {
    let home = Home::prepared();
    let made = home.program("mkfifo").arg(home.path(".gitconfig")).status().unwrap();
    assert!(made.success());
    // Not through `users_tree`, which would wait for the pipe.
    assert_spoken(&home.run(&["use", "acme", "--yes"]), 3);
    let home = Home::prepared();
    home.write(".gitconfig", "", 0o600);
    fs::OpenOptions::new().write(true).open(home.path(".gitconfig")).unwrap().set_len(17 << 20).unwrap();
    assert_spoken(&home.run(&["use", "acme", "--yes"]), 3);
}

#[test]
fn another_users_files_are_not_read() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let home = Home::in_force();
    let folder = home.dir().parent().unwrap().to_path_buf();
    // The program where the other user can reach it.
    let program = folder.join("doorkey");
    crate::executable::write(&program, fs::read(env!("CARGO_BIN_EXE_doorkey")).unwrap());
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let as_other = |arguments: &[&str], input: &[u8]| {
        let mut command = home.program("setpriv");
        command.current_dir("/");
        command
            .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
            .arg(&program)
            .args(arguments);
        feed(command, input)
    };
    let request = b"protocol=https\nhost=git.test\npath=acme/x\n\n";
    for mode in [0o700, 0o755, 0o777] {
        fs::set_permissions(home.dir(), fs::Permissions::from_mode(mode)).unwrap();
        for arguments in [
            &["use", "acme", "--yes"][..],
            &["token", "list"],
            &["profile", "show", "acme"],
            &["undo", "--yes"],
        ] {
            let ran = as_other(arguments, b"");
            assert_spoken(&ran, 3);
        }
        let ran = as_other(&["credential", "get"], request);
        assert!(!ran.out.contains(CANARY) && !ran.err.contains("panicked"), "{ran:#?}");
    }
}

#[test]
fn what_others_may_write_is_not_used() {
    for path in
        [".config/doorkey/profiles/acme.toml", ".config/doorkey", ".local/state/doorkey/vault/store.toml"]
    {
        let home = Home::in_force();
        fs::set_permissions(home.path(path), fs::Permissions::from_mode(0o777)).unwrap();
        let ran = home.run(&["token", "add", "acme", "--stdin", "--yes"]);
        assert_spoken(&ran, 3);
        assert!(ran.err.contains("may be written by others"), "{path}: {ran:#?}");
    }
    let home = Home::in_force();
    fs::set_permissions(home.outside("vault-key"), fs::Permissions::from_mode(0o644)).unwrap();
    let ran = home.run(&["token", "list"]);
    assert_spoken(&ran, 3);
    let asked = home.run_with(&["credential", "get"], b"protocol=https\nhost=git.test\npath=acme/x\n\n");
    assert_eq!(asked.out, "quit=1\n", "{asked:#?}");
}

#[test]
fn a_wrong_missing_or_broken_key_file() {
    let other = Home::prepared();
    let cases: &[(&str, Option<Vec<u8>>)] = &[
        ("another vault's", Some(fs::read(other.outside("vault-key")).unwrap())),
        ("missing", None),
        ("empty", Some(Vec::new())),
        ("no key", Some(b"hello\n".to_vec())),
        ("binary", Some(vec![0xff; 100])),
    ];
    for (what, bytes) in cases {
        let home = Home::in_force();
        let key = home.outside("vault-key");
        match bytes {
            Some(bytes) => fs::write(&key, bytes).unwrap(),
            None => fs::remove_file(&key).unwrap(),
        }
        let before = home.tree();
        let ran = home.run(&["token", "list"]);
        assert_spoken(&ran, 3);
        assert!(ran.err.contains("vault-key"), "{what}: {ran:#?}");
        assert_spoken(&home.run_with(&["token", "add", "acme", "--stdin", "--yes"], b"x"), 3);
        assert_eq!(home.run(&["store", "status"]).code, Some(3), "{what}");
        let asked = home.run_with(&["credential", "get"], b"protocol=https\nhost=git.test\npath=acme/x\n\n");
        assert_eq!(asked.out, "quit=1\n", "{what}");
        assert_eq!(home.tree(), before, "{what}");
    }
}

#[test]
fn tokens_that_cannot_be_tokens() {
    let home = Home::prepared();
    let long = vec![b'x'; 5000];
    for bytes in [&b""[..], b"\n", b"two\nlines\n", b"a\0b", b"\x1b[31m", &long] {
        let ran = home.run_with(&["token", "add", "acme", "--stdin", "--yes"], bytes);
        assert_spoken(&ran, 2);
    }
}

#[test]
fn without_home() {
    let home = Home::empty();
    for value in [None, Some(""), Some("relative")] {
        for arguments in [
            &["use", "acme", "--yes"][..],
            &["profile", "list"],
            &["undo", "--yes"],
            &["profile", "add", "a", "--host", "git.test", "--yes"],
        ] {
            let mut command = home.doorkey();
            command.env_remove("HOME").args(arguments);
            if let Some(value) = value {
                command.env("HOME", value);
            }
            let ran = Ran::of(&command.output().unwrap());
            assert_spoken(&ran, 3);
            assert!(ran.err.contains("HOME"), "{ran:#?}");
        }
        let mut command = home.doorkey();
        command.env_remove("HOME").args(["credential", "get"]);
        let ran = feed(command, b"protocol=https\nhost=git.test\n\n");
        assert!(ran.out.is_empty() && !ran.err.contains("panicked"), "{ran:#?}");
    }
    assert!(home.tree().is_empty());
}

/// The store lies on a full disk, and the host refuses the token: it is not sent a second time all the same.
#[test]
fn a_refusal_is_kept_on_a_full_disk() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    for runtime in [true, false] {
        let home = Home::in_force();
        fs::create_dir(home.outside("run")).unwrap();
        fs::set_permissions(home.outside("run"), fs::Permissions::from_mode(0o700)).unwrap();
        let script = r#"
            mount -t tmpfs -o size=4m,mode=0700 tmpfs "$2"
            cp -a "$3/." "$2"
            dd if=/dev/zero of="$2/fill" bs=1k >/dev/null 2>&1 || true
            request='protocol=https\nhost=git.test\npath=acme/x\n'
            printf "$request\n" | "$1" credential get
            printf "${request}username=ada\npassword=$4\n\n" | "$1" credential erase
            printf "$request\n" | "$1" credential get
        "#;
        // Only doorkey's vault lies on the small disk.
        let vault = home.state().join("vault");
        let copy = home.outside("copy");
        assert!(home.program("cp").arg("-a").arg(&vault).arg(&copy).status().unwrap().success());
        let mut command = home.program("unshare");
        command.arg("-m");
        if !home.program("unshare").args(["-m", "true"]).output().unwrap().status.success() {
            command.args(["--propagation", "unchanged"]);
        }
        if runtime {
            command.env("XDG_RUNTIME_DIR", home.outside("run"));
        }
        command.args(["sh", "-c", script, "sh", env!("CARGO_BIN_EXE_doorkey")]);
        let ran = Ran::of(&command.arg(&vault).arg(&copy).arg(CANARY).output().unwrap());
        assert!(ran.out.starts_with("username=ada\n"), "{ran:#?}");
        assert!(ran.err.contains("the store could not note that a token of acme was refused"), "{ran:#?}");
        assert_eq!(ran.out.ends_with("quit=1\n"), runtime, "{ran:#?}");
        assert_eq!(ran.err.contains("refused this token of acme (ada)"), runtime, "{ran:#?}");
        assert!(!ran.err.contains(CANARY), "{ran:#?}");
    }
}

#[test]
fn two_profiles_on_one_route() {
    let home = Home::prepared();
    let ran = assert_untouched(
        &home,
        &["profile", "add", "globex", "--host", "GIT.test", "--owner", "acme", "--yes"],
        2,
    );
    assert!(ran.err.contains("acme") && ran.err.contains("globex"), "{ran:#?}");
    // Also when both are written by hand.
    let text = home.read(".config/doorkey/profiles/acme.toml");
    home.write(".config/doorkey/profiles/globex.toml", text, 0o600);
    assert_untouched(&home, &["use", "acme", "--yes"], 2);
    home.run(&["profile", "check"]).with_code(1);
}

#[test]
fn a_full_disk() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let home = Home::in_force();
    let script = r#"
        set -e
        mount -t tmpfs -o size="$4",mode=0700 tmpfs "$2"
        cp -a "$3/." "$2"
        dd if=/dev/zero of="$2/fill" bs=1k >/dev/null 2>&1 || true
        find "$2" -type f ! -name fill -exec sha256sum {} + | grep -v journal | sort > "$2/../before"
        set +e
        "$1" profile add globex --host git.test --owner globex --yes > "$2/../out" 2> "$2/../err"
        echo $? >> "$2/../codes"
        printf new-token | "$1" token add acme --stdin --yes > "$2/../out" 2>> "$2/../err"
        echo $? >> "$2/../codes"
        find "$2" -type f ! -name fill -exec sha256sum {} + | grep -v journal | sort > "$2/../after"
        printf 'protocol=https\nhost=git.test\npath=acme/x\n\n' | "$1" credential get > "$2/../asked"
        "$1" off > "$2/../out" 2>> "$2/../err"
        echo $? >> "$2/../codes"
        test -L "$2/.local/state/doorkey/current" && echo still-on >> "$2/../codes"
        rm "$2/fill"
        "$1" profile add globex --host git.test --owner globex --yes > "$2/../out" 2>> "$2/../err"
        echo $? >> "$2/../codes"
    "#;
    let copy = home.outside("copy");
    // The launcher is a hard link on the disk, and a copy on the small one.
    let size = fs::metadata(env!("CARGO_BIN_EXE_doorkey")).unwrap().len() + (1 << 20);
    assert!(home.program("cp").arg("-a").arg(home.dir()).arg(&copy).status().unwrap().success());
    let mut command = home.program("unshare");
    command.arg("-m");
    // In a chroot, / is no mount whose propagation could be changed.
    if !home.program("unshare").args(["-m", "true"]).output().unwrap().status.success() {
        command.args(["--propagation", "unchanged"]);
    }
    command
        .args(["sh", "-c", script, "sh", env!("CARGO_BIN_EXE_doorkey")])
        .arg(home.dir())
        .arg(&copy)
        .arg(size.to_string());
    let ran = feed(command, b"");
    let read = |name: &str| fs::read_to_string(home.outside(name)).unwrap_or_default();
    assert_eq!(read("codes"), "3\n3\n0\n0\n", "{ran:#?}: {}", read("err"));
    assert!(read("err").contains("the disk is full") && !read("err").contains("os error"), "{}", read("err"));
    assert_eq!(read("before"), read("after"));
    assert!(read("asked").contains(CANARY));
}
