//! A machine on which something is broken already: doorkey says so, and does not say that all is well.

use crate::home::Home;

#[test]
fn use_and_on_are_refused_while_git_cannot_read_its_configuration() {
    let home = Home::in_force();
    home.run(&["off"]).ok();
    let good = home.text(".gitconfig");
    home.write(".gitconfig", format!("{good}[broken\n"), 0o644);
    // The oracle: git stops in that line, whatever it is asked.
    let git = home.program("git").args(["config", "user.name"]).output().unwrap();
    let said = String::from_utf8_lossy(&git.stderr).into_owned();
    let line = good.lines().count() + 1;
    assert!(!git.status.success() && said.contains(&format!("line {line}")), "{said}");
    let before = home.tree();
    for command in [&["use", "acme", "--yes"][..], &["on"]] {
        let ran = home.run(command).with_code(1);
        assert!(ran.err.contains(&format!("~/.gitconfig: line {line}")), "{ran:#?}");
        assert!(ran.err.contains("fix: ") && ran.out.is_empty(), "{ran:#?}");
        assert_eq!(home.tree(), before);
    }
    // One that git reads in some folders only does not keep the others waiting.
    home.write(".gitconfig", format!("{good}[includeIf \"gitdir:~/old/\"]\n\tpath = ~/old.inc\n"), 0o644);
    home.write("old.inc", "[broken\n", 0o644);
    home.run(&["on"]).ok();
    assert_eq!(home.git("user.email"), "ada@acme.test\n");
    // Off works whatever is broken.
    home.write(".gitconfig", "[broken\n", 0o644);
    home.run(&["off"]).ok();
}
