//! Tokens that `gh` or another git helper gives: only where the profile says so, only for its host and user, never as a
//! fall-back. git's own `store` and `cache` are asked for real; a stand-in plays `gh` and helpers that misbehave.

use crate::executable;
use crate::home::{CANARY, Home, Ran, feed};
use std::path::PathBuf;

const ASK: &str = "protocol=https\nhost=git.test\npath=acme/app.git\n\n";
const GH: &str = "gho_16C7e42F292c6912E7710c838347Ae178B4a";

/// A profile whose token comes from there; programs of the test come first in PATH.
fn home(from: &str) -> Home {
    let home = Home::in_force();
    let file = ".config/doorkey/profiles/acme.toml";
    let borrowed = format!("user = \"ada\", from = \"{from}\" }} # by hand");
    let text = home.text(file).replace("user = \"ada\" }", &borrowed);
    assert!(text.contains(from), "{text}");
    home.write(file, &text, 0o600);
    std::fs::create_dir_all(bin(&home)).unwrap();
    home.run(&["use", "acme", "--yes"]).ok();
    home
}

fn bin(home: &Home) -> PathBuf {
    home.outside("bin")
}

fn stand_in(home: &Home, name: &str, script: &str) {
    executable::write(&bin(home).join(name), format!("#!/bin/sh\n{script}\n"));
}

/// doorkey with the test's programs and these variables.
fn doorkey(home: &Home, words: &[&str], input: &str, variables: &[(&str, &str)]) -> Ran {
    let mut command = home.doorkey();
    let path = format!("{}:{}", bin(home).display(), std::env::var("PATH").unwrap());
    command.args(words).env("PATH", path).envs(variables.iter().copied());
    feed(command, input.as_bytes())
}

fn get(home: &Home) -> Ran {
    doorkey(home, &["credential", "get"], ASK, &[])
}

/// Refused: closed, with a reason, and without any token.
fn refused(ran: &Ran, why: &str) {
    assert_eq!(ran.out, "quit=1\n", "{ran:?}");
    assert!(ran.err.contains(why), "{ran:?}");
    assert!(!ran.err.contains(GH) && !ran.err.contains(CANARY), "{ran:?}");
}

/// As gh 2.40 and later: knows one login, and shouts when it could take a token from the environment.
const GH_SCRIPT: &str = r#"
[ -z "$GH_TOKEN$GITHUB_TOKEN$GH_ENTERPRISE_TOKEN$GITHUB_ENTERPRISE_TOKEN$GH_HOST" ] || { echo from-the-environment; exit 0; }
[ "$GH_PROMPT_DISABLED" = 1 ] || exit 9
case "$*" in
  'auth token --hostname git.test --user ada') cat "$HOME/gh-token" ;;
  *) echo "no oauth token found" >&2; exit 1 ;;
esac"#;

#[test]
fn gh_gives_the_token_of_its_host_and_user() {
    let home = home("gh");
    let bare = bin(&home).display().to_string();
    refused(&doorkey(&home, &["credential", "get"], ASK, &[("PATH", &bare)]), "gh is not installed");
    stand_in(&home, "gh", GH_SCRIPT);
    home.write("gh-token", format!("{GH}\n"), 0o600);
    let answer = format!("username=ada\npassword={GH}\n");
    assert_eq!(get(&home).ok().out, answer);
    // The token that the store has for it is never given, nor one of the environment.
    let variables = [("GH_TOKEN", "x"), ("GITHUB_TOKEN", "x"), ("GH_HOST", "evil.test")];
    assert_eq!(doorkey(&home, &["credential", "get"], ASK, &variables).out, answer);
    let other = ASK.replace("\n\n", "\nusername=bob\n\n");
    refused(&doorkey(&home, &["credential", "get"], &other, &[]), "git asks for user \"bob\"");
    let others = ASK.replace("acme/", "globex/");
    refused(&doorkey(&home, &["credential", "get"], &others, &[]), "no profile claims owner");
    home.write("gh-token", "", 0o600);
    refused(&get(&home), "gh is not logged in");
    home.write("gh-token", "two words\n", 0o600);
    refused(&get(&home), "gh is not logged in");
    stand_in(&home, "gh", "echo 'unknown flag: --user' >&2; exit 1");
    refused(&get(&home), "2.40 or later");
    stand_in(&home, "gh", "sleep 600");
    refused(&get(&home), "did not answer within 3s");
}

#[test]
fn a_borrowed_token_that_was_refused_is_not_sent_again() {
    let home = home("gh");
    stand_in(&home, "gh", GH_SCRIPT);
    home.write("gh-token", format!("{GH}\n"), 0o600);
    let erase = |value: &str| {
        let input = ASK.replace("\n\n", &format!("\nusername=ada\npassword={value}\n\n"));
        doorkey(&home, &["credential", "erase"], &input, &[]).ok();
    };
    erase("another");
    assert!(get(&home).out.contains(GH), "another value was refused");
    erase(GH);
    refused(&get(&home), "refused this token");
    let before = home.tree();
    erase(GH);
    assert_eq!(home.tree(), before, "the second time writes nothing");
    // gh has a new one.
    home.write("gh-token", "gho_new\n", 0o600);
    assert!(get(&home).ok().out.contains("password=gho_new\n"));
    // Nothing that git reports to have worked is kept.
    let worked = ASK.replace("\n\n", "\nusername=ada\npassword=gho_new\n\n");
    let before = home.tree();
    doorkey(&home, &["credential", "store"], &worked, &[]).ok();
    assert_eq!(home.tree(), before);

    // Refused in the form of a header.
    let header = ASK.replace("\n\n", "\ncapability[]=authtype\n\n");
    let answer = doorkey(&home, &["credential", "get"], &header, &[]).ok().out;
    let credential = answer.lines().find(|l| l.starts_with("credential=")).unwrap().to_owned();
    let erase = ASK.replace("\n\n", &format!("\ncapability[]=authtype\nauthtype=Basic\n{credential}\n\n"));
    doorkey(&home, &["credential", "erase"], &erase, &[]).ok();
    refused(&get(&home), "refused this token");
}

