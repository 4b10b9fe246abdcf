//! What stands beside a broken rung: the checks that explain it, a resolver's file, a name server's bytes.

use doorkey::checks;
use doorkey::engine::why::repository::table;
use doorkey::formats::resolv_conf;
use doorkey::probes::name_server::{Word, read};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fs;
use std::net::Ipv4Addr;
use std::path::PathBuf;

#[test]
fn every_check_that_explains_a_rung_exists() {
    for (rung, list) in table() {
        let once: BTreeSet<&&str> = list.iter().collect();
        assert_eq!(once.len(), list.len(), "{rung} names a check twice");
        for code in *list {
            assert!(checks::by_code(code).is_some(), "{rung} names {code}, which is no check");
        }
    }
}

/// Every code that the ladder can break at, as the sources have it, stands in the table that `explain` reads.
#[test]
fn every_code_of_a_rung_is_explained() {
    let table = fs::read_to_string("templates/errors.toml").unwrap();
    let mut looked = 0;
    let mut folders: Vec<PathBuf> =
        ["src/probes", "src/engine/verify", "src/engine/why"].map(PathBuf::from).to_vec();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for call in text.split("broken(").skip(1) {
                // The first string of the call, where it comes before the call's end, is the code.
                let head: String = call.chars().take(90).collect();
                let Some(code) = head.split('"').nth(1).filter(|_| !head.starts_with(')')) else { continue };
                let is_code = code.contains('-') && code.chars().all(|c| c.is_ascii_lowercase() || c == '-');
                if is_code && head.split('"').next().is_some_and(|before| !before.contains(')')) {
                    looked += 1;
                    let line = format!("code = \"{code}\"");
                    assert!(table.contains(&line), "{}: {code} is not explained", path.display());
                }
            }
        }
    }
    assert!(looked > 40, "only {looked} codes were found: the reader of the sources is broken");
}

#[test]
fn resolv_conf_as_its_manual_says() {
    let text = "# a comment\nnameserver 192.0.2.1\nnameserver fe80::1%eth0\nsearch a.test b.test\n\
        nameserver nonsense\nnameserver 192.0.2.2\nnameserver 192.0.2.3\noptions ndots:2\ndomain c.test\n";
    let read = resolv_conf::read(text);
    let servers: Vec<String> = read.servers.iter().map(ToString::to_string).collect();
    assert_eq!(servers, ["192.0.2.1", "fe80::1", "192.0.2.2"], "no more than three (MAXNS)");
    assert_eq!(read.search, ["c.test"], "the last line counts");
}

/// Header, one question for `a.b`, and one answer of type A.
fn answer(flags: u16, address: [u8; 4]) -> Vec<u8> {
    let mut bytes = vec![0x12, 0x34];
    bytes.extend(flags.to_be_bytes());
    bytes.extend([0, 1, 0, 1, 0, 0, 0, 0]);
    bytes.extend(b"\x01a\x01b\x00\x00\x01\x00\x01");
    bytes.extend(b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04");
    bytes.extend(address);
    bytes
}

#[test]
fn answers_of_name_servers() {
    let good = answer(0x8180, [192, 0, 2, 7]);
    assert_eq!(read(&good, 0x1234), Word::Addresses(vec![Ipv4Addr::new(192, 0, 2, 7).into()]));
    assert_eq!(read(&good, 0x1235), Word::Nonsense, "another question's answer");
    assert_eq!(read(&answer(0x0100, [1, 1, 1, 1]), 0x1234), Word::Nonsense, "a question is no answer");
    assert_eq!(read(&answer(0x8183, [1, 1, 1, 1]), 0x1234), Word::NoSuchName);
    assert_eq!(read(&answer(0x8182, [1, 1, 1, 1]), 0x1234), Word::Trouble("SERVFAIL".into()));
    assert_eq!(read(&answer(0x8185, [1, 1, 1, 1]), 0x1234), Word::Trouble("REFUSED".into()));
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = read(&bytes, 0);
    }

    #[test]
    fn a_damaged_answer_is_read(at in 0usize..45, byte in any::<u8>()) {
        let mut bytes = answer(0x8180, [192, 0, 2, 7]);
        if let Some(place) = bytes.get_mut(at) { *place = byte; }
        let _ = read(&bytes, 0x1234);
    }
}
