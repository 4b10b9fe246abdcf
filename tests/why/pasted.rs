//! The table of error texts: each entry holds to its own sample, and logs of other things lead to nothing.

use doorkey::engine::why::pasted::{self, causes, judge, texts};
use std::collections::BTreeSet;

#[test]
fn each_text_leads_to_its_own_cause() {
    let mut wrong = Vec::new();
    for text in texts() {
        let judged = judge(&text.says);
        match judged.causes.first() {
            Some(best) if best.code == text.code => {}
            best => wrong.push(format!("{:?}: {:?}, not {}", text.like, best.map(|b| b.code), text.code)),
        }
    }
    println!("{} texts, {} causes", texts().len(), causes().len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(texts().len() >= 150);
}

/// As a CI system shows it: a time stamp and a colour before, `\r\n` behind, other lines around.
#[test]
fn each_text_is_found_in_a_log() {
    for text in texts() {
        let log = format!(
            "step 1 of 3\r\n2026-11-27T10:00:00.123Z \u{1b}[31m{}\u{1b}[0m\r\n##[error]Process completed with exit code 1.\r\n",
            text.says
        );
        let code = judge(&log).causes.first().map(|b| b.code);
        assert_eq!(code, Some(text.code.as_str()), "{log}");
    }
}

#[test]
fn each_cause_is_complete_and_used_and_each_text_has_a_source() {
    let used: BTreeSet<&str> = texts().iter().map(|t| t.code.as_str()).collect();
    let mut codes = BTreeSet::new();
    for cause in causes() {
        assert!(codes.insert(cause.code.as_str()), "{} stands twice", cause.code);
        // What the climb alone says has no text; `repository` holds that to the sources.
        assert_eq!(
            used.contains(cause.code.as_str()),
            !cause.climb,
            "{}: texts lead to it, or climb",
            cause.code
        );
        assert!(
            !cause.cause.is_empty() && !cause.repair.is_empty() && !cause.look.is_empty(),
            "{}",
            cause.code
        );
        assert!(cause.code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", cause.code);
    }
    let kinds = ["captured: ", "lab: ", "source: ", "document: ", "seen: "];
    for text in texts() {
        assert!(codes.contains(text.code.as_str()), "{} is no cause", text.code);
        let source = kinds.iter().find_map(|kind| text.source.strip_prefix(kind));
        assert!(source.is_some_and(|s| !s.is_empty()), "{:?} has the source {:?}", text.like, text.source);
    }
}

#[test]
fn no_two_texts_are_the_same() {
    let mut seen = BTreeSet::new();
    for text in texts() {
        assert!(seen.insert(&text.like), "{:?} stands twice", text.like);
    }
}

#[test]
fn no_repair_weakens_a_check() {
    let weak = [
        "sslverify",
        "gosumdb",
        "goinsecure",
        "gonosumdb",
        "gonosumcheck",
        "goflags=-insecure",
        "--insecure",
        " -k ",
        "stricthostkeychecking",
        "strict-ssl",
        "trusted-host",
        "reject_unauthorized",
        "verify=false",
        "insecure",
        "safe.directory=*",
        "safe.directory '*'",
        "userknownhostsfile",
        "--no-verify",
        "ssh-keygen -r",
        "--force",
        "check-revoke",
        "no-check-certificate",
        "disable",
    ];
    for cause in causes() {
        let said = format!("{} {} ", cause.repair, cause.look).to_ascii_lowercase();
        // To take a weakening setting away, it must be named.
        let repair =
            format!("{} ", cause.repair.replace("go env -u GOINSECURE", "").replace("go env -u GOSUMDB", ""));
        let repair = repair.to_ascii_lowercase();
        // What to look at may name GONOSUMDB; what to do may not.
        let found = weak.iter().find(|word| repair.contains(*word));
        assert!(
            found.is_none() && !said.contains("sslverify"),
            "{}: {found:?} in {}",
            cause.code,
            cause.repair
        );
    }
}

/// Programs named by the task, each with texts of its own.
#[test]
fn every_program_is_spoken_for() {
    let wanted = [
        "git", "ssh", "curl", "go", "npm", "pnpm", "yarn", "pip", "uv", "poetry", "cargo", "Maven", "Gradle",
        "docker", "node", "Python", "Java", ".NET",
    ];
    for program in wanted {
        assert!(texts().iter().any(|t| t.program == program), "nothing of {program}");
    }
}

#[test]
fn logs_of_other_things_are_not_known() {
    let all = include_str!("unrelated.txt");
    let logs: Vec<&str> = all.split("\n=====\n").collect();
    assert!(logs.len() >= 50, "{} logs", logs.len());
    for log in logs {
        let found = judge(log).causes;
        assert!(found.is_empty(), "{:?} {:?} in:\n{log}", found[0].code, found[0].evidence);
    }
    assert!(judge("").causes.is_empty());
}

fn best(log: &str) -> pasted::Found {
    judge(log).causes.into_iter().next().unwrap_or_else(|| panic!("not known:\n{log}"))
}

#[test]
fn the_decisive_line_wins_over_what_follows() {
    let log = "Cloning into 'a'...\ngit@git.acme.example: Permission denied (publickey).\r\n\
        fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\n";
    let found = best(log);
    assert_eq!((found.code, found.place.host.as_deref()), ("key-refused", Some("git.acme.example")));

    let log = "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n\
        Host key for git.acme.example has changed and you have requested strict checking.\nHost key verification failed.\n\
        fatal: Could not read from remote repository.\n";
    let found = best(log);
    assert_eq!((found.code, found.place.host.as_deref()), ("host-key-changed", Some("git.acme.example")));

    let log = "npm error code E404\nnpm error 404 Not Found - GET https://npm.acme.example/@acme%2flib\n\
        npm error A complete log of this run can be found in: /home/ada/.npm/_logs/x-debug-0.log\n";
    let found = best(log);
    assert_eq!((found.code, found.place.host.as_deref()), ("package-not-found", Some("npm.acme.example")));
}

#[test]
fn what_go_wraps_is_git_s_own_cause() {
    let log = "go: git.acme.example/a@v1.0.0: invalid version: git ls-remote -q origin in /go/pkg/mod/cache/vcs/1: exit status 128:\n\
        \tfatal: could not read Username for 'https://git.acme.example': terminal prompts disabled\n\
        Confirm the import path was entered correctly.\n";
    let found = best(log);
    assert_eq!((found.code, found.program), ("no-credential", "git"));
    let log = "go: git.acme.example/a@v1.0.0: invalid version: git ls-remote -q origin in /x: exit status 128:\n\
        \tgit@git.acme.example: Permission denied (publickey).\n\tfatal: Could not read from remote repository.\n";
    assert_eq!(best(log).code, "key-refused");
}

#[test]
fn a_retry_s_warning_says_more_than_pip_s_last_line() {
    let log = "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('<HTTPSConnection object>: \
        Failed to establish a new connection: [Errno 111] Connection refused')': /simple/foo/\n\
        ERROR: No matching distribution found for foo\n";
    let judged = judge(log);
    let codes: Vec<&str> = judged.causes.iter().map(|c| c.code).collect();
    assert_eq!(codes, ["tcp-refused", "package-not-found"]);
}

#[test]
fn a_place_comes_from_the_lines_before_when_the_line_has_none() {
    let found = best(
        "curl -sS https://git.acme.example:8443/x\ncurl: (60) SSL certificate problem: certificate has expired\n",
    );
    assert_eq!((found.place.host.as_deref(), found.place.port), (Some("git.acme.example"), Some(8443)));
    let found = best(
        "curl: (60) SSL certificate problem: self-signed certificate\nMore details here: https://curl.se/docs/sslcerts.html\n",
    );
    assert_eq!(found.place.host, None);
    assert!(found.repair.contains("doorkey inspect HOST:443"), "{}", found.repair);
}

#[test]
fn a_private_module_is_named_in_its_repair() {
    let log = "go: git.acme.example/a@v1.0.0: reading https://proxy.golang.org/git.acme.example/a/@v/v1.0.0.info: 404 Not Found\n";
    let found = best(log);
    assert_eq!(found.code, "go-private-name-leaks");
    assert!(found.repair.contains("GOPRIVATE=git.acme.example/*"), "{}", found.repair);
}
