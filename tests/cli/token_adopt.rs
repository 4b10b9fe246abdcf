//! `token adopt`: the value goes from the file into the store, nothing else of the file changes, and no word of it is
//! said or written down; `undo` gives every byte back.

use crate::canary::{find, forms};
use crate::home::{Home, Ran, walk};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::fs;

/// No token that the store has. Its end is in no other word, so that the search for it finds nothing else.
const LOOSE: &str = "ghp_w3Kd9sLw4pZc6nBh1jYf8gQx7vRt2mAbCdEf";

/// Profile acme is ada on git.test/acme, globex bob on git.test/globex; hooli has code.test/hooli and names no user. No
/// tokens.
fn home() -> Home {
    let home = Home::empty();
    home.store();
    let add = |name: &str, host: &str, user: &[&str]| {
        let fixed = ["profile", "add", name, "--host", host, "--owner", name, "--email", "a@b.test", "--yes"];
        home.run(&[&fixed[..], user].concat()).ok();
    };
    add("acme", "git.test", &["--user", "ada"]);
    add("globex", "git.test", &["--user", "bob"]);
    add("hooli", "code.test", &[]);
    home.run(&["use", "acme", "--yes"]).ok();
    home
}

fn repository(home: &Home, config: impl AsRef<[u8]>) {
    home.write("app/.git/HEAD", "ref: refs/heads/main\n", 0o644);
    home.write("app/.git/config", config, 0o640);
}

fn remote(url: &str) -> String {
    format!("[remote \"origin\"]\n\turl = {url}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n")
}

fn adopt(home: &Home, more: &[&str]) -> Ran {
    let ran = home.run(&[&["token", "adopt", "--yes"][..], more].concat());
    assert!(!ran.err.contains("panicked"), "{ran:#?}");
    ran
}

fn given(home: &Home, path: &str) -> String {
    let request = format!("protocol=https\nhost=git.test\npath={path}\n\n");
    home.run_with(&["credential", "get"], request.as_bytes()).out
}

fn gives(home: &Home, path: &str, user: &str, token: &str) {
    assert_eq!(given(home, path), format!("username={user}\npassword={token}\n"));
}

