//! Key files against `ssh-keygen`, which writes them, lists them and says which bytes it refuses.

use doorkey::formats::ssh_key::{ByteFault, Container, Half, KeyFile, PublicHalf, Unread, read};
use proptest::prelude::*;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

fn keygen(args: &[&str]) -> Output {
    Command::new("ssh-keygen").args(args).env("LC_ALL", "C").output().unwrap()
}

/// Makes a pair and gives the path of its private half.
fn pair(dir: &Path, name: &str, kind: &[&str], passphrase: &str) -> String {
    let path = dir.join(name).to_str().unwrap().to_owned();
    let made = keygen(&[kind, &["-q", "-N", passphrase, "-C", "a comment", "-f", &path]].concat());
    assert!(made.status.success(), "{kind:?}: {}", String::from_utf8_lossy(&made.stderr));
    path
}

/// Bits, fingerprint and comment as `ssh-keygen -l` prints them.
fn listed(path: &str) -> (u32, String, String) {
    let out = String::from_utf8(keygen(&["-l", "-f", path]).stdout).unwrap();
    let words: Vec<&str> = out.trim_end().split(' ').collect();
    (words[0].parse().unwrap(), words[1].to_owned(), words[2..words.len() - 1].join(" "))
}

fn accepted(path: &str, bytes: &[u8], public: bool) -> bool {
    std::fs::write(path, bytes).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let args: &[&str] = if public { &["-l", "-f", path] } else { &["-y", "-P", "", "-f", path] };
    keygen(args).status.success()
}

fn agrees(found: &PublicHalf, public_file: &str) {
    let (bits, fingerprint, comment) = listed(public_file);
    assert_eq!((found.bits, &found.fingerprint), (Some(bits), &fingerprint));
    assert!(found.comment.as_ref().is_none_or(|c| *c == comment), "{found:?}");
}

fn file(path: &str) -> KeyFile {
    read(&std::fs::read(path).unwrap())
}

