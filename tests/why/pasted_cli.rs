//! `doorkey why -` and `doorkey explain CODE` as people and scripts use them.

use doorkey::engine::why::pasted::causes;
use serde_json::Value;
use std::io::Write;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

fn doorkey(arguments: &[&str], input: &[u8]) -> Output {
    let home = TempDir::new().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_doorkey"))
        .args(arguments)
        .env_clear()
        .env("HOME", home.path())
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses its arguments does not read.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

const KNOWN: &[u8] = b"fatal: unable to access 'https://ada:hunter2@git.acme.example/a.git/': Could not resolve host: git.acme.example\n";

#[test]
fn a_known_text_is_a_finding() {
    for arguments in [&["why", "-"][..], &["why"]] {
        let out = doorkey(arguments, KNOWN);
        let said = String::from_utf8(out.stdout).unwrap();
        assert_eq!(out.status.code(), Some(1), "{said}");
        assert!(
            said.contains("dns-no-such-name (dns)") && said.contains("getent hosts git.acme.example"),
            "{said}"
        );
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn a_known_text_as_json() {
    let out = doorkey(&["why", "-", "--json"], KNOWN);
    assert_eq!(out.status.code(), Some(1));
    let document: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(document["schema"], "doorkey/why-text/v1");
    let best = &document["causes"][0];
    assert_eq!((best["code"].as_str(), best["rung"].as_str()), (Some("dns-no-such-name"), Some("dns")));
    assert_eq!(best["place"]["host"], "git.acme.example");
    assert_eq!(best["sureness"], "certain");
    assert!(!document.to_string().contains("hunter2"));
}

#[test]
fn an_unknown_text_says_so_and_what_to_try() {
    let out = doorkey(&["why", "-"], b"error[E0308]: mismatched types\n");
    let said = String::from_utf8(out.stdout).unwrap();
    assert_eq!(out.status.code(), Some(3), "{said}");
    assert!(said.contains("does not know this text"), "{said}");
    let out = doorkey(&["why", "-"], b"it broke at https://u:hunter2@git.acme.example/a.git somehow\n");
    let said = String::from_utf8(out.stdout).unwrap();
    assert_eq!(out.status.code(), Some(3), "{said}");
    assert!(said.contains("git.acme.example/a.git") && !said.contains("hunter2"), "{said}");
    let document = doorkey(&["why", "-", "--json"], b"\xff\xfe\x00").stdout;
    let document: Value = serde_json::from_slice(&document).unwrap();
    assert_eq!(document["known"], false);
}

#[test]
fn every_code_can_be_explained() {
    for cause in causes() {
        let out = doorkey(&["explain", &cause.code], b"");
        let said = String::from_utf8(out.stdout).unwrap();
        assert_eq!(out.status.code(), Some(0), "{}: {said}", cause.code);
        assert!(
            said.starts_with(&cause.code) && !said.contains("{host}") && !said.contains("{inspect}"),
            "{said}"
        );
    }
}

/// A repair names commands that are there.
#[test]
fn the_commands_of_each_repair_exist() {
    let mut seen = std::collections::BTreeSet::new();
    for cause in causes() {
        for piece in cause.repair.split("doorkey ").skip(1) {
            let is_command = |w: &&str| {
                w.starts_with(|c: char| c.is_ascii_lowercase())
                    && w.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
            };
            let words: Vec<&str> = piece.split([' ', ';', ',']).take_while(is_command).collect();
            seen.insert((
                words.first().copied().unwrap_or_default(),
                words.get(1).copied().filter(|w| *w != "to"),
            ));
        }
    }
    assert!(seen.len() > 5, "{seen:?}");
    for (command, second) in seen {
        let mut arguments = vec![command];
        arguments.extend(second);
        arguments.push("--help");
        let out = doorkey(&arguments, b"");
        assert_eq!(out.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
    }
}
