//! `doorkey rotate --list`: what expires, in the order in which it does, in every form.

use crate::home::{CANARY, Home, Ran, differences};
use serde_json::Value;
use std::fs;

const PROFILES: &str = ".config/doorkey/profiles";
/// Far over 75 octets, of two and four octets a character, with what calendars and metrics escape.
const LONG: &str = "К, ü; \\\\ 🔑🔑🔑 „Ключевая контора с очень длинным именем“";

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
}

fn done(home: &Home, program: &str, arguments: &[&str]) -> String {
    let output = home.program(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

fn token(home: &Home, profile: &str, expires: &str) {
    let host = format!("{profile}.test");
    home.run(&["profile", "add", profile, "--host", &host, "--user", "u", "--yes"]).ok();
    let mut add = vec!["token", "add", profile, "--stdin", "--yes"];
    if !expires.is_empty() {
        add.extend(["--expires", expires]);
    }
    home.run_with(&add, CANARY.as_bytes()).ok();
}

/// Tokens with an end in the past, in three days, in a year, and with none; an SSH certificate that ends in five days;
/// a CA that ends in nine.
fn ends() -> Home {
    let home = Home::empty();
    home.store();
    home.run(&["profile", "add", "past", "--host", "past.test", "--user", "u", "--yes"]).ok();
    home.run(&["use", "past", "--yes"]).ok();
    // git hands a login of its own to the helper, with an end that is over.
    let stored = format!(
        "protocol=https\nhost=past.test\npath=a/b\nusername=u\npassword={CANARY}x\npassword_expiry_utc=1000000000\n\n"
    );
    home.run_with(&["credential", "store"], stored.as_bytes()).ok();
    token(&home, "soon", &done(&home, "date", &["-u", "-d", "+3 days", "+%F"]));
    token(&home, "year", &done(&home, "date", &["-u", "-d", "+365 days", "+%F"]));
    token(&home, "none", "");
    fs::create_dir_all(home.path(".ssh")).unwrap();
    let file = |name: &str| home.path(&format!(".ssh/{name}")).display().to_string();
    for name in ["id_keys", "authority"] {
        done(&home, "ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", &file(name)]);
    }
    let public = file("id_keys.pub");
    done(&home, "ssh-keygen", &["-q", "-s", &file("authority"), "-I", "me", "-V", "-1d:+5d", &public]);
    home.run(&["profile", "add", "keys", "--host", "keys.test", "--ssh-key", "id_keys", "--yes"]).ok();
    let pem = home.path(&format!("{PROFILES}/corp.pem")).display().to_string();
    let away = home.outside("ca.key").display().to_string();
    let subject = format!("/CN={}", LONG.replace('\\', "\\\\"));
    done(
        &home,
        "openssl",
        &[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-utf8",
            "-days",
            "9",
            "-subj",
            &subject,
            "-keyout",
            &away,
            "-out",
            &pem,
        ],
    );
    let profile = format!("{PROFILES}/keys.toml");
    home.write(&profile, format!("{}\n[trust]\nca = [\"corp.pem\"]\n", home.text(&profile)), 0o600);
    home
}

fn entries(home: &Home, more: &[&str], code: i32) -> Vec<Value> {
    let arguments = [&["rotate", "--list", "--json"], more].concat();
    let value = json(&home.run(&arguments).with_code(code));
    assert_eq!(value["schema"], "doorkey/expiry/v1");
    value["entries"].as_array().unwrap().clone()
}

fn said(entries: &[Value], field: &str) -> Vec<String> {
    entries.iter().map(|e| e[field].as_str().unwrap_or_default().to_owned()).collect()
}

/// The unfolded lines of a calendar, each held to RFC 5545 section 3.1.
fn unfolded(calendar: &str) -> Vec<String> {
    assert!(calendar.ends_with("\r\n"));
    assert_eq!(calendar.matches('\n').count(), calendar.matches("\r\n").count());
    let mut lines: Vec<String> = Vec::new();
    for line in calendar.split_terminator("\r\n") {
        assert!(line.len() <= 75 && !line.contains('\r'), "{line:?}");
        match line.strip_prefix(' ') {
            Some(rest) => lines.last_mut().unwrap().push_str(rest),
            None => lines.push(line.to_owned()),
        }
    }
    lines
}

#[test]
fn everything_stands_on_one_time_line() {
    let home = ends();
    let before = home.tree();
    let found = entries(&home, &[], 0);
    assert_eq!(said(&found, "profile"), ["past", "soon", "keys", "keys", "none", "year", "keys"]);
    assert_eq!(
        said(&found, "kind"),
        ["token", "token", "ssh-certificate", "ca-certificate", "token", "token", "ssh-key"]
    );
    assert_eq!(said(&found, "rule"), ["git", "noted", "valid-before", "not-after", "max-age", "noted", ""]);
    assert_eq!(said(&found, "state"), ["expired", "soon", "soon", "soon", "fine", "fine", "no-end-known"]);
    assert_eq!(found[0]["ends"], 1_000_000_000);
    assert_eq!(found[0]["next"], "doorkey token add past --host past.test --user u");
    assert_eq!(found[3]["next"], "doorkey ca fetch keys.test:443");
    assert!(found[6]["why"].as_str().unwrap().contains("no age limit"));
    // The same again, and of one profile.
    assert_eq!(said(&entries(&home, &[], 0), "id"), said(&found, "id"));
    assert_eq!(entries(&home, &["soon"], 0).len(), 1);
    home.run(&["rotate", "--list", "nobody"]).with_code(2);
    let words = home.run(&["rotate", "--list"]).ok();
    assert!(words.out.contains("expired") && words.out.contains("~/.ssh/id_keys-cert.pub"), "{words:#?}");
    assert!(!words.out.contains("replaces none"), "{words:#?}");
    assert!(home.run(&["rotate"]).ok().out.contains("doorkey replaces none of these by itself"));
    let after = home.tree();
    assert_eq!(before, after, "{:?}", differences(&before, &after));
    // The status names the first of them that still works.
    let status = home.run(&[]);
    assert!(
        status.out.contains("the next to run out: token of soon for https://soon.test (u), on "),
        "{status:#?}"
    );
}

#[test]
fn scripts_ask_what_ends_within_a_time() {
    let home = ends();
    assert_eq!(entries(&home, &["--within", "14d"], 1).len(), 4);
    assert_eq!(entries(&home, &["--within", "2w"], 1).len(), 4);
    assert_eq!(entries(&home, &["--within", "96h"], 1).len(), 2);
    assert_eq!(entries(&home, &["year", "--within", "300d"], 0).len(), 0);
    assert!(
        home.run(&["rotate", "year", "--within", "1d"])
            .ok()
            .out
            .contains("nothing of what is known here ends")
    );
    for wrong in ["14", "d", "-1d", "1y", "1 d", "99999999999d", "+1d", ""] {
        home.run(&["rotate", "--list", &format!("--within={wrong}")]).with_code(2);
    }
    home.run(&["rotate", "--json", "--ics"]).with_code(2);
    home.run(&["rotate", "--metrics", "--ics"]).with_code(2);
    // A store that cannot be read is no "nothing expires".
    fs::rename(home.outside("vault-key"), home.outside("away")).unwrap();
    let ran = home.run(&["rotate", "--list"]).with_code(3);
    assert!(ran.out.contains("id_keys") && ran.err.contains("tokens are missing in this list"), "{ran:#?}");
    assert!(home.run(&["rotate", "--metrics"]).with_code(3).out.contains("doorkey_credentials_complete 0\n"));
}

/// A value of the type TEXT as it was before its escapes (RFC 5545 section 3.3.11).
fn undone(text: &str) -> String {
    let mut chars = text.chars();
    let mut out = String::new();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next().unwrap() {
                'n' | 'N' => out.push('\n'),
                other => out.push(other),
            },
            c => out.push(c),
        }
    }
    out
}

