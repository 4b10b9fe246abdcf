//! Everything that was planted is found, where it is and whose it is; and nothing else.

use crate::clean;
use crate::planted::{Garden, Planted, plant};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// Runs `doorkey token scan` with nothing but HOME in its environment.
pub(crate) fn scan(home: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorkey"));
    command
        .args(["token", "scan"])
        .args(words)
        .env_clear()
        .env("HOME", home)
        .current_dir(home)
        .output()
        .unwrap()
}

pub(crate) fn document(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stdout)))
}

fn text<'a>(finding: &'a Value, field: &str) -> Option<&'a str> {
    finding[field].as_str()
}

/// The finding of what was planted: the same file, and exactly its bytes.
fn finding_of<'a>(home: &Path, planted: &Planted, findings: &'a [Value]) -> Option<&'a Value> {
    let path = home.join(&planted.file);
    let bytes = fs::read(&path).unwrap();
    findings.iter().find(|f| {
        let span = |n: usize| f["span"][n].as_u64().unwrap() as usize;
        text(f, "path") == path.to_str()
            && bytes[span(0)..span(1)] == *planted.written.trim_matches('"').as_bytes()
            || (text(f, "path") == path.to_str() && bytes[span(0)..span(1)] == *planted.written.as_bytes())
    })
}

fn assert_found(home: &Path, garden: &Garden, findings: &[Value]) {
    let mut wrong = Vec::new();
    for planted in &garden.planted {
        let Some(finding) = finding_of(home, planted, findings) else {
            wrong.push(format!("not found: {planted:?}"));
            continue;
        };
        let told = (
            text(finding, "keeper").unwrap(),
            text(finding, "host"),
            text(finding, "user"),
            text(finding, "kind"),
        );
        let expected = (planted.keeper, planted.host, planted.user, planted.kind);
        if told != expected {
            wrong.push(format!("{}: {told:?} and not {expected:?}", planted.file));
        }
        let bytes = fs::read(home.join(&planted.file)).unwrap();
        let start = finding["span"][0].as_u64().unwrap() as usize;
        let line = bytes[..start].iter().filter(|b| **b == b'\n').count() + 1;
        if finding["line"] != line {
            wrong.push(format!("{}: line {} and not {line}", planted.file, finding["line"]));
        }
    }
    let more = findings
        .iter()
        .filter(|f| !garden.planted.iter().any(|p| finding_of(home, p, std::slice::from_ref(f)).is_some()));
    wrong.extend(more.map(|f| format!("false alarm: {f}")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn eighty_secrets_among_ten_thousand_clean_files() {
    let home = TempDir::with_prefix("doorkey-scan-").unwrap();
    clean::fill(home.path(), 10_000);
    let garden = plant();
    assert!(garden.planted.len() >= 80, "only {}", garden.planted.len());
    let kinds: BTreeSet<_> = garden.planted.iter().map(|p| (p.keeper, p.kind)).collect();
    assert!(kinds.len() >= 25);
    let before = scan(home.path(), &["--json"]);
    assert_eq!(
        document(&before)["findings"].as_array().unwrap().len(),
        0,
        "{:#}",
        document(&before)["findings"]
    );
    assert_eq!(before.status.code(), Some(0));
    garden.write(home.path());

    let output = scan(home.path(), &["--json"]);
    assert_eq!(output.status.code(), Some(1));
    let document = document(&output);
    assert_eq!(document["schema"], "doorkey/token-scan/v1");
    assert_found(home.path(), &garden, document["findings"].as_array().unwrap());
    assert!(document["summary"]["files"].as_u64().unwrap() > 9000);
    assert_eq!(document["summary"]["secrets"], garden.planted.len());

    // For people too: everything, in clear text and without a value.
    let people = scan(home.path(), &[]);
    let shown =
        format!("{}{}", String::from_utf8_lossy(&people.stdout), String::from_utf8_lossy(&people.stderr));
    let json = String::from_utf8_lossy(&output.stdout);
    for planted in &garden.planted {
        assert!(shown.contains(&format!("~/{}:", planted.file)), "{} is not told", planted.file);
        let tail = &planted.written[planted.written.len() - 8..];
        assert!(!shown.contains(tail) && !json.contains(tail), "the value in {} is shown", planted.file);
    }
}

#[test]
fn one_secret_in_several_places_has_one_number() {
    let home = TempDir::with_prefix("doorkey-scan-").unwrap();
    let token = "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";
    fs::write(home.path().join(".netrc"), format!("machine github.com login ada password {token}\n"))
        .unwrap();
    fs::write(
        home.path().join("notes.txt"),
        format!("{token} and 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\n"),
    )
    .unwrap();
    fs::write(home.path().join(".git-credentials"), format!("https://ada:{token}@github.com\n")).unwrap();
    fs::set_permissions(home.path().join(".netrc"), fs::Permissions::from_mode(0o600)).unwrap();
    let document = document(&scan(home.path(), &["--json", "--jobs", "3"]));
    let findings = document["findings"].as_array().unwrap();
    let number = |file: &str, place: usize| {
        let path = home.path().join(file);
        let mut of = findings.iter().filter(|f| f["path"].as_str() == path.to_str()).collect::<Vec<_>>();
        of.sort_by_key(|f| f["span"][0].as_u64());
        of[place]["number"].clone()
    };
    assert_eq!(number(".netrc", 0), number("notes.txt", 0));
    assert_eq!(number(".netrc", 0), number(".git-credentials", 0));
    assert_ne!(number("notes.txt", 0), number("notes.txt", 1));
    assert_eq!(document["summary"]["secrets"], 2);
    assert_eq!(document["summary"]["places"], 4);
    let open = |file: &str| {
        findings.iter().find(|f| f["path"].as_str().unwrap().ends_with(file)).unwrap()["readable-by-others"]
            .clone()
    };
    assert_eq!((open(".netrc"), open("notes.txt")), (false.into(), true.into()));
}
