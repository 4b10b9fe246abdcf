//! Every file of `src/checks` is registered, and every code is explained.

use crate::home::Home;
use doorkey::checks::{ALL, by_code};
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn every_check_file_is_registered_under_its_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checks");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().replace('_', "-"))
        .filter(|name| name != "mod")
        .collect();
    let codes: BTreeSet<String> = ALL.iter().map(|check| check.code.to_owned()).collect();
    assert_eq!(
        files, codes,
        "a check's file has the name of its code, and stands in the list of src/checks/mod.rs"
    );
    assert_eq!(ALL.len(), codes.len(), "no code twice");
    assert!(ALL.len() >= 25);
}

#[test]
fn every_check_says_what_it_sees_why_it_hurts_and_what_mends() {
    for check in ALL {
        for text in [check.title, check.sees, check.hurts, check.mends] {
            assert!(
                text.len() > 10 && !text.ends_with('.') && !text.contains('\n'),
                "{}: {text:?}",
                check.code
            );
        }
    }
    assert!(by_code("no-such-code").is_none());
}

#[test]
fn explain_knows_every_code() {
    let home = Home::new();
    let all = home.doorkey(&["explain", "--json"]).fine().json();
    assert_eq!(all["checks"].as_array().unwrap().len(), ALL.len());
    let table = home.doorkey(&["explain"]).fine().out;
    for check in ALL {
        assert!(table.contains(check.code), "{}", check.code);
        let one = home.doorkey(&["explain", check.code]).fine().out;
        assert!(one.contains(check.hurts) && one.contains(check.mends), "{one}");
    }
    let wrong = home.doorkey(&["explain", "key-readable"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("key-readable-by-others"), "{}", wrong.err);
}