#[test]
fn each_kind_goes_and_comes_back() {
    let basic = STANDARD.encode(format!("ada:{LOOSE}"));
    let coded: String = LOOSE.bytes().map(|b| format!("%{b:02x}")).collect();
    let file = "app/.git/config";
    let head = "\u{feff}; mine\r\n[core]\r\n\tbare = false ; odd\r\n";
    let tail = "[alias]\r\n   lg=\"log \\\"x\\\"\"";
    let long = |middle: &str| format!("{head}{middle}\r\n{tail}");
    let store = "https://x:y@else.test\r\n";
    let cases = [
        (
            "remote",
            file,
            remote(&format!("https://ada:{LOOSE}@git.test/acme/app.git")),
            remote("https://git.test/acme/app.git"),
        ),
        (
            "coded",
            file,
            remote(&format!("https://ada:{coded}@git.test/acme/app.git")),
            remote("https://git.test/acme/app.git"),
        ),
        (
            "as the user",
            file,
            remote(&format!("https://{LOOSE}@git.test/acme/app")),
            remote("https://git.test/acme/app"),
        ),
        (
            "no name",
            file,
            remote(&format!("https://oauth2:{LOOSE}@git.test:443/acme/app")),
            remote("https://git.test:443/acme/app"),
        ),
        (
            "carriage returns",
            file,
            long(&format!(
                "[remote \"o\"] url = \"https://ada:{LOOSE}@git.test/acme/a\" # why\r\n\tpushurl=https://ada:{LOOSE}@git.test/acme/b"
            )),
            long(
                "[remote \"o\"] url = \"https://git.test/acme/a\" # why\r\n\tpushurl=https://git.test/acme/b",
            ),
        ),
        (
            "submodule",
            file,
            format!("[submodule \"l\"]\n\turl = https://ada:{LOOSE}@git.test/acme/l.git\n"),
            "[submodule \"l\"]\n\turl = https://git.test/acme/l.git\n".into(),
        ),
        (
            "insteadOf",
            ".gitconfig",
            format!("[url \"https://ada:{LOOSE}@git.test/acme/\"]\n\tinsteadOf = acme:\n\tinsteadOf = a:\n"),
            "[url \"https://git.test/acme/\"]\n\tinsteadOf = acme:\n\tinsteadOf = a:\n".into(),
        ),
        (
            "header",
            file,
            long(&format!(
                "[http \"https://git.test/acme/\"]\r\n\textraHeader = AUTHORIZATION: basic {basic}\r\n\tproxy = p:1"
            )),
            long("[http \"https://git.test/acme/\"]\r\n\tproxy = p:1"),
        ),
        (
            "header before equal lines",
            file,
            format!(
                "[http \"https://git.test/acme/\"]\n\textraHeader = Authorization: Basic {basic}\n[a]\nb\n"
            ) + &remote(&format!("https://ada:{LOOSE}@git.test/acme/app.git")).repeat(2),
            "[http \"https://git.test/acme/\"]\n[a]\nb\n".to_owned()
                + &remote("https://git.test/acme/app.git").repeat(2),
        ),
        (
            "header for the whole host, in a repository of one profile",
            file,
            remote("https://git.test/acme/app.git")
                + &format!("[http \"https://git.test/\"]\n\textraheader = AUTHORIZATION: basic {basic}\n"),
            remote("https://git.test/acme/app.git") + "[http \"https://git.test/\"]\n",
        ),
        (
            "header in the line of its section",
            file,
            format!(
                "[http \"https://git.test/acme/\"] extraHeader = \"Authorization: Bearer {LOOSE}\"\n[a]\nb\n"
            ),
            "[http \"https://git.test/acme/\"] \n[a]\nb\n".into(),
        ),
        (
            "line",
            ".git-credentials",
            format!("\u{feff}# mine\r\nhttps://ada:{LOOSE}@git.test\r\n{store}# end"),
            format!("\u{feff}# mine\r\n{store}# end"),
        ),
        (
            "last line",
            ".config/git/credentials",
            format!("#\nhttps://ada:{LOOSE}@git.test/acme/app.git"),
            "#\n".into(),
        ),
    ];
    let search = forms(LOOSE);
    for (what, file, old, new) in cases {
        let home = home();
        let own = if file == ".gitconfig" { home.text(file) } else { String::new() };
        repository(&home, "");
        home.write(file, own.clone() + &old, 0o640);
        let before = home.users_tree();
        let dry = home.run(&["token", "adopt", "--dry-run"]);
        let with_json = home.run(&["token", "adopt", "--dry-run", "--json"]);
        assert_eq!(home.users_tree(), before, "{what}: a dry run writes");
        let ran = adopt(&home, &[]);
        assert_eq!(home.text(file), own + &new, "{what}: {ran:#?}");
        assert_eq!(before.keys().collect::<Vec<_>>(), home.users_tree().keys().collect::<Vec<_>>(), "{what}");
        gives(&home, "acme/app.git", "ada", LOOSE);
        let history = home.run(&["diff"]).ok();
        for said in [&dry, &with_json, &ran, &history] {
            for text in [&said.out, &said.err] {
                assert_eq!(find(&search, text.as_bytes()), None, "{what}: {said:#?}");
            }
        }
        assert!(dry.out.contains("***") && history.out.contains("***"), "{what}: {dry:#?} {history:#?}");
        for (path, found) in home.tree() {
            assert_eq!(find(&search, &found.content), None, "{what}: in {}", path.display());
        }
        // The second run finds nothing to do, and touches nothing.
        let touched = home.tree();
        let again = adopt(&home, &[]);
        assert_eq!(again.code, Some(if what == "line" { 1 } else { 0 }), "{what}: {again:#?}");
        assert_eq!(home.tree(), touched, "{what}: the second run writes");
        let undone = home.run(&["undo", "--yes"]).ok();
        assert_eq!(home.users_tree(), before, "{what}: {undone:#?}");
        assert_eq!(find(&search, (undone.out + &undone.err).as_bytes()), None, "{what}");
        assert_eq!(given(&home, "acme/app.git"), "quit=1\n", "{what}: still in use");
        // And forth again, by taking the undo back.
        let last = home.run(&["history", "--json"]).ok();
        let last: Value = serde_json::from_str(&last.out).unwrap();
        home.run(&["undo", &last["entries"][0]["id"].to_string(), "--yes"]).ok();
        assert!(!home.text(file).contains(LOOSE), "{what}");
        gives(&home, "acme/app.git", "ada", LOOSE);
    }
}

