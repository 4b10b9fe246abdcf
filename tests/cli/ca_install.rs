//! `ca install|uninstall|refresh|status`: only what is fit is installed, each place is led there once, and exactly that
//! goes again.

use crate::home::{Home, Ran};
use crate::root::{PRINT, ROOT};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, KeyUsagePurpose};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

const MACHINE: &[&str] =
    &["ca", "install", "root.pem", "--scope", "machine", "--fingerprint", PRINT, "--yes"];
const AWAY: &[&str] = &["ca", "uninstall", PRINT, "--scope", "machine", "--yes"];
const PROFILE: &[&str] = &["ca", "install", "root.pem", "--profile", "acme", "--fingerprint", PRINT, "--yes"];

/// A home as people have it, with files that end in all ways.
fn lived_in() -> Home {
    let home = Home::prepared();
    home.write("root.pem", ROOT, 0o644);
    home.write(".bashrc", "case $- in *i*) ;; *) return ;; esac\nalias ll='ls -l'", 0o644);
    home.write(".profile", "", 0o644);
    home.write(".zshenv", "export EDITOR=vi\r\n", 0o600);
    home.write(".gitconfig", "[user]\n\tname = Ada\n[http]\n\tpostBuffer = 1", 0o644);
    home.write(".curlrc", "--silent\nproxy-insecure", 0o600);
    home.write(".config/fish/conf.d/mine.fish", "set -gx EDITOR vi\n", 0o644);
    home.write(".config/pip/pip.conf", "# mine\n[install]\nuser = yes\n[global]\ntimeout = 60\n", 0o644);
    home
}

type Files = BTreeMap<PathBuf, (u32, Vec<u8>, Option<PathBuf>)>;

