//! A secret that is marked comes out of `credential get` and of nothing else (SECURITY rule 35).

use crate::home::{CANARY, Home, Ran, feed};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::path::Path;

/// A secret in every form in which it could leave: clear, reversed, hexadecimal, URL-encoded, base64 at each of the three
/// alignments, and its last 12 bytes in clear.
pub(crate) fn forms(secret: &str) -> Vec<Vec<u8>> {
    let bytes = secret.as_bytes();
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    let percent: String = bytes.iter().map(|b| format!("%{b:02X}")).collect();
    let mut found = vec![
        bytes.to_vec(),
        bytes.iter().rev().copied().collect(),
        hex.clone().into_bytes(),
        hex.to_uppercase().into_bytes(),
        percent.to_lowercase().into_bytes(),
        percent.into_bytes(),
        bytes[bytes.len() - 12..].to_vec(),
    ];
    for shift in 0..3 {
        let padded = [&vec![b'x'; shift][..], bytes].concat();
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let text = engine.encode(&padded);
            // The digits that are the secret's alone, whatever stands before and behind it.
            found.push(text.as_bytes()[[0, 2, 3][shift]..text.len() - 2].to_vec());
        }
    }
    found
}

pub(crate) fn find(forms: &[Vec<u8>], text: &[u8]) -> Option<String> {
    let found = forms.iter().find(|f| text.windows(f.len()).any(|w| w == f.as_slice()))?;
    Some(String::from_utf8_lossy(found).into_owned())
}

#[test]
fn the_search_finds_every_form() {
    let forms = forms(CANARY);
    let hex: String = CANARY.bytes().map(|b| format!("{b:02x}")).collect();
    let reversed: String = CANARY.chars().rev().collect();
    let mut hidden = vec![CANARY.to_owned(), hex, reversed, format!("...{}", &CANARY[20..])];
    for before in ["", "a", "ab", "ada:", "x:y:z"] {
        hidden.push(base64::engine::general_purpose::STANDARD.encode(format!("{before}{CANARY}")));
        hidden.push(base64::engine::general_purpose::STANDARD.encode(format!("{before}{CANARY}tail")));
    }
    for text in hidden {
        assert!(find(&forms, text.as_bytes()).is_some(), "{text}");
    }
    assert!(find(&forms, b"nothing of the kind").is_none());
}

struct Watch {
    home: Home,
    forms: Vec<Vec<u8>>,
    commands: usize,
}

impl Watch {
    fn check(&mut self, arguments: &[&str], ran: &Ran) {
        self.commands += 1;
        for (what, text) in [("stdout", &ran.out), ("stderr", &ran.err)] {
            if let Some(form) = find(&self.forms, text.as_bytes()) {
                panic!("{arguments:?}: {form} in {what}: {text}");
            }
        }
        for (path, file) in self.home.tree() {
            // What the user wrote in clear himself is his.
            if path.starts_with(self.home.path("mine")) {
                continue;
            }
            if let Some(form) = find(&self.forms, &file.content) {
                panic!("{arguments:?}: {form} in {}", path.display());
            }
            if let Some(form) = find(&self.forms, path.as_os_str().as_encoded_bytes()) {
                panic!("{arguments:?}: {form} is in the name {}", path.display());
            }
        }
    }

    fn run(&mut self, arguments: &[&str], input: &str) -> Ran {
        let ran = self.home.run_with(arguments, input.as_bytes());
        assert!(!ran.err.contains("panicked"), "{arguments:?}: {ran:#?}");
        self.check(arguments, &ran);
        ran
    }
}

