//! `.netrc` against recorded answers of curl. The files in `netrc/curl.jsonl` come from the tests of curl (curl
//! licence), CPython (PSF-2.0) and Go (BSD-3-Clause).

use crate::programs::cases;
use doorkey::formats::netrc::{Netrc, OpenQuote};
use proptest::prelude::*;

/// `user:password` byte for byte in Latin-1, as the answers were written down.
fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&b| char::from(b)).collect()
}

#[test]
fn curl_takes_the_same() {
    let mut asked = 0;
    for line in include_str!("netrc/curl.jsonl").lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let file = case["text"].as_str().unwrap();
        let netrc = Netrc::parse(file.as_bytes());
        for question in case["asked"].as_array().unwrap() {
            asked += 1;
            let (host, login, curl) =
                (question[0].as_str().unwrap(), question[1].as_str(), question[2].as_str());
            let Ok(netrc) = &netrc else {
                assert_eq!(curl, None, "{file}");
                continue;
            };
            let ours = netrc
                .taken(host, login)
                .map(|taken| latin1(taken.login.expose()) + ":" + &latin1(taken.password.expose()));
            // curl sends a user name of the URL without password where it finds none.
            let ours = ours.unwrap_or_else(|| login.map_or("-".into(), |login| format!("{login}:")));
            assert_eq!(Some(ours.as_str()), curl, "{host} {login:?} {file}");
        }
    }
    assert!(asked > 150, "{asked}");
}

#[test]
fn entries_and_places() {
    let file = b"# machine no.test\nmachine a.test login me\n  password \"p w\\\"\" account x # c\n\
macdef m\nmachine b.test\n\ndefault\nlogin d\nmachine c.test macdef n\nlogin no\n";
    let netrc = Netrc::parse(file).unwrap();
    let shown: Vec<_> = netrc.entries.iter().map(|e| (e.host.as_deref(), e.line)).collect();
    assert_eq!(shown, [(Some("a.test"), 2), (None, 7), (Some("c.test"), 9)]);
    let first = &netrc.entries[0];
    let password = first.password.as_ref().unwrap();
    assert_eq!((password.value.expose(), password.line), (&b"p w\""[..], 3));
    assert_eq!(&file[password.span.clone()], b"\"p w\\\"\"");
    assert_eq!(&file[first.span.clone()], b"machine a.test login me\n  password \"p w\\\"\" account x");
    assert_eq!(first.account.as_ref().unwrap().value.expose(), b"x");
    assert!(netrc.entries[2].login.is_none());
    assert!(!format!("{netrc:?}").contains("p w"));
    assert_eq!(netrc.taken("A.TEST", None).unwrap().line, 2);
    assert_eq!(Netrc::parse(b"\nmachine a password \"x\n").map(|_| ()), Err(OpenQuote { line: 2 }));
}

const PIECES: &[&str] = &[
    "machine ",
    "default ",
    "login ",
    "password ",
    "account ",
    "macdef ",
    "h ",
    "x ",
    "\"",
    "\\",
    "#",
    "\n",
    "\n\n",
    "\r\n",
    " ",
];

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = Netrc::parse(&bytes).map(|netrc| (netrc.taken("h", None), netrc.taken("h", Some("x"))));
    }

    #[test]
    fn spans_lie_in_the_file(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..20)) {
        let file = pieces.concat();
        if let Ok(netrc) = Netrc::parse(file.as_bytes()) {
            for entry in &netrc.entries {
                let text = &file[entry.span.clone()];
                prop_assert!(text.starts_with("machine") || text.starts_with("default"));
                for field in [&entry.login, &entry.password, &entry.account].into_iter().flatten() {
                    prop_assert!(entry.span.start < field.span.start && field.span.end <= entry.span.end);
                }
            }
            let _ = netrc.taken("h", None);
        }
    }
}