#[test]
fn the_journal_of_an_undo_has_no_value_either() {
    let home = home();
    repository(&home, remote(&format!("https://ada:{LOOSE}@git.test/acme/app.git")));
    adopt(&home, &[]).ok();
    home.run(&["undo", "--yes"]).ok();
    let mut state = Default::default();
    walk(&home.state(), &mut state);
    assert!(state.len() > 5);
    for (path, found) in state {
        assert_eq!(find(&forms(LOOSE), &found.content), None, "{}", path.display());
    }
}

#[test]
fn undo_keeps_what_the_user_wrote_since() {
    let home = home();
    repository(&home, remote(&format!("https://ada:{LOOSE}@git.test/acme/app.git")));
    adopt(&home, &[]).ok();
    let shifted = format!("[user]\n\tname = Me\n{}\tprune = true\n", home.text("app/.git/config"));
    home.write("app/.git/config", &shifted, 0o640);
    home.run(&["undo", "--yes"]).ok();
    let wanted = shifted.replace("https://git.test", &format!("https://ada:{LOOSE}@git.test"));
    assert_eq!(home.text("app/.git/config"), wanted);
    // Where the line itself is another one now, nothing is done.
    adopt(&home, &[]).ok();
    let other = home.text("app/.git/config").replace("acme/app.git", "acme/other.git");
    home.write("app/.git/config", &other, 0o640);
    let refused = home.run(&["undo", "--yes"]).with_code(3);
    assert_eq!(find(&forms(LOOSE), refused.err.as_bytes()), None, "{refused:#?}");
    assert_eq!(home.text("app/.git/config"), other);
    gives(&home, "acme/app.git", "ada", LOOSE);
}

#[test]
fn what_is_not_certain_stays() {
    let url = |rest: &str| remote(&format!("https://ada:{LOOSE}@{rest}"));
    let basic = STANDARD.encode(format!("ada:{LOOSE}"));
    let cases = [
        (url("git.test/initech/app.git"), "no profile speaks for", "doorkey route add https://git.test/initech/app.git"),
        (url("else.test/acme/app.git"), "no profile has", "doorkey profile suggest"),
        (url("git.test:8443/acme/app.git"), "no profile has", "doorkey profile suggest"),
        (url("git.test/acme/../globex/app.git"), "not followed", ""),
        (url("git.test/acme/app.git").replace("https", "http"), "no profile has", ""),
        (url("git.test/acme/app.git").replace("ada:", "bob:"), "login of \"bob\"", "profile edit acme"),
        (url("code.test/hooli/app.git").replace("ada:", ":"), "no user name", "profile edit hooli"),
        (url("evil.test@git.test/acme/app.git"), "a form that is not moved", ""),
        (url(&format!("git.test/acme/app.git ; {LOOSE}x https://ada:{LOOSE}@git.test")), "another secret", ""),
        (url("git.test/acme/app.git") + "[credential]\n\thelper = store\n", "a credential helper of its own (line 5)", "doorkey doctor"),
        (url("git.test/acme/app.git") + "[broken\n", "git cannot read this file", ""),
        (format!("# https://ada:{LOOSE}@git.test/acme/app.git\n"), "in a comment", ""),
        (format!("[http]\n\tproxy = http://ada:{LOOSE}@git.test\n"), "http.proxy is not a setting", ""),
        (url("git.test/acme/app.git") + "[url \"git@git.test:\"]\n\tinsteadOf = https://git.test/\n", "would rewrite the URL", ""),
        (
            remote("https://git.test/acme/a").repeat(2).replacen("acme", "globex", 1)
                + &format!("[http \"https://git.test\"]\n\textraHeader = Authorization: Basic {basic}\n"),
            "remotes of several profiles",
            "doorkey route list",
        ),
        // These speak for every owner of a host that two profiles share.
        (format!("[url \"https://ada:{LOOSE}@git.test/\"]\n\tinsteadOf = x:\n"), "shared by owner", "doorkey route list"),
        (format!("[url \"https://ada:{LOOSE}@git.test/ac\"]\n\tinsteadOf = x:\n"), "beginning of several", ""),
        (format!("[http \"https://git.test/\"]\n\textraHeader = Authorization: Basic {basic}\n"), "shared by owner", ""),
        (format!("[http]\n\textraHeader = Authorization: Basic {basic}\n"), "every host", ""),
        ("[http \"https://git.test/acme/\"]\n\textraHeader = Authorization: Bearer eyJhbGciOiJub25lIn0.e30.e30\n".into(), "in that header only", ""),
    ];
    for (config, why, fix) in cases {
        let home = home();
        repository(&home, &config);
        let before = home.users_tree();
        let ran = adopt(&home, &[]).with_code(1);
        assert!(ran.out.contains(why) && ran.out.contains(fix), "{config}: {why:?} {fix:?} {ran:#?}");
        assert_eq!(find(&forms(LOOSE), (ran.out + &ran.err).as_bytes()), None, "{config}");
        assert_eq!(home.users_tree(), before, "{config}");
        assert_eq!(given(&home, "acme/app.git"), "quit=1\n", "{config}: it is in the store");
    }
}