#[test]
fn no_command_and_no_way_out_shows_a_secret() {
    let home = Home::in_force();
    let mut watch = Watch { home, forms: forms(CANARY), commands: 0 };
    let url = format!("https://ada:{CANARY}@git.test/acme/app.git");
    let bare = format!("https://{CANARY}@git.test/acme/app.git");
    let proxy = format!("http://ada:{CANARY}@proxy.test:8080");
    // A repository whose remotes hold it.
    let repo = watch.home.path("mine/repo");
    let path = repo.to_str().unwrap().to_owned();
    for arguments in [
        &["init", "-q", &path][..],
        &["-C", &path, "remote", "add", "origin", &url],
        &["-C", &path, "remote", "add", "other", &bare],
    ] {
        assert!(watch.home.program("git").args(arguments).status().unwrap().success());
    }
    watch.home.write("mine/ca.pem", format!("{CANARY}\n"), 0o600);
    let ca = watch.home.path("mine/ca.pem").display().to_string();
    let good = "protocol=https\nhost=git.test\npath=acme/x\n\n";
    let asked = watch.home.run_with(&["credential", "get"], good.as_bytes()).ok();
    assert!(
        find(&watch.forms, asked.out.as_bytes()).is_some()
            && find(&watch.forms, asked.err.as_bytes()).is_none()
    );

    let with_secret = |host: &str, path: &str| {
        format!("protocol=https\nhost={host}\npath={path}\nusername=ada\npassword={CANARY}\n\n")
    };
    let (ours, foreign, others) = (
        with_secret("git.test", "acme/x"),
        with_secret("evil.test", "x"),
        with_secret("git.test", "other/x"),
    );
    let broken = format!("protocol=https\nhost=git.test\r\npassword={CANARY}\n\n");
    let long = format!("{CANARY}\n").repeat(200);
    let commands: &[(&[&str], &str)] = &[
        (&[], ""),
        (&["--json"], ""),
        (&["profile", "list"], ""),
        (&["profile", "show", "acme"], ""),
        (&["profile", "show", "acme", "--json"], ""),
        (&["profile", "check", "-v"], ""),
        (&["route", "list"], ""),
        (&["token", "list"], ""),
        (&["token", "list", "--json", "-v"], ""),
        (&["rotate", "--list"], ""),
        (&["rotate", "--list", "--json"], ""),
        (&["rotate", "--list", "--ics"], ""),
        (&["rotate", "--list", "--metrics"], ""),
        (&["token", "show", "acme"], ""),
        (&["token", "show", "acme", "--json", "--reveal"], ""),
        (&["token", "check", "--offline", "--json"], ""),
        (&["token", "page", "acme"], ""),
        (&["token", "add", "acme", "--expires", "2199-12-31", "--stdin", "--yes"], CANARY),
        (&["store", "status", "--json"], ""),
        (&["history"], ""),
        (&["diff"], ""),
        (&["diff", "2"], ""),
        (&["current", "--json"], ""),
        (&["which", &path], ""),
        (&["which", &path, "--json"], ""),
        (&["which", &url], ""),
        (&["which", &url, "--json"], ""),
        (&["which", &bare], ""),
        (&["route", "add", &url, "acme", "--yes"], ""),
        (&["route", "add", &url, "acme", "--dry-run"], ""),
        (&["route", "add", &bare, "acme", "--yes"], ""),
        (&["route", "remove", &url, "acme", "--yes"], ""),
        (&["profile", "add", "other", "--host", "other.test", "--proxy", &proxy, "--yes"], ""),
        (&["profile", "add", "other", "--host", "other.test", "--verify", &url, "--yes"], ""),
        (&["profile", "add", "other", "--host", &url, "--yes"], ""),
        (&["profile", "add", "other", "--host", "other.test", "--ca", &ca, "--yes"], ""),
        (&["credential", "get"], &others),
        (&["credential", "get"], &foreign),
        (&["credential", "get"], &broken),
        (&["credential", "get"], &long),
        (&["credential", "store"], &ours),
        (&["credential", "store"], &foreign),
        (&["credential", "store"], &others),
        (&["credential", "store"], &broken),
        (&["credential", "erase"], &foreign),
        (&["credential", "erase"], &others),
        (&["credential", "erase"], &broken),
        (&["token", "add", "acme", "--stdin", "--yes"], &long),
        (&["token", "add", "acme", "--stdin", "--dry-run"], CANARY),
        (&["token", "add", "acme", "--stdin"], CANARY),
        (&["token", "add", "nobody", "--stdin", "--yes"], CANARY),
        (&["token", "add", "acme", "--user", "bob", "--stdin", "--yes"], CANARY),
        (&["token", "add", "acme", "--host", "evil.test", "--stdin", "--yes"], CANARY),
        (&["token", "add", "acme", "--stdin", "--yes", "--json"], CANARY),
        (&["token", "remove", "acme", "--yes"], ""),
        (&["undo", "--dry-run"], ""),
        (&["undo", "--yes"], ""),
        (&["credential", "erase"], &ours),
        (&["credential", "get"], good),
        (&["token", "list"], ""),
        (&["off"], ""),
        (&["on"], ""),
        (&["ssh", "new", "acme", "--no-passphrase", "--yes"], ""),
        (&["profile", "remove", "acme", "--yes"], ""),
        (&["undo", "--yes"], ""),
        (&["store", "lock"], ""),
        (&["store", "init", "--passphrase-fd", "0"], CANARY),
        (&["store", "unlock", "--passphrase-fd", "0"], CANARY),
    ];
    for (arguments, input) in commands {
        watch.run(arguments, input);
    }
    assert!(watch.commands > 55);
}

