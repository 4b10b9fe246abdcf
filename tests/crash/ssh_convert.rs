//! `ssh convert`, and its undo, killed: at every moment the file is a key that ssh can read, the same key as before.

use crate::adopt::every_point;
use crate::home::Home;
use crate::scenario::Scenario;

/// A key in the form of older OpenSSL, which a profile names; its public half is missing.
fn old_form(home: &Home) {
    std::fs::remove_file(home.path(".ssh/id_acme")).unwrap();
    let make = ["-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "", "-C", "me", "-f", ".ssh/id_acme"];
    assert!(home.program("ssh-keygen").args(make).status().unwrap().success());
    std::fs::remove_file(home.path(".ssh/id_acme.pub")).unwrap();
}

fn converted(home: &Home) {
    old_form(home);
    home.run(CONVERT).ok();
}

const CONVERT: &[&str] = &["ssh", "convert", ".ssh/id_acme", "--profile", "acme", "--yes"];

/// Whether it is a key, and whether it is in one of the two forms as a whole.
fn is_a_key(scenario: &Scenario) -> (bool, bool) {
    assert!(scenario.reads_key(".ssh/id_acme"), "no key: {}", scenario.text(".ssh/id_acme"));
    (true, true)
}

#[test]
fn killed_while_it_is_written_anew() {
    every_point(&Scenario::new("ssh convert", old_form, CONVERT, ""), is_a_key);
}

#[test]
fn killed_while_it_is_put_back() {
    every_point(&Scenario::new("undo of ssh convert", converted, &["undo", "--yes"], ""), is_a_key);
}
