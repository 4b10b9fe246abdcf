//! Secrets in a log, and logs that mean harm.

use doorkey::engine::why::pasted::{judge, texts};
use proptest::prelude::*;
use std::time::Instant;

/// All that could be shown.
fn shown(log: &str) -> String {
    serde_json::to_string(&judge(log)).unwrap()
}

#[test]
fn no_secret_of_a_log_is_shown() {
    let logs = [
        (
            "glpat-AbCdEf123456789xyzqw",
            "fatal: unable to access 'https://ada:glpat-AbCdEf123456789xyzqw@h.example/a.git/': Could not resolve host: h.example",
        ),
        (
            "glpat-xxxx",
            "fatal: unable to access 'https://glpat-xxxx@h.example/a.git/': Could not resolve host: h.example",
        ),
        (
            "hunter2",
            "fatal: unable to access 'https://ada:hun/hunter2@h.example/a.git/': Could not resolve host: h.example",
        ),
        ("hunter2", "fatal: Authentication failed for 'https://ada:hunter2@h.example/a.git/'"),
        (
            "ghp_0123456789abcdefghijABCDEFGHIJ456789",
            "ghp_0123456789abcdefghijABCDEFGHIJ456789 curl: (6) Could not resolve host: h.example",
        ),
        (
            "ghp_0123456789abcdefghijABCDEFGHIJ456789",
            "curl: (6) Could not resolve host: ghp_0123456789abcdefghijABCDEFGHIJ456789",
        ),
        (
            "dXNlcjpwYXNz",
            "curl: (22) The requested URL returned error: 401 Authorization: Basic dXNlcjpwYXNz",
        ),
        (
            "dXNlcjpwYXNz",
            "Authorization: Basic dXNlcjpwYXNz== curl: (22) The requested URL returned error: 401",
        ),
        (
            "abc123secret",
            "Get \"https://h.example/?access_token=abc123secret&x=1\": dial tcp: lookup h.example: no such host",
        ),
        (
            "npm_abcdefghij",
            "npm error code E401 //h.example/:_authToken=npm_abcdefghij0123456789abcdefghij012345",
        ),
        ("s3cr3tpw", "docker: unauthorized: incorrect username or password password=s3cr3tpw"),
        ("tokvalue99", "PRIVATE-TOKEN: tokvalue99 curl: (22) The requested URL returned error: 401"),
        (
            "eyJhbGciOiJIUzI1NiJ9",
            "bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcdefghijkl curl: (22) The requested URL returned error: 403",
        ),
        (
            "hunter2",
            "curl https://ada:hunter2@h.example/\ncurl: (60) SSL certificate problem: certificate has expired",
        ),
        ("hunter2", "https://ada:hunter2@h.example/ nothing that is known"),
    ];
    for (secret, log) in logs {
        let said = shown(log);
        assert!(!said.contains(secret), "{secret} is in {said}");
    }
}

/// A window that begins inside a word must not show the end of a secret, whose beginning alone would tell that it is one.
#[test]
fn no_secret_is_cut_in_two() {
    for pad in 1900..2100 {
        let log = format!(
            "x https://ada:{}@h.example/ {}curl: (6) Could not resolve host: h.example",
            "hunter2".repeat(20),
            "y".repeat(pad)
        );
        assert!(!shown(&log).contains("hunter2"), "{pad}");
        let log = format!(
            "curl: (6) Could not resolve host: h.example {} ghp_{}",
            "y".repeat(pad),
            "0aB1cD2eF3".repeat(4)
        );
        assert!(!shown(&log).contains("0aB1cD2"), "{pad}");
    }
}

#[test]
fn controls_do_not_reach_the_terminal() {
    let log = "\u{202e}\u{1b}]0;title\u{7}\u{8}\u{9b}31m fatal: repository 'https://h.example/\u{200e}a' not found\u{0}\u{1b}[2J";
    let judged = judge(log);
    assert_eq!(judged.causes[0].code, "repository-not-found");
    for line in &judged.causes[0].evidence {
        assert!(!line.chars().any(|c| c.is_control() || matches!(c, '\u{202e}' | '\u{200e}')), "{line:?}");
    }
}

#[test]
fn a_colour_inside_a_text_does_not_hide_it() {
    let judged = judge("\u{1b}[1mcurl: (6) Could\u{1b}[0m not resolve \u{1b}[38;5;1mhost: h.example\u{1b}[K");
    assert_eq!(judged.causes[0].place.host.as_deref(), Some("h.example"));
}

/// Ten megabytes, in the shapes that could be slow. The bound is generous: tests are not optimised and share the machine.
#[test]
fn ten_megabytes_are_read_in_time() {
    let size = 10 << 20;
    let all: String = texts().iter().map(|t| t.says.as_str()).collect::<Vec<_>>().join("\n");
    let anchors: String =
        texts().iter().map(|t| t.like.replace("{host}", "{").replace('*', " ")).collect::<Vec<_>>().join(" ");
    let shapes = [
        "[INFO] compiling module 12 of 400, nothing wrong\n".to_owned(),
        "x".to_owned(),
        all,
        anchors,
        "unable to access '".to_owned(),
        "dial tcp: lookup x on ".to_owned(),
        "https://a:b".to_owned(),
        "\u{1b}[31m".to_owned(),
        "\u{1b}]".to_owned(),
        "\r".to_owned(),
    ];
    for shape in shapes {
        let log: String = shape.repeat(size / shape.len() + 1);
        let begin = Instant::now();
        let judged = judge(&log);
        let took = begin.elapsed();
        println!(
            "{:>6} ms, {} causes: {:?}",
            took.as_millis(),
            judged.causes.len(),
            shape.chars().take(30).collect::<String>()
        );
        assert!(took.as_secs() < 20, "{took:?} for {shape:.40}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..4000)) {
        let _ = judge(&String::from_utf8_lossy(&bytes));
    }

    /// Known texts that are cut and stuck together anyhow.
    #[test]
    fn any_mixture_is_survived(parts in proptest::collection::vec((0..1000_usize, 0..200_usize, "\\PC{0,3}|\u{1b}\\[?|[\r\n]|://|@|\\*"), 0..30)) {
        let mut log = String::new();
        for (index, cut, between) in parts {
            let says = &texts()[index % texts().len()].says;
            log.extend(says.chars().skip(cut / 2).take(cut));
            log.push_str(&between);
        }
        let _ = judge(&log);
    }
}