/// Fails with the files that differ.
#[track_caller]
fn same(home: &Home, before: &Files, when: &str) {
    let now = home.users_tree();
    let paths: BTreeSet<_> = before.keys().chain(now.keys()).collect();
    let other: Vec<_> = paths.into_iter().filter(|path| before.get(*path) != now.get(*path)).collect();
    let text =
        |files: &Files, path: &PathBuf| files.get(path).map(|f| String::from_utf8_lossy(&f.1).into_owned());
    let shown: Vec<_> = other.iter().map(|path| (path, text(before, path), text(&now, path))).collect();
    assert!(other.is_empty(), "{when}: {shown:#?}");
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {ran:#?}"))
}

/// Each place's state and whether it trusts the first root.
fn place(home: &Home, name: &str) -> (String, String) {
    let status = json(&home.run(&["ca", "status", "--json"]));
    let places = status["places"].as_array().unwrap();
    let found =
        places.iter().find(|place| place["name"] == name).unwrap_or_else(|| panic!("{name}: {status:#}"));
    (
        found["setting"].as_str().unwrap().to_owned(),
        found["trusts"][0].as_str().unwrap_or_default().to_owned(),
    )
}

#[test]
fn for_the_machine_and_away_again() {
    let home = lived_in();
    let before = home.users_tree();
    let dry = home.run(&[MACHINE, &["--dry-run"]].concat()).ok();
    same(&home, &before, "a dry run writes");
    assert!(dry.out.contains("may sign for  every host there is"), "{dry:#?}");
    assert!(!dry.out.contains("MII"), "certificates are not shown in base64: {dry:#?}");
    let ran = home.run(MACHINE).ok();
    let bundle = home.state().join("trust/ca-bundle.pem");
    let words = |path: &str| home.text(path);
    assert!(words(".bashrc").starts_with("if [ -r '"), "{ran:#?}");
    assert_eq!(home.git("http.sslcainfo").trim(), bundle.display().to_string());
    assert!(words(".curlrc").starts_with(&format!("cacert = \"{}\"\n--silent", bundle.display())));
    assert!(
        words(".config/pip/pip.conf").contains(&format!("[global]\ncert = {}\ntimeout", bundle.display()))
    );
    for name in ["shells", "fish", "git", "curl", "wget", "pip"] {
        assert_eq!(place(&home, name).1, "yes", "{name}");
    }
    // bash, as a login shell and as one that reads .bashrc, has the variables; one that is set stays.
    let bash = |line: &str| {
        let output = home.program("bash").args(["-c", line]).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    assert_eq!(bash(". ~/.profile; echo $SSL_CERT_FILE"), bundle.display().to_string());
    assert_eq!(bash(". ~/.bashrc; echo $REQUESTS_CA_BUNDLE"), bundle.display().to_string());
    assert_eq!(
        bash("export REQUESTS_CA_BUNDLE=/mine PIP_CERT=; . ~/.profile; echo $REQUESTS_CA_BUNDLE-$PIP_CERT-"),
        "/mine--"
    );
    // openssl reads the bundle to its end: the root is in it, with the system's.
    let openssl = Command::new("openssl")
        .args(["verify", "-CAfile"])
        .arg(&bundle)
        .arg(home.path("root.pem"))
        .output()
        .unwrap();
    assert!(openssl.status.success(), "{openssl:?}");
    let count =
        String::from_utf8(std::fs::read(&bundle).unwrap()).unwrap().matches("BEGIN CERTIFICATE").count();
    assert!(count > 50, "{count}");
    // The same again changes nothing.
    let after = home.users_tree();
    assert!(home.run(MACHINE).ok().out.contains("othing"), "twice");
    same(&home, &after, "");
    home.run(AWAY).ok();
    same(&home, &before, "uninstall");
    assert!(!bundle.exists());
    home.run(MACHINE).ok();
    home.run(&["undo", "--yes"]).ok();
    same(&home, &before, "undo");
}

#[test]
fn two_roots_share_the_places() {
    let home = lived_in();
    let before = home.users_tree();
    let other = ca("Other Root", |_| {});
    home.write("other.pem", other.0.as_bytes(), 0o644);
    let before_with_other = home.users_tree();
    home.run(MACHINE).ok();
    home.run(&["ca", "install", "other.pem", "--scope", "machine", "--fingerprint", &other.1, "--yes"]).ok();
    let status = json(&home.run(&["ca", "status", "--json"]));
    assert_eq!(status["roots"].as_array().unwrap().len(), 2, "{status:#}");
    home.run(&["ca", "uninstall", "other.pem", "--scope", "machine", "--yes"]).ok();
    assert_eq!(place(&home, "git").1, "yes");
    let bundle = std::fs::read_to_string(home.state().join("trust/ca-bundle.pem")).unwrap();
    assert!(bundle.contains("Corp Proxy Root") && !bundle.contains("Other Root"));
    home.run(AWAY).ok();
    same(&home, &before_with_other, "");
    assert_ne!(before, before_with_other);
}

#[test]
fn settings_of_the_user_are_left_alone_and_said() {
    let home = lived_in();
    home.write("mine.pem", ROOT, 0o644);
    home.write(".curlrc", "cacert = /somewhere/else.pem\n", 0o644);
    home.write(".wgetrc", format!("ca_certificate={}\n", home.path("mine.pem").display()), 0o644);
    home.write(".gitconfig", "[http]\n\tsslCAInfo = ~/mine.pem\n", 0o644);
    let before = home.users_tree();
    let ran = home.run(MACHINE).ok();
    for path in [".curlrc", ".wgetrc", ".gitconfig"] {
        assert_eq!(
            before.get(std::path::Path::new(path)),
            home.users_tree().get(std::path::Path::new(path)),
            "{path}"
        );
    }
    assert!(ran.out.contains("left alone: curl: ~/.curlrc names /somewhere/else.pem"), "{ran:#?}");
    assert_eq!(place(&home, "curl"), ("/somewhere/else.pem, by ~/.curlrc".into(), "no".into()));
    assert_eq!(place(&home, "wget").1, "yes", "their own file holds it");
    assert_eq!(place(&home, "git").1, "yes");
    home.run(AWAY).ok();
    same(&home, &before, "");
}

#[test]
fn only_what_is_named() {
    let home = lived_in();
    home.run(&[MACHINE, &["--for", "git"]].concat()).ok();
    assert_eq!((place(&home, "git").1, place(&home, "curl").1), ("yes".into(), "no".into()));
    assert!(
        home.run(&[MACHINE, &["--for", "nothing"]].concat()).with_code(2).err.contains("doorkey ca targets")
    );
    let targets = json(&home.run(&["ca", "targets", "--json"]));
    let states: Vec<_> = targets["targets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["state"]["standing"].as_str().unwrap())
        .collect();
    assert_eq!(states.iter().filter(|state| **state == "on").count(), 1, "{targets:#}");
}

#[test]
fn the_bundle_follows_the_system() {
    let home = lived_in();
    home.run(MACHINE).ok();
    home.run(&["ca", "status"]).ok();
    let bundle = home.state().join("trust/ca-bundle.pem");
    let text = std::fs::read_to_string(&bundle).unwrap();
    std::fs::write(&bundle, &text[..text.len() / 2]).unwrap();
    let status = home.run(&["ca", "status"]).with_code(1);
    assert!(status.err.contains("doorkey ca refresh"), "{status:#?}");
    home.run(&["ca", "refresh", "--yes"]).ok();
    assert_eq!(std::fs::read_to_string(&bundle).unwrap(), text);
    home.run(&["ca", "status"]).ok();
}

#[test]
fn for_a_profile_and_away_again() {
    for in_force in [false, true] {
        let home = Home::prepared();
        home.write("root.pem", ROOT, 0o644);
        let file = ".config/doorkey/profiles/acme.toml";
        home.write(
            file,
            format!("# mine\n{}\n[verify-later]\n", home.text(file)).replace("\n[verify-later]\n", "\n"),
            0o600,
        );
        if in_force {
            home.run(&["use", "acme", "--yes"]).ok();
        }
        let before = home.users_tree();
        let key = "http.https://git.test.sslcainfo";
        home.run(PROFILE).ok();
        assert!(home.text(file).starts_with("# mine\n"));
        assert!(home.text(file).contains("[trust]\nca = [\"acme."), "{}", home.text(file));
        assert_eq!(place(&home, "profile acme").1, "yes");
        assert_eq!(place(&home, "shells").1, "no", "nothing of the machine");
        if in_force {
            let roots = home.git(key).trim().to_owned();
            assert!(std::fs::read_to_string(&roots).unwrap().contains(ROOT.trim()), "{roots}");
        }
        assert!(home.run(PROFILE).ok().out.contains("othing"), "twice");
        home.run(&["ca", "uninstall", PRINT, "--profile", "acme", "--yes"]).ok();
        same(&home, &before, "in force: {in_force}");
        assert_eq!(home.git(key), "", "in force: {in_force}");
        home.run(PROFILE).ok();
        home.run(&["undo", "--yes"]).ok();
        same(&home, &before, "undo; in force: {in_force}");
    }
}

/// A certificate and its SHA-256.
fn ca(name: &str, change: impl Fn(&mut CertificateParams)) -> (String, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    change(&mut params);
    let made = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
    use sha2::{Digest, Sha256};
    let print: String = Sha256::digest(made.der()).iter().map(|b| format!("{b:02X}")).collect();
    (made.pem(), print)
}

/// SECURITY rule 46: each reason, by a file that has it.
#[test]
fn what_is_not_fit_is_refused() {
    let home = lived_in();
    let openssl = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let ran = Command::new("openssl").args(&words).current_dir(home.path(".")).output().unwrap();
        assert!(ran.status.success(), "{line}: {}", String::from_utf8_lossy(&ran.stderr));
    };
    let ext = "-addext basicConstraints=critical,CA:TRUE -subj /CN=Bad -days 3650 -nodes";
    openssl(&format!("req -x509 -newkey rsa:1024 {ext} -keyout k -out short.pem"));
    openssl(&format!("req -x509 -newkey rsa:2048 -sha1 {ext} -keyout k -out sha1.pem"));
    openssl(&format!("req -x509 -newkey rsa:2048 -md5 {ext} -keyout k -out md5.pem"));
    let good = ca("Good", |_| {}).0;
    let date = |year| rcgen::date_time_ymd(year, 1, 1);
    let write = |name: &str, text: &str| home.write(name, text.as_bytes(), 0o644);
    write("leaf.pem", &ca("Leaf", |p| p.is_ca = IsCa::NoCa).0);
    write("not-a-ca.pem", &ca("Leaf", |p| p.is_ca = IsCa::ExplicitNoCa).0);
    write("may-not-sign.pem", &ca("Crl", |p| p.key_usages = vec![KeyUsagePurpose::CrlSign]).0);
    write("expired.pem", &ca("Old", |p| p.not_after = date(2020)).0);
    write("two.pem", &format!("{good}{}", ca("Second", |_| {}).0));
    write("with-key.pem", &format!("{good}{}", KeyPair::generate().unwrap().serialize_pem()));
    write("cut.pem", &good.replacen("\nMII", "\n*MII", 1));
    write("empty.pem", "");
    write("text.pem", "not found\n");
    let before = home.users_tree();
    for (file, why) in [
        ("short.pem", "whose key is too weak (RSA-1024)"),
        ("sha1.pem", "which is signed with sha1WithRSAEncryption"),
        ("md5.pem", "which is signed with md5WithRSAEncryption"),
        ("leaf.pem", "which is not a CA's certificate"),
        ("not-a-ca.pem", "which is not a CA's certificate"),
        ("may-not-sign.pem", "whose key may not sign certificates"),
        ("expired.pem", "which has expired"),
        ("two.pem", "holds 2 certificates, where one is to be installed"),
        ("with-key.pem", "holds a private key"),
        ("cut.pem", "is damaged in line 2"),
        ("empty.pem", "holds no certificate"),
        ("text.pem", "holds no certificate"),
    ] {
        for place in [&["--scope", "machine"][..], &["--profile", "acme"]] {
            let ran = home
                .run(&[&["ca", "install", file, "--fingerprint", PRINT, "--yes"], place].concat())
                .with_code(2);
            assert!(ran.err.contains(why), "{file}: {ran:#?}");
        }
    }
    same(&home, &before, "");
}

#[test]
fn a_fingerprint_by_a_second_way_is_needed() {
    let home = lived_in();
    let before = home.users_tree();
    let base = ["ca", "install", "root.pem", "--profile", "acme", "--yes"];
    let without = home.run(&base).with_code(2);
    assert!(without.err.contains("the root's fingerprint was not given"), "{without:#?}");
    let wrong = PRINT.replace('A', "B");
    let other = home.run(&[&base[..], &["--fingerprint", &wrong]].concat()).with_code(2);
    assert!(other.err.contains("another certificate than the one you were told of"), "{other:#?}");
    let short = home.run(&[&base[..], &["--fingerprint", "9A:6E"]].concat()).with_code(2);
    assert!(short.err.contains("is no SHA-256"), "{short:#?}");
    same(&home, &before, "");
    // As people write it.
    let plain = format!("sha256:{}", PRINT.replace(':', "").to_lowercase());
    home.run(&[&base[..], &["--fingerprint", &plain]].concat()).ok();
}

#[test]
fn used_wrongly() {
    let home = lived_in();
    home.run(&["profile", "add", "globex", "--host", "git.globex.test", "--yes"]).ok();
    for (arguments, says) in [
        (&["ca", "install", "root.pem"][..], "for whom is not said"),
        (&["ca", "install", "root.pem", "--profile", "nobody", "--fingerprint", PRINT, "--yes"], "nobody"),
        (
            &["ca", "install", "root.pem", "--profile", "acme", "--scope", "machine"],
            "--profile is for one profile",
        ),
        (
            &["ca", "install", "root.pem", "--profile", "acme", "--for", "git"],
            "--for is about --scope machine",
        ),
        (&["ca", "uninstall", "nothing", "--scope", "machine"], "is no file and no SHA-256"),
    ] {
        let ran = home.run(arguments).with_code(2);
        assert!(ran.err.contains(says), "{arguments:?}: {ran:#?}");
    }
    home.run(&["ca", "install", "missing.pem", "--profile", "acme"]).with_code(3);
    // What is not installed is not taken away: nothing to do.
    assert!(home.run(AWAY).ok().out.contains("othing"));
}

/// A profile that is added with its CA while doorkey is on is in force at once.
#[test]
fn a_new_profile_with_its_root_is_in_force_at_once() {
    let home = Home::in_force();
    home.write("root.pem", ROOT, 0o644);
    home.run(&["profile", "add", "globex", "--host", "git.globex.test", "--ca", "root.pem", "--yes"]).ok();
    let roots = home.git("http.https://git.globex.test.sslcainfo").trim().to_owned();
    assert!(std::fs::read_to_string(&roots).unwrap().contains(ROOT.trim()), "{roots}");
    let doctor = home.run(&["doctor", "--json"]);
    assert!(!doctor.out.contains("settings-outdated"), "{doctor:#?}");
}

/// The real fish; it makes files of its own when it starts.
#[test]
fn fish_has_the_variables() {
    let home = lived_in();
    home.run(MACHINE).ok();
    let fish = || {
        let mut command = home.program("fish");
        let output = command
            .args(["-c", "echo $SSL_CERT_FILE $REQUESTS_CA_BUNDLE"])
            .env("REQUESTS_CA_BUNDLE", "/mine")
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let bundle = home.state().join("trust/ca-bundle.pem");
    assert_eq!(fish(), format!("{} /mine", bundle.display()));
    home.run(AWAY).ok();
    assert_eq!(fish(), "/mine");
}

/// What was written since into a file that was made for the setting stays, and only that.
#[test]
fn a_made_file_that_the_user_went_on_with_stays() {
    let home = lived_in();
    home.run(MACHINE).ok();
    home.write(".wgetrc", format!("{}timeout = 9\n", home.text(".wgetrc")), 0o644);
    home.run(AWAY).ok();
    assert_eq!(home.text(".wgetrc"), "timeout = 9\n");
}

/// A variable that leads elsewhere is a row of its own; those that lead to doorkey's files are what `shells` says.
#[test]
fn a_variable_of_the_users_is_shown() {
    let home = lived_in();
    home.run(MACHINE).ok();
    let bundle = home.state().join("trust/ca-bundle.pem");
    home.write("mine.pem", ca("Mine", |_| {}).0, 0o644);
    let mut command = home.doorkey();
    command
        .args(["ca", "status", "--json"])
        .env("SSL_CERT_FILE", &bundle)
        .env("PIP_CERT", home.path("mine.pem"));
    let status: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    let names: Vec<&str> =
        status["places"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"$PIP_CERT") && !names.contains(&"$SSL_CERT_FILE"), "{names:?}");
    let row = status["places"].as_array().unwrap().iter().find(|p| p["name"] == "$PIP_CERT").unwrap();
    assert_eq!(row["trusts"][0], "no", "{row:#}");
}

/// curl reads one file, the first of several: a new `~/.curlrc` would take the user's own away from it.
#[test]
fn the_file_that_curl_reads_is_the_one_that_changes() {
    let home = lived_in();
    std::fs::remove_file(home.path(".curlrc")).unwrap();
    home.write(".config/curlrc", "user-agent = \"mine\"\n", 0o644);
    let before = home.users_tree();
    home.run(MACHINE).ok();
    let bundle = home.state().join("trust/ca-bundle.pem");
    assert!(!home.path(".curlrc").exists());
    assert!(
        home.text(".config/curlrc").starts_with(&format!("cacert = \"{}\"\nuser-agent", bundle.display()))
    );
    assert_eq!(place(&home, "curl"), ("by ~/.config/curlrc".into(), "yes".into()));
    // curl itself: it opens that file, and knows both lines.
    let asked = std::process::Command::new("curl")
        .args(["-v", "https://127.0.0.1:1/"])
        .env_clear()
        .env("HOME", home.path(""))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&asked.stderr).into_owned();
    assert!(said.contains("port 1 failed") || said.contains("Connection refused"), "{said}");
    home.run(AWAY).ok();
    same(&home, &before, "the way back");
}
