//! What `use` puts where git and ssh look: the part for them, when it is doorkey's own and of the same version.

use crate::home::{Home, Ran};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

const PART: &str = env!("CARGO_BIN_EXE_git-credential-doorkey");

/// A home, and the program in a folder of its own; `part` lies beside it.
fn home(part: Option<&[u8]>) -> (Home, PathBuf) {
    let home = Home::prepared();
    let folder = home.outside("bin");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
    let program = folder.join("doorkey");
    crate::executable::write(&program, fs::read(env!("CARGO_BIN_EXE_doorkey")).unwrap());
    if let Some(part) = part {
        crate::executable::write(&folder.join("git-credential-doorkey"), part);
    }
    (home, program)
}

fn run(home: &Home, program: &std::path::Path, words: &[&str]) -> Ran {
    Ran::of(&home.program(program.to_str().unwrap()).args(words).output().unwrap())
}

/// Puts acme in force; says whether git then gets the token from a launcher that is `wanted`, byte for byte.
fn launched(home: &Home, program: &std::path::Path, wanted: &[u8]) -> bool {
    run(home, program, &["use", "acme", "--yes"]).ok();
    let ask = ["-c", "printf 'url=https://git.test/acme/x\\n\\n' | git credential fill"];
    let answer = Ran::of(&home.program("sh").args(ask).output().unwrap()).ok();
    assert!(answer.out.contains("username=ada"), "{answer:#?}");
    fs::read(home.state().join("bin/doorkey")).unwrap() == wanted
}

#[test]
fn the_part_for_git_and_ssh_is_what_they_call() {
    let part = fs::read(PART).unwrap();
    let (home, program) = home(Some(&part));
    assert!(launched(&home, &program, &part));
    let before = home.tree();
    run(&home, &program, &["use", "acme", "--yes"]).ok();
    assert!(before == home.tree(), "a second run changes nothing");
    assert!(!run(&home, &program, &["doctor"]).out.contains("launcher"));
    // It does nothing else.
    let launcher = home.state().join("bin/doorkey");
    for words in [&["status"][..], &[], &["undo", "--yes"], &["credential", "--help"]] {
        let ran = run(&home, &launcher, words).with_code(2);
        assert!(ran.out.is_empty() && ran.err.contains("run the program itself: doorkey"), "{ran:#?}");
    }
    assert!(before == home.tree());
}

#[test]
fn without_it_the_program_itself_is_called() {
    let (home, program) = home(None);
    assert!(launched(&home, &program, &fs::read(&program).unwrap()));
}

#[test]
fn another_version_of_it_is_not_called() {
    let mut part = fs::read(PART).unwrap();
    let said = concat!("doorkey ", env!("CARGO_PKG_VERSION"), ": this part").as_bytes();
    let mut places: Vec<usize> =
        part.windows(said.len()).enumerate().filter(|(_, w)| *w == said).map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    for place in places.drain(..) {
        part[place + "doorkey ".len()] = b'9';
    }
    let (home, program) = home(Some(&part));
    assert!(launched(&home, &program, &fs::read(&program).unwrap()));
}

#[test]
fn one_that_others_may_write_is_not_called() {
    let (home, program) = home(Some(&fs::read(PART).unwrap()));
    fs::set_permissions(program.with_file_name("git-credential-doorkey"), Permissions::from_mode(0o777))
        .unwrap();
    assert!(launched(&home, &program, &fs::read(&program).unwrap()));
}

#[test]
fn the_part_takes_the_programs_place_after_an_upgrade() {
    let (home, program) = home(None);
    assert!(launched(&home, &program, &fs::read(&program).unwrap()));
    let part = fs::read(PART).unwrap();
    crate::executable::write(&program.with_file_name("git-credential-doorkey"), &part);
    assert!(run(&home, &program, &["doctor"]).out.contains("launcher-outdated"));
    assert!(launched(&home, &program, &part));
}