#[test]
fn the_calendar_is_one_that_calendars_read() {
    let home = ends();
    let ran = home.run(&["rotate", "--list", "--ics"]).ok();
    let lines = unfolded(&ran.out);
    assert_eq!(lines[..2], ["BEGIN:VCALENDAR", "VERSION:2.0"]);
    assert_eq!(lines.last().unwrap(), "END:VCALENDAR");
    let mut open: Vec<&str> = Vec::new();
    for line in &lines {
        if let Some(name) = line.strip_prefix("BEGIN:") {
            open.push(name);
        } else if let Some(name) = line.strip_prefix("END:") {
            assert_eq!(open.pop(), Some(name));
        }
    }
    assert!(open.is_empty());
    let count = |head: &str| lines.iter().filter(|line| line.starts_with(head)).count();
    for head in ["BEGIN:VEVENT", "UID:", "DTSTAMP:", "DTSTART;VALUE=DATE:", "SUMMARY:"] {
        assert_eq!(count(head), 6, "{head}");
    }
    assert_eq!(count("BEGIN:VALARM"), 12);
    assert!(lines.contains(&"DTSTART;VALUE=DATE:20010909".to_owned()), "{lines:#?}");
    // The name comes back whole, its escapes undone.
    let found = entries(&home, &["keys"], 0);
    let name = found.iter().find(|e| e["kind"] == "ca-certificate").unwrap()["name"].as_str().unwrap();
    assert!(name.contains("Ключевая контора с очень длинным именем“"), "{name}");
    let summary = format!("SUMMARY:CA certificate of keys: {name} ends");
    assert!(lines.iter().any(|line| undone(line) == summary), "{summary}: {lines:#?}");
    let uids = |out: &str| unfolded(out).into_iter().filter(|l| l.starts_with("UID:")).collect::<Vec<_>>();
    let first = uids(&ran.out);
    assert_eq!(first, uids(&home.run(&["rotate", "--ics"]).ok().out));
    assert_eq!(first.iter().collect::<std::collections::BTreeSet<_>>().len(), 6);
}