#[test]
fn another_value_is_replaced_only_when_asked() {
    let home = home();
    home.token("acme", "glpat-the-token-that-was-there-first");
    repository(&home, remote(&format!("https://ada:{LOOSE}@git.test/acme/app.git")));
    let before = home.users_tree();
    let ran = adopt(&home, &[]).with_code(1);
    assert!(ran.out.contains("another token of acme") && ran.out.contains("--replace"), "{ran:#?}");
    assert_eq!(home.users_tree(), before);
    gives(&home, "acme/app.git", "ada", "glpat-the-token-that-was-there-first");
    adopt(&home, &["--replace"]).ok();
    gives(&home, "acme/app.git", "ada", LOOSE);
    home.run(&["undo", "--yes"]).ok();
    gives(&home, "acme/app.git", "ada", "glpat-the-token-that-was-there-first");
    assert_eq!(home.users_tree(), before);
}

#[test]
fn the_same_value_only_leaves_the_file() {
    let home = home();
    home.token("acme", LOOSE);
    repository(&home, remote(&format!("https://ada:{LOOSE}@git.test/acme/app.git")));
    let ran = adopt(&home, &["--json"]).ok();
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(said["schema"], "doorkey/token-adopt/v1");
    assert_eq!(
        (&said["changed"], &said["taken"][0]["record"]),
        (&Value::from(true), &Value::from("same")),
        "{said:#}"
    );
    assert_eq!(
        (&said["taken"][0]["kind"], &said["taken"][0]["profile"]),
        (&Value::from("remote"), &Value::from("acme"))
    );
    home.run(&["undo", "--yes"]).ok();
    gives(&home, "acme/app.git", "ada", LOOSE);
}

/// The URL names nobody any more, so git could not say which of the two it means.
#[test]
fn a_second_user_stays_where_the_profile_names_none() {
    let home = home();
    let second = "ghp_second4pZc6nBh1jYf8gQx7vRt2mAbCdEfGh";
    let config = remote(&format!("https://bob:{LOOSE}@code.test/hooli/app.git"))
        + &remote(&format!("https://eve:{second}@code.test/hooli/app.git")).replace("origin", "eve");
    repository(&home, config);
    let ran = adopt(&home, &[]).with_code(1);
    assert!(ran.out.contains("another user") && ran.out.contains("profile edit hooli"), "{ran:#?}");
    let text = home.text("app/.git/config");
    assert!(text.contains("= https://code.test/hooli/app.git") && text.contains(second), "{text}");
    let request = "protocol=https\nhost=code.test\npath=hooli/app.git\n\n";
    let answer = home.run_with(&["credential", "get"], request.as_bytes()).out;
    assert_eq!(answer, format!("username=bob\npassword={LOOSE}\n"));
}

#[test]
fn a_rule_that_only_gave_the_login_does_not_stand_in_the_way() {
    let home = home();
    let login = format!("https://ada:{LOOSE}@git.test/acme/");
    let rule = format!("[url \"{login}\"]\n\tinsteadOf = https://git.test/acme/\n");
    repository(&home, remote(&format!("{login}app.git")) + &rule);
    adopt(&home, &[]).ok();
    let bare = "https://git.test/acme/";
    let wanted = remote(&format!("{bare}app.git")) + &format!("[url \"{bare}\"]\n\tinsteadOf = {bare}\n");
    assert_eq!(home.text("app/.git/config"), wanted);
}