#[test]
fn gits_own_helpers_give_theirs() {
    for helper in ["store", "cache"] {
        let home = home(&format!("helper:{helper}"));
        refused(&get(&home), "has none");
        let known = "protocol=https\nhost=git.test\nusername=ada\npassword=from-the-helper\n\n";
        let mut keep = home.program("git");
        keep.args([&format!("credential-{helper}"), "store"]);
        feed(keep, known.as_bytes()).ok();
        assert_eq!(get(&home).ok().out, "username=ada\npassword=from-the-helper\n");
        if helper == "cache" {
            assert!(home.program("git").args(["credential-cache", "exit"]).status().unwrap().success());
        }
    }
}

#[test]
fn an_answer_for_another_place_or_user_is_not_used() {
    let home = home("helper:odd");
    refused(&get(&home), "git credential-odd is not installed");
    let good = "username=ada\npassword=odd-secret\n";
    let answers = [
        ("host=evil.test\n", "another host"),
        ("host=git.test:8443\n", "another host"),
        ("protocol=http\n", "another protocol"),
        ("username=ada\n", "git's protocol"),
        ("x\n", "git's protocol"),
        ("quit=1\n", "has none"),
    ];
    for (line, why) in answers {
        stand_in(&home, "git-credential-odd", &format!("printf '%s' '{line}{good}'"));
        refused(&get(&home), why);
    }
    for (answer, why) in
        [("password=x\n", "another user"), ("username=bob\npassword=x\n", "another user"), ("", "has none")]
    {
        stand_in(&home, "git-credential-odd", &format!("printf '%s' '{answer}'"));
        refused(&get(&home), why);
    }
    stand_in(&home, "git-credential-odd", &format!("printf '%s' '{good}'; exit 1"));
    refused(&get(&home), "failed");
    stand_in(&home, "git-credential-odd", "sleep 600");
    refused(&get(&home), "did not answer within 3s");
    // As Git Credential Manager answers; and with the end of its life.
    let whole = "protocol=https\nhost=git.test\npath=\nusername=ada\npassword=odd-secret\npassword_expiry_utc=99999999999\n";
    stand_in(&home, "git-credential-odd", &format!("cat >\"$HOME/asked\"; printf '%s' '{whole}'"));
    assert!(get(&home).ok().out.contains("password=odd-secret\npassword_expiry_utc=99999999999\n"));
    assert_eq!(home.text("asked"), "protocol=https\nhost=git.test\nusername=ada\n\n");
    stand_in(&home, "git-credential-odd", &format!("printf '%s' '{good}password_expiry_utc=1\n'"));
    refused(&get(&home), "expired");
}

#[test]
fn people_see_where_it_comes_from() {
    let home = home("gh");
    stand_in(&home, "gh", GH_SCRIPT);
    home.write("gh-token", format!("{GH}\n"), 0o600);
    let listed = doorkey(&home, &["token", "list"], "", &[]).ok().out;
    assert!(listed.contains("asked of gh each time"), "{listed}");
    let json: serde_json::Value =
        serde_json::from_str(&doorkey(&home, &["token", "list", "--json"], "", &[]).ok().out).unwrap();
    assert_eq!(json["borrowed"][0]["from"], "gh");
    let added = doorkey(&home, &["token", "add", "acme", "--stdin", "--yes"], "x", &[]);
    assert!(added.code == Some(2) && added.err.contains("comes from gh"), "{added:?}");
    let doctor = || doorkey(&home, &["doctor", "--json", "--only", "borrowed-token-missing"], "", &[]).out;
    assert!(!doctor().contains("gets no token"), "{}", doctor());
    home.write("gh-token", "", 0o600);
    assert!(doctor().contains("gh auth login --hostname git.test"), "{}", doctor());
    doorkey(&home, &["profile", "check"], "", &[]).ok();
    let file = ".config/doorkey/profiles/acme.toml";
    assert!(home.text(file).contains("# by hand"));
    let good = home.text(file);
    for wrong in ["helper:doorkey", "helper:../x", "helper:", "helper:a b", "gh2", "helper:-x"] {
        home.write(file, good.replace("\"gh\"", &format!("\"{wrong}\"")), 0o600);
        let said = doorkey(&home, &["profile", "check"], "", &[]);
        assert!(said.code != Some(0) && format!("{said:?}").contains("neither"), "{wrong}: {said:?}");
    }
    home.write(file, good.replace("user = \"ada\", ", ""), 0o600);
    let said = doorkey(&home, &["profile", "check"], "", &[]);
    assert!(format!("{said:?}").contains("needs its user"), "{said:?}");
}