#[test]
fn the_metrics_are_ones_that_a_collector_reads() {
    let home = ends();
    let out = home.run(&["rotate", "--list", "--metrics"]).ok().out;
    let mut typed = Vec::new();
    let mut series = std::collections::BTreeSet::new();
    for line in out.lines() {
        if let Some(kind) = line.strip_prefix("# TYPE ") {
            typed.push(kind.split_once(' ').unwrap().0.to_owned());
            assert!(line.ends_with(" gauge"));
        } else if !line.starts_with("# HELP ") {
            let (labels, value) = line.rsplit_once(' ').unwrap();
            value.parse::<i64>().unwrap();
            assert!(typed.iter().any(|name| labels.starts_with(name.as_str())), "{line}");
            assert!(series.insert(labels.to_owned()), "{line} twice");
        }
    }
    assert_eq!(series.len(), 8, "{out}");
    let past = "doorkey_credential_expires_seconds{profile=\"past\",kind=\"token\",name=\"https://past.test (u)\"} 1000000000\n";
    assert!(out.contains(past), "{out}");
    assert!(
        out.contains("doorkey_credentials_without_end 1\n")
            && out.contains("doorkey_credentials_complete 1\n")
    );
}

#[test]
fn no_form_shows_a_secret() {
    let home = ends();
    let key = home.text(".ssh/id_keys");
    let secret = key.lines().nth(2).unwrap();
    for form in [&["rotate"][..], &["rotate", "-v", "--json"], &["rotate", "--ics"], &["rotate", "--metrics"]]
    {
        let ran = home.run(form).ok();
        let all = format!("{}{}", unfold_any(&ran.out), ran.err);
        assert!(!all.contains(&CANARY[..12]) && !all.contains(&CANARY[CANARY.len() - 12..]), "{form:?}");
        assert!(!all.contains(secret), "{form:?}");
    }
}

fn unfold_any(text: &str) -> String {
    text.replace("\r\n ", "")
}

#[test]
fn a_machine_without_profiles_is_told_so() {
    let home = Home::empty();
    let ran = home.run(&["rotate", "--list"]).ok();
    assert!(ran.out.contains("no profiles on this machine yet"), "{ran:#?}");
    assert_eq!(entries(&home, &[], 0).len(), 0);
    let lines = unfolded(&home.run(&["rotate", "--ics"]).ok().out);
    assert_eq!((lines[0].as_str(), lines.last().unwrap().as_str()), ("BEGIN:VCALENDAR", "END:VCALENDAR"));
    home.run(&["rotate", "--list", "--within", "14d"]).ok();
}

#[test]
fn a_thousand_profiles_are_listed() {
    let home = ends();
    for number in 0..1000 {
        let text = format!(
            "version = 1\n\n[[host]]\nname = \"h{number}.test\"\ntransport = \"https\"\n\n[trust]\nca = [\"corp.pem\"]\n"
        );
        home.write(&format!("{PROFILES}/p{number}.toml"), text, 0o600);
    }
    assert_eq!(entries(&home, &[], 0).len(), 1007);
}