#[test]
fn a_comment_in_git_credentials_stays() {
    let home = home();
    let text = format!("# old: https://ada:{LOOSE}@git.test/acme/app.git\n");
    home.write(".git-credentials", &text, 0o600);
    adopt(&home, &[]).with_code(1);
    assert_eq!(home.text(".git-credentials"), text);
    assert_eq!(given(&home, "acme/app.git"), "quit=1\n");
}

/// `~/.git-credentials` rarely has a path: on a host of several profiles the name tells whose it is.
#[test]
fn the_name_tells_whose_a_line_without_a_path_is() {
    let home = home();
    home.write(
        ".git-credentials",
        format!("https://bob:{LOOSE}@git.test\nhttps://zed:{LOOSE}@git.test\n"),
        0o600,
    );
    let ran = adopt(&home, &[]).with_code(1);
    assert!(ran.out.contains(".git-credentials:2: https://git.test is shared by owner"), "{ran:#?}");
    assert_eq!(home.text(".git-credentials"), format!("https://zed:{LOOSE}@git.test\n"));
    gives(&home, "globex/app.git", "bob", LOOSE);
    assert_eq!(given(&home, "acme/app.git"), "quit=1\n");
}

#[test]
fn only_the_kinds_and_folders_that_are_named() {
    let home = home();
    repository(&home, remote(&format!("https://ada:{LOOSE}@git.test/acme/app.git")));
    home.write(".git-credentials", format!("https://ada:{LOOSE}@git.test\n"), 0o600);
    let folder = home.path("app").display().to_string();
    adopt(&home, &[&folder, "--kind", "git-credentials"]).ok();
    assert!(home.text("app/.git/config").contains(LOOSE));
    adopt(&home, &["--kind", "git-credentials"]).ok();
    assert!(home.text("app/.git/config").contains(LOOSE) && home.text(".git-credentials").is_empty());
    adopt(&home, &[&folder]).ok();
    assert!(!home.text("app/.git/config").contains(LOOSE));
}

#[test]
fn off_means_that_nothing_is_moved() {
    let home = home();
    repository(&home, remote(&format!("https://ada:{LOOSE}@git.test/acme/app.git")));
    home.run(&["off"]).ok();
    let before = home.users_tree();
    let ran = adopt(&home, &[]).with_code(3);
    assert!(ran.err.contains("doorkey on"), "{ran:#?}");
    assert_eq!(home.users_tree(), before);
}

#[test]
fn a_new_token_is_advised_with_the_page_of_its_host() {
    let home = home();
    let hub =
        ["profile", "add", "hub", "--host", "github.com", "--user", "ada", "--email", "a@b.test", "--yes"];
    home.run(&hub).ok();
    repository(&home, remote(&format!("https://ada:{LOOSE}@github.com/ada/app.git")));
    let ran = adopt(&home, &[]).ok();
    let said = ["lay in plain text", "make it here: https://github.com/settings", "doorkey token add hub"];
    assert!(said.iter().all(|text| ran.out.contains(text) || ran.err.contains(text)), "{ran:#?}");
}

#[test]
fn worktrees_and_submodules_too() {
    let home = home();
    let text = remote(&format!("https://ada:{LOOSE}@git.test/acme/lib.git"));
    repository(&home, "[core]\n\tbare = false\n");
    let files = ["app/.git/modules/lib/config", "app/.git/worktrees/next/config.worktree"];
    files.iter().for_each(|file| home.write(file, &text, 0o644));
    adopt(&home, &[]).ok();
    for file in files {
        assert_eq!(home.text(file), remote("https://git.test/acme/lib.git"), "{file}");
    }
}

#[test]
fn a_link_stays_a_link() {
    let home = home();
    home.write("dots/credentials", format!("https://ada:{LOOSE}@git.test\n"), 0o600);
    std::os::unix::fs::symlink(home.path("dots/credentials"), home.path(".git-credentials")).unwrap();
    adopt(&home, &[]).ok();
    assert!(fs::symlink_metadata(home.path(".git-credentials")).unwrap().is_symlink());
    assert_eq!(home.text("dots/credentials"), "");
}
