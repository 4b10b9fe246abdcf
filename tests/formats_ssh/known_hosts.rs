//! `known_hosts` against `ssh-keygen -F`, recorded and live.

use doorkey::formats::known_hosts::{Fault, KnownHosts, Marker, Twin, parse};
use proptest::prelude::*;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

const FILES: [(&str, &[u8]); 3] = [
    ("openssh_hostkeys", include_bytes!("vectors/known_hosts/openssh_hostkeys")),
    ("rust_ssh_key", include_bytes!("vectors/known_hosts/rust_ssh_key")),
    ("shapes", include_bytes!("vectors/known_hosts/shapes")),
];

/// `[host]:port` back to its parts, where the port is not 22.
fn parts(name: &str) -> Option<(&str, u16)> {
    let Some((host, port)) = name.strip_prefix('[').and_then(|n| n.split_once("]:")) else {
        return Some((name, 22));
    };
    // ssh itself never asks for `[host]:22`.
    (port != "22").then(|| (host, port.parse().unwrap()))
}

#[test]
fn recorded_lookups() {
    let mut cases = 0;
    for line in include_str!("vectors/known_hosts.jsonl").lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let (_, bytes) = FILES.iter().find(|(name, _)| case["file"] == *name).unwrap();
        let known = parse(bytes);
        let Some((host, port)) = parts(case["host"].as_str().unwrap()) else { continue };
        if host == "SISYPHUS.example.com" {
            // `-F` hashes the name as it is typed; ssh puts it into lower case first, and so do we.
            continue;
        }
        let ours: Vec<_> = known
            .lookup(host, port)
            .map(|e| {
                let marker = e.marker.map(|m| if m == Marker::Revoked { "REVOKED" } else { "CA" });
                (e.line, marker, e.key_type.as_str())
            })
            .collect();
        let theirs: Vec<_> = case["matches"]
            .as_array()
            .unwrap()
            .iter()
            .map(|m| {
                let number = usize::try_from(m["line"].as_u64().unwrap()).unwrap();
                (number, m["marker"].as_str(), m["key_type"].as_str().unwrap())
            })
            // `-F` does not decode the keys; ssh does, and skips the line.
            .filter(|(number, ..)| {
                !known.faults.iter().any(|b| b.line == *number && b.fault == Fault::OtherType)
            })
            .collect();
        assert_eq!(ours, theirs, "{line}");
        cases += 1;
    }
    assert_eq!(cases, 54);
}

fn bad_lines(known: &KnownHosts) -> Vec<(usize, Fault)> {
    known.faults.iter().map(|b| (b.line, b.fault)).collect()
}

#[test]
fn bad_lines_are_named() {
    let known = parse(FILES[2].1);
    assert_eq!(
        bad_lines(&known),
        [
            (16, Fault::NotBase64),
            (22, Fault::CutOff),
            (23, Fault::OtherType),
            (24, Fault::BadHash),
            (25, Fault::BadHash),
            (26, Fault::Protocol1),
        ]
    );
    assert_eq!(known.twins("dup.example", 22), [Twin { first: 19, second: 20, same_key: true }]);
    let markers = parse(b"\xef\xbb\xbf@wrong h ssh-rsa AAAA\n@revoked @revoked h x y\nh ssh-rsa ****\nh\n");
    let wrong = [
        (1, Fault::ByteOrderMark),
        (1, Fault::BadMarker),
        (2, Fault::BadMarker),
        (3, Fault::NotBase64),
        (4, Fault::CutOff),
    ];
    assert_eq!(bad_lines(&markers), wrong);
}

fn keygen(args: &[&str]) -> String {
    let out = Command::new("ssh-keygen").args(args).output().unwrap();
    String::from_utf8(out.stdout).unwrap()
}

fn public_key(dir: &Path, name: &str) -> String {
    let path = dir.join(name);
    keygen(&["-q", "-t", "ed25519", "-N", "", "-C", "c", "-f", path.to_str().unwrap()]);
    std::fs::read_to_string(path.with_extension("pub")).unwrap().trim_end().to_owned()
}

/// `ssh-keygen -H` hides the names; then each name is looked up both ways.
#[test]
fn hashed_names_and_fingerprints() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (public_key(dir.path(), "one"), public_key(dir.path(), "two"));
    let file = dir.path().join("known_hosts");
    let path = file.to_str().unwrap();
    let text = format!(
        "git.test,10.0.0.1 {one}\n[git.test]:2222 {two}\r\n*.corp {one}\ngit.test {two}\n@cert-authority ca.test {one}\n"
    );
    std::fs::write(&file, text).unwrap();
    keygen(&["-q", "-H", "-f", path]);
    let bytes = std::fs::read(&file).unwrap();
    assert!(bytes.starts_with(b"|1|"));
    let known = parse(&bytes);
    assert_eq!(bad_lines(&known), []);
    let mut hits = 0;
    for (host, port, name) in [
        ("git.test", 22, "git.test"),
        ("10.0.0.1", 22, "10.0.0.1"),
        ("GIT.test", 2222, "[git.test]:2222"),
        ("a.corp", 22, "a.corp"),
        ("ca.test", 22, "ca.test"),
        ("git.test", 23, "[git.test]:23"),
        ("other", 22, "other"),
    ] {
        let said = keygen(&["-F", name, "-f", path]);
        let theirs: Vec<usize> = said
            .lines()
            .filter_map(|l| l.strip_prefix("# Host ")?.split_once("found: line ")?.1.split(' ').next())
            .map(|n| n.parse().unwrap())
            .collect();
        let ours: Vec<usize> = known.lookup(host, port).map(|e| e.line).collect();
        assert_eq!(ours, theirs, "{name}");
        hits += ours.len();
    }
    assert_eq!(hits, 6);
    let twins = known.twins("git.test", 22);
    assert_eq!((twins.len(), twins[0].same_key), (1, false));
    let listed = keygen(&["-l", "-f", dir.path().join("one.pub").to_str().unwrap()]);
    assert_eq!(listed.split(' ').nth(1).unwrap(), known.entries[0].fingerprint());
}

proptest! {
    #[test]
    fn no_file_stops_the_reader(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        text in "((@revoked|@|\\|1\\||h|,|!|\\*|ssh-rsa|AAAA|AAAAB3NzaC1yc2E=| |\t|\r|\n){0,30})",
    ) {
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            let known = parse(bytes);
            for entry in &known.entries {
                prop_assert!(entry.span.end <= bytes.len());
            }
            let _ = known.twins("h", 22);
        }
    }
}
