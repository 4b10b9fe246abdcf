//! The user's own files keep everything but doorkey's line, and git and ssh read it (SECURITY rules 20 and 26).

use crate::home::Home;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};

const NAME: &str = "[user]\n\tname = Me\n\temail = me@home.test\n";

fn with_gitconfig(bytes: &[u8]) -> Home {
    let home = Home::prepared();
    home.write(".gitconfig", bytes, 0o644);
    home
}

#[test]
fn every_gitconfig_that_git_reads_is_extended_and_given_back() {
    let crlf = NAME.replace('\n', "\r\n");
    let bom = format!("\u{feff}{NAME}");
    let cases: &[(&str, &str)] = &[
        ("empty", ""),
        ("plain", NAME),
        ("no final newline", NAME.trim_end()),
        ("crlf", &crlf),
        ("crlf, no final newline", crlf.trim_end()),
        ("byte order mark", &bom),
        ("ends in a comment", "[user]\n\temail = me@home.test\n# end"),
        ("ends in a continued value", "[user]\n\temail = me@home.test\n[alias]\n\tx = log \\\n"),
        ("ends in a backslash without newline", "[user]\n\temail = me@home.test\n[alias]\n\tx = log \\"),
        ("ends in an escaped backslash", "[user]\n\temail = me@home.test\n[alias]\n\tx = \"log \\\\\"\n"),
        ("a section head without newline", "[user]\n\temail = me@home.test\n[color]"),
        ("blank lines and odd indentation", "\n\n   [user] email=me@home.test\n\n\n"),
    ];
    for (what, text) in cases {
        let home = with_gitconfig(text.as_bytes());
        let name = home.git("user.email");
        home.run(&["use", "acme", "--yes"]).ok();
        let all = home.git("user.email");
        assert_eq!(all, format!("{name}ada@acme.test\n"), "{what}: {}", home.text(".gitconfig"));
        assert!(home.read(".gitconfig").starts_with(text.as_bytes()), "{what}");
        assert_eq!(fs::metadata(home.path(".gitconfig")).unwrap().mode() & 0o7777, 0o644, "{what}");
        home.run(&["undo", "--yes"]).ok();
        assert_eq!(home.read(".gitconfig"), text.as_bytes(), "{what}");
    }
}

#[test]
fn a_linked_gitconfig_stays_a_link_and_is_written_through() {
    let home = Home::prepared();
    home.write("dotfiles/gitconfig", NAME, 0o600);
    symlink("dotfiles/gitconfig", home.path(".gitconfig")).unwrap();
    home.run(&["use", "acme", "--yes"]).ok();
    assert_eq!(fs::read_link(home.path(".gitconfig")).unwrap().to_str(), Some("dotfiles/gitconfig"));
    assert!(home.text("dotfiles/gitconfig").contains("[include]"));
    assert!(home.git("user.email").ends_with("ada@acme.test\n"));
    assert_eq!(fs::read_dir(home.path("dotfiles")).unwrap().count(), 1);
    home.run(&["undo", "--yes"]).ok();
    assert_eq!(home.text("dotfiles/gitconfig"), NAME);
}

#[test]
fn a_link_out_of_the_home_folder_is_refused_and_nothing_is_written() {
    let home = Home::prepared();
    fs::write(home.outside("theirs"), NAME).unwrap();
    symlink(home.outside("theirs"), home.path(".gitconfig")).unwrap();
    let before = home.tree();
    let ran = home.run(&["use", "acme", "--yes"]).with_code(3);
    assert!(ran.err.contains("outside your home folder"), "{ran:#?}");
    let users = |tree: crate::home::Tree| {
        tree.into_iter()
            .filter(|(p, _)| !p.starts_with(home.state()))
            .map(|(p, f)| (p, f.content))
            .collect::<Vec<_>>()
    };
    assert_eq!(users(home.tree()), users(before));
    assert_eq!(fs::read_to_string(home.outside("theirs")).unwrap(), NAME);
    home.run(&["current"]).with_code(1);
}

#[test]
fn a_profile_keeps_its_line_ends_comments_and_order() {
    for (what, end, bom) in [("lf", "\n", ""), ("crlf", "\r\n", ""), ("bom", "\n", "\u{feff}")] {
        let home = Home::prepared();
        let file = ".config/doorkey/profiles/acme.toml";
        let text = format!(
            "{bom}# mine\nversion = 1   # one\n\n[[host]]\nowners = [ 'acme', ]\nname = \"git.test\"\n# tail\n"
        )
        .replace('\n', end);
        home.write(file, &text, 0o600);
        home.run(&["route", "add", "https://git.test/other/fork", "acme", "--yes"]).ok();
        let after = home.text(file);
        for line in text.lines() {
            assert!(after.contains(line), "{what}: {line:?} is gone from {after:?}");
        }
        assert!(after.starts_with(bom), "{what}: {after:?}");
        assert_eq!(
            after.matches("\r\n").count(),
            if end == "\r\n" { after.lines().count() } else { 0 },
            "{what}"
        );
        home.run(&["undo", "--yes"]).ok();
        assert_eq!(home.text(file), text, "{what}");
    }
}