/// Options of ssh-keygen for the type and the form; the container; why it is not read without a passphrase; whether
/// it is read with one.
type Case<'a> = (&'a [&'a str], &'a [&'a str], Container, Option<Unread>, bool);

#[test]
fn every_type_and_container() {
    let dir = tempfile::tempdir().unwrap();
    let rsa = ["-t", "rsa", "-b", "2049"];
    let p256 = ["-t", "ecdsa", "-b", "256"];
    let cases: [Case<'_>; 9] = [
        (&["-t", "ed25519"], &[], Container::OpenSsh, None, true),
        (&rsa, &[], Container::OpenSsh, None, true),
        (&p256, &[], Container::OpenSsh, None, true),
        (&["-t", "ecdsa", "-b", "384"], &[], Container::OpenSsh, None, true),
        (&["-t", "ecdsa", "-b", "521"], &[], Container::OpenSsh, None, true),
        (&rsa, &["-m", "PEM"], Container::Pkcs1, None, false),
        (&rsa, &["-m", "PKCS8"], Container::Pkcs8, None, false),
        (&p256, &["-m", "PEM"], Container::Sec1, None, false),
        (&p256, &["-m", "PKCS8"], Container::Pkcs8, None, false),
    ];
    for (number, (kind, form, container, unread, readable_if_encrypted)) in cases.into_iter().enumerate() {
        for passphrase in ["", "secret phrase"] {
            let name = format!("{number}-{}", passphrase.len());
            let path = pair(dir.path(), &name, &[kind, form].concat(), passphrase);
            let found = file(&path);
            let locked = !passphrase.is_empty();
            let container = match container {
                Container::Pkcs8 if locked => Container::EncryptedPkcs8,
                other => other,
            };
            assert_eq!((found.container, found.encrypted), (container, locked), "{kind:?} {form:?}");
            assert_eq!((found.half(), found.byte_faults.len()), (Some(Half::Private), 0));
            match &found.public {
                Ok(public) => {
                    agrees(public, &format!("{path}.pub"));
                    assert!(unread.is_none() && (readable_if_encrypted || !locked));
                }
                Err(why) => {
                    let expected = if locked { Unread::Encrypted } else { unread.unwrap() };
                    assert_eq!(*why, expected, "{kind:?} {form:?}");
                }
            }
            let public = file(&format!("{path}.pub"));
            assert_eq!((public.container, public.half()), (Container::PublicLine, Some(Half::Public)));
            agrees(public.public.as_ref().unwrap(), &format!("{path}.pub"));

            let exported = keygen(&["-e", "-f", &format!("{path}.pub")]).stdout;
            let exported = read(&exported);
            assert_eq!(exported.container, Container::Rfc4716);
            let (exported, public) = (exported.public.unwrap(), public.public.unwrap());
            assert_eq!((exported.fingerprint, exported.bits), (public.fingerprint, public.bits));
        }
    }
}

#[test]
fn a_certificate_shows_its_key() {
    let dir = tempfile::tempdir().unwrap();
    let authority = pair(dir.path(), "ca", &["-t", "ed25519"], "");
    let path = pair(dir.path(), "id", &["-t", "ed25519"], "");
    keygen(&["-q", "-s", &authority, "-I", "me", &format!("{path}.pub")]);
    let found = file(&format!("{path}-cert.pub"));
    assert_eq!(found.container, Container::Certificate);
    let public = found.public.unwrap();
    agrees(&public, &format!("{path}.pub"));
    assert_eq!(public.key_type, "ssh-ed25519-cert-v01@openssh.com");
}

type Change = fn(&str) -> Vec<u8>;

/// Each change of the bytes, and the fault that the strictest reader must see.
const CHANGES: [(Change, ByteFault); 8] = [
    (|t| t.replace('\n', "\r\n").into_bytes(), ByteFault::CrLf),
    (|t| format!("\u{feff}{t}").into_bytes(), ByteFault::ByteOrderMark),
    (|t| t.trim_end().as_bytes().to_vec(), ByteFault::NoFinalNewline),
    (|t| t.lines().map(|l| format!("  {l}\n")).collect::<String>().into_bytes(), ByteFault::Indented),
    (|t| format!(" {t}").into_bytes(), ByteFault::Indented),
    (|t| t.replace('\n', " \n").into_bytes(), ByteFault::TrailingBlanks),
    (|t| format!("\n{t}").into_bytes(), ByteFault::TextBefore),
    (
        |t| [0xfeff_u16].into_iter().chain(t.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
        ByteFault::Utf16,
    ),
];

/// There is a fault where, and only where, ssh-keygen refuses the file; and the key is read all the same.
#[test]
fn bytes_that_ssh_refuses() {
    let dir = tempfile::tempdir().unwrap();
    let rsa = ["-t", "rsa", "-b", "2048"];
    let files = [
        pair(dir.path(), "o", &["-t", "ed25519"], ""),
        pair(dir.path(), "p1", &[&rsa[..], &["-m", "PEM"]].concat(), ""),
        pair(dir.path(), "p8", &[&rsa[..], &["-m", "PKCS8"]].concat(), ""),
        dir.path().join("o.pub").to_str().unwrap().to_owned(),
    ];
    let trial = dir.path().join("trial").to_str().unwrap().to_owned();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let good = read(text.as_bytes());
        assert!(good.byte_faults.is_empty());
        let public = good.half() == Some(Half::Public);
        for (change, fault) in CHANGES {
            let bytes = change(&text);
            let found = read(&bytes);
            let works = accepted(&trial, &bytes, public);
            assert_eq!(works, found.byte_faults.is_empty(), "{fault:?} in {path}: {:?}", found.byte_faults);
            assert_eq!(found.public, good.public, "{fault:?} in {path}");
            if good.container == Container::OpenSsh {
                assert!(found.byte_faults.contains(&fault), "{fault:?}: {:?}", found.byte_faults);
            }
        }
        assert!(accepted(&trial, format!("{text}after\n").as_bytes(), public));
        assert!(read(format!("{text}after\n").as_bytes()).byte_faults.is_empty());
    }
}

/// Files of PuTTY (vectors/README.md) beside the same key as OpenSSH writes it, whose fingerprint ssh-keygen gave.
#[test]
fn putty_files() {
    let fingerprint = "SHA256:UCUiLr7Pjs9wFFJMDByLgc3NrtdU344OgUM45wZPcIQ";
    for (text, encrypted) in
        [(include_str!("vectors/id_ed25519.ppk"), false), (include_str!("vectors/id_ed25519_enc.ppk"), true)]
    {
        let found = read(text.as_bytes());
        assert_eq!((found.container, found.encrypted), (Container::Ppk, encrypted));
        let public = found.public.unwrap();
        assert_eq!((public.fingerprint.as_str(), public.bits), (fingerprint, Some(256)));
        assert_eq!(public.comment.as_deref(), Some("user@example.com"));
    }
}

#[test]
fn what_is_not_a_key() {
    for text in ["", "hello\n", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "ssh-rsa\n"]
    {
        let found = read(text.as_bytes());
        assert_eq!((found.container, found.public), (Container::Unknown, Err(Unread::NotAKey)));
    }
    let cut =
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----\n";
    assert_eq!(read(cut.as_bytes()).public, Err(Unread::Damaged));
}

proptest! {
    #[test]
    fn no_file_stops_the_reader(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        text in "((-----BEGIN |OPENSSH |RSA |EC |PRIVATE KEY-----|-----END |---- BEGIN SSH2 PUBLIC KEY ----|PuTTY-User-Key-File-3: |Public-Lines: 9|Comment: \\\\|ssh-rsa |AAAAB3NzaC1yc2E=|b3BlbnNzaC1rZXktdjEA| |\r|\n){0,30})",
    ) {
        let _ = read(&bytes);
        let _ = read(text.as_bytes());
    }
}