#[test]
fn a_passphrase_leaves_no_trace() {
    let home = Home::empty();
    let mut watch = Watch { home, forms: forms(CANARY), commands: 0 };
    watch.run(&["store", "init", "--passphrase-fd", "0"], CANARY).ok();
    watch.run(&["store", "status"], "").ok();
    watch.run(&["store", "lock"], "").ok();
    watch.run(&["store", "unlock", "--passphrase-fd", "0"], &format!("{CANARY}x")).with_code(3);
    watch.run(&["store", "unlock", "--passphrase-fd", "0"], CANARY).ok();
    watch.run(&["store", "lock"], "").ok();
}

#[test]
fn the_vaults_keys_stay_in_their_file() {
    let home = Home::in_force();
    let key = std::fs::read_to_string(home.outside("vault-key")).unwrap();
    let secret = key.lines().find(|l| l.starts_with("AGE-SECRET-KEY-")).unwrap().to_owned();
    let mut watch = Watch { home, forms: forms(&secret), commands: 0 };
    for arguments in [
        &["store", "status"][..],
        &["token", "list", "--json"],
        &["undo", "--yes"],
        &["diff"],
        &["store", "export", "acme", "--yes"],
    ] {
        watch.run(arguments, "").ok();
    }
}

/// While the helper waits for its request, its own entry in /proc shows nothing, and another process of the user may not
/// read its memory (SECURITY rule 33).
#[test]
fn a_running_process_shows_nothing() {
    let home = Home::in_force();
    let key = home.outside("vault-key");
    let mut command = home.doorkey();
    command.args(["token", "add", "acme", "--stdin", "--yes"]);
    let mut child = command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut pipe, CANARY.as_bytes()).unwrap();
    std::io::Write::flush(&mut pipe).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    let proc = format!("/proc/{}", child.id());
    let forms = forms(CANARY);
    let mut seen = 0;
    for file in ["cmdline", "environ", "status", "maps"] {
        let Ok(bytes) = std::fs::read(Path::new(&proc).join(file)) else { continue };
        seen += bytes.len();
        assert!(find(&forms, &bytes).is_none(), "{file}");
    }
    assert!(seen > 100, "nothing of {proc} could be read");
    let status = std::fs::read_to_string(Path::new(&proc).join("limits")).unwrap();
    let core = status.lines().find(|l| l.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().filter(|w| *w == "0").count(), 2, "{core}");
    // Not dumpable: its files in /proc belong to root, whoever runs it.
    if rustix::process::geteuid().is_root() {
        drop(pipe);
        child.wait_with_output().unwrap();
        let program = home.outside("doorkey");
        crate::executable::write(&program, std::fs::read(env!("CARGO_BIN_EXE_doorkey")).unwrap());
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        std::fs::set_permissions(key.parent().unwrap(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut other = home.program("setpriv");
        other.current_dir("/").args(["--reuid", "65534", "--clear-groups"]).arg(&program).args([
            "credential",
            "get",
            "--generation",
            "/nowhere",
        ]);
        let mut child = other
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(300));
        let owner = std::fs::metadata(format!("/proc/{}/mem", child.id())).unwrap().uid();
        drop(child.stdin.take());
        child.wait().unwrap();
        assert_eq!(owner, 0, "its memory may be read by its user");
    } else {
        drop(pipe);
        child.wait_with_output().unwrap();
    }
}

#[test]
fn git_gets_it_and_stores_it_nowhere() {
    let home = Home::in_force();
    home.program("git").args(["config", "--global", "--add", "credential.helper", "store"]).status().unwrap();
    let mut command = home.program("git");
    command.args(["credential", "fill"]);
    let filled = feed(command, b"capability[]=authtype\nprotocol=https\nhost=git.test\npath=acme/x\n\n").ok();
    if !filled.out.contains("authtype=") {
        // git before 2.46 tells every later helper to store what it got; that can only be said.
        assert!(home.run(&["doctor"]).out.contains("error[helper-after-include]"));
        return;
    }
    let mut approve = home.program("git");
    approve.args(["credential", "approve"]);
    feed(approve, filled.out.as_bytes()).ok();
    let forms = forms(CANARY);
    for (path, file) in home.tree() {
        assert!(find(&forms, &file.content).is_none(), "{}", path.display());
    }
}
