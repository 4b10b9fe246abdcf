//! Our reading of git's configuration against `git config` and `git credential`.

use crate::programs::{cases, git_is_at_least, program, run};
use doorkey::formats::git_config::{
    Entry, Problem, credential_entries, entries_for_url, parse, quote_subsection, quote_value,
};
use proptest::prelude::*;
use std::path::Path;

thread_local!(static FOLDER: tempfile::TempDir = tempfile::tempdir().unwrap());

fn git(folder: &Path, file: &[u8], args: &[&str]) -> std::process::Output {
    std::fs::write(folder.join("config"), file).unwrap();
    let mut git = program("git", folder);
    git.args(["config", "-z", "-f", "config"]).args(args);
    run(git, b"")
}

/// The entries as `git config -z` prints them.
fn printed<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<u8> {
    let mut out = Vec::new();
    for entry in entries {
        out.extend(entry.name());
        if let Some(value) = &entry.value {
            out.push(b'\n');
            out.extend(value);
        }
        out.push(0);
    }
    out
}

fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// As git of 2.45 and later prints it; before that, every blank inside a value came out as a space.
fn seen(bytes: &[u8]) -> String {
    let fold = |byte: &u8| if matches!(byte, b'\t' | b'\r' | 0x0b | 0x0c) { b' ' } else { *byte };
    if git_is_at_least((2, 45)) { shown(bytes) } else { shown(&bytes.iter().map(fold).collect::<Vec<_>>()) }
}

/// Compares with git: the entries, or the line that git complains of.
fn same_as_git(file: &[u8]) {
    FOLDER.with(|folder| {
        let theirs = git(folder.path(), file, &["--list"]);
        match parse(file) {
            Ok(entries) => {
                assert!(theirs.status.success(), "git refuses {}", shown(file));
                assert_eq!(seen(&printed(&entries)), seen(&theirs.stdout), "{}", shown(file));
                spans_hold(file, &entries);
            }
            Err(fault) => {
                let complaint = String::from_utf8_lossy(&theirs.stderr).into_owned();
                let wanted = format!("bad config line {} ", fault.line);
                assert!(complaint.contains(&wanted), "{fault}: {complaint} {}", shown(file));
            }
        }
    });
}

/// Each span alone is the entry, and a file without it has the other entries.
fn spans_hold(file: &[u8], entries: &[Entry]) {
    for (index, entry) in entries.iter().enumerate() {
        let alone = parse(&file[entry.span.clone()]).unwrap();
        assert_eq!(alone.len(), 1, "{}", shown(file));
        assert_eq!((&alone[0].key, &alone[0].value), (&entry.key, &entry.value));
        let mut rest = file[..entry.span.start].to_vec();
        rest.extend(&file[entry.span.end..]);
        let mut others = entries.to_vec();
        others.remove(index);
        assert_eq!(printed(&parse(&rest).unwrap()), printed(&others), "{}", shown(file));
        let before = &file[..entry.span.start];
        let newlines = before.iter().filter(|&&b| b == b'\n').count();
        let key_line = newlines
            + 1
            + file[entry.span.clone()]
                .iter()
                .take_while(|b| b.is_ascii_whitespace())
                .filter(|&&b| b == b'\n')
                .count();
        assert_eq!(entry.line, key_line, "{}", shown(file));
    }
}

#[test]
fn files_are_read_as_git_reads_them() {
    let files: [&[u8]; 53] = [
        b"",
        b"\xef\xbb\xbf[a]\nb=c\n",
        b"\xef\xbb[a]\nb=c\n",
        b"\xef",
        b"[a]b=c",
        b"[a]\n[]\nb=c",
        b"[a] b = c ; d\n\te\n",
        b"[a \"B\\\"\\\\\\x\"]\nk=v\n",
        b"[A.Bc]\nK=V\n[a.b \"C\"]x=y\n",
        b"[a]\nb = \"x ; y\" z  # c\n",
        b"[a]\nb = x\\\n  y\\\n",
        b"[a]\nb = x  \\\n\n",
        b"[a]\nb = x\\",
        b"[a]\r\nb = c\r\n\r\nd=e\r",
        b"[a]\nb = x\ry\r\n",
        b"[a]\nb = \\t\\n\\b\\\\\\\"\n",
        b"[a]\nb = \\q\n",
        b"[a]\nb = \"open\nc=d\n",
        b"[a]\nb = \"open\\\n more\"\n",
        b"[a]\nb\nc =\nd=\"\"\n",
        b"[a]\nb c\n",
        b"[a]\n1b=c\n",
        b"[a]\nb_c=d\n",
        b"[a\nb=c\n",
        b"[a",
        b"[a ",
        b"[a \"b",
        b"[a \"b\n\"]",
        b"[a \"b\"x]",
        b"[a \"b\" ]",
        b"[a \"b\\\n\"]",
        b"[a\t\r \"b\"]k=v",
        b"[a b]k=v",
        b"[a \"\"]k=v",
        b"[.x]k=v",
        b"[a.]k=v",
        b"[a..b]k=v",
        b"[a-1]k=v",
        b"[a_1]k=v",
        b"[a] [b] k=v\n",
        b"[a]# c\nk=v\n",
        b"[a]\nk=v # c\\\nd=e\n",
        b"# only\n; comments",
        b"[a]\nk = a\tb  c\n",
        b"[a]\nk = \xff\xfe\n",
        b"[a]\nk = v\0w\n",
        b"[a]\n\x0bk = v\n",
        b"]",
        b"=",
        b"[a]\n\n  \n  k=v\n",
        b"[a]\nk = \" x \"\\\n \n",
        b"[http \"https://git.test/\"]\n\tsslVerify\n",
        b"[a]\nk = v\\\r\n w\r\n",
    ];
    for file in files {
        same_as_git(file);
    }
}

#[test]
fn what_git_does_with_names_that_we_do_not_follow() {
    assert_eq!(parse(b"[a \"b\0c\"]\nk=v\n").map_err(|fault| fault.problem), Err(Problem::Nul));
}

#[test]
fn an_entry_does_not_show_its_value() {
    let entries =
        parse(b"[http \"https://me:hunter2@git.test\"]\nextraHeader = Authorization: hunter2\n").unwrap();
    assert_eq!(entries[0].text(), Some("Authorization: hunter2"));
    assert!(entries[0].is("http", "extraheader"));
    assert_eq!(format!("{entries:?}"), "[Entry(http.extraheader at line 2)]");
}

#[test]
fn a_key_on_the_line_of_its_header_leaves_the_header() {
    let file = b"[a] k=v\r\n  l=w \\\r\n x\r\nm=y";
    let spans: Vec<_> = parse(file).unwrap().iter().map(|e| shown(&file[e.span.clone()])).collect();
    assert_eq!(spans, ["k=v", "  l=w \\\\\\r\\n x\\r\\n", "m=y"]);
}

fn piece() -> impl Strategy<Value = &'static [u8]> {
    let pieces: &[&'static [u8]] = &[
        b"[a]",
        b"[A \"b\"]",
        b"[a.B]",
        b"[",
        b"]",
        b"\"",
        b"\\",
        b"\n",
        b"\n",
        b"\n",
        b"\r\n",
        b"\r",
        b" ",
        b"\t",
        b"=",
        b"=",
        b"k",
        b"Key",
        b"x",
        b";",
        b"#",
        b"\\\n",
        b"\\n",
        b"-",
        b".",
        b"1",
        b"\xef\xbb\xbf",
        b"\xc3",
        b"k = v\n",
        b"l=\"a b\" c\n",
        b"_",
    ];
    proptest::sample::select(pieces)
}

const URL_PIECES: &[&str] = &[
    "https://", "https://", "https://", "http://", "HTTPS://", "ssh://", "file://", "git.test", "git.test",
    "git.test", "Git.Test", "*", "*.test", "git.*", ".", "/", "/", "/", "acme", "acme", "Acme", "app",
    "app.git", "..", "me@", "me@", "me:pw@", "@", ":443", ":0443", ":80", ":8443", ":", "%61cme", "%2f",
    "%2F", "%zz", "%20", " ", "?q", "#f", "[::1]",
];

fn url_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (
            proptest::sample::select(&["https://", "https://me@", "http://", "HTTPS://", "https://@", ""][..]),
            proptest::sample::select(&["git.test", "git.test", "git.test.", "GIT.test", "*.test", "git.test:443", "git.test:8443", "git.*", ""][..]),
            proptest::sample::select(&["", "/", "/acme", "/acme/", "/acme/app", "//acme", "/%61cme", "/acme/../acme", "/acme/./app", "/Acme", "/acm", "/./acme", "/acme?q", "//./a", "/a b"][..]),
        ).prop_map(|(a, b, c)| format!("{a}{b}{c}")),
        1 => proptest::collection::vec(proptest::sample::select(URL_PIECES), 1..7).prop_map(|pieces| pieces.concat()),
    ]
}

fn blocks(section: &str, patterns: &[String], lines: impl Fn(usize) -> String) -> Vec<u8> {
    let mut file = Vec::new();
    for (index, pattern) in patterns.iter().enumerate() {
        file.extend(format!("[{section}").into_bytes());
        if pattern != "none" {
            file.push(b' ');
            file.extend(quote_subsection(pattern.as_bytes()).unwrap());
        }
        file.extend(format!("]\n{}", lines(index)).into_bytes());
    }
    file
}

/// `http.*` for the URL, as `git config --get-urlmatch` prints it: sorted, the last of a key.
fn urlmatch_as_git(file: &[u8], url: &str) {
    FOLDER.with(|folder| {
        let theirs = git(folder.path(), file, &["--get-urlmatch", "http", url]);
        let entries = parse(file).unwrap();
        let mut last = std::collections::BTreeMap::new();
        for entry in entries_for_url(&entries, "http", url.as_bytes()) {
            last.insert(entry.key.clone(), entry.value.clone().unwrap());
        }
        let ours: Vec<u8> = last
            .into_iter()
            .flat_map(|(key, value)| [b"http.", key.as_bytes(), b"\n", &value, b"\0"].concat())
            .collect();
        assert_eq!(shown(&ours), shown(&theirs.stdout), "{url}\n{}", String::from_utf8_lossy(file));
    });
}

/// Which blocks' helpers `git credential fill` runs, in order.
fn credential_as_git(file: &[u8], url: &str) {
    FOLDER.with(|folder| {
        std::fs::write(folder.path().join(".gitconfig"), file).unwrap();
        let mut git = program("git", folder.path());
        git.args(["credential", "fill"]);
        let output = run(git, format!("url={url}\n").as_bytes());
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        let theirs: Vec<_> =
            complaint.lines().filter_map(|l| l.strip_prefix("asked ")).map(str::to_owned).collect();
        if theirs.is_empty()
            && !complaint.contains("could not read Username")
            && !complaint.contains("unable to get password")
        {
            return;
        }
        let entries = parse(file).unwrap();
        let ours: Vec<_> = credential_entries(&entries, url.as_bytes())
            .iter()
            .map(|entry| {
                entry.text().unwrap().trim_start_matches("!echo >&2 asked ").trim_end_matches(";:").to_owned()
            })
            .collect();
        assert_eq!(ours, theirs, "{url}\n{}\n{complaint}", String::from_utf8_lossy(file));
    });
}

#[test]
fn the_best_pattern_wins_and_the_later_of_two_equals() {
    let patterns: Vec<String> = [
        "https://git.test",
        "none",
        "https://*.test",
        "https://git.test/acme",
        "https://me@git.test",
        "https://git.test/",
    ]
    .map(str::to_owned)
    .into();
    let file = blocks("http", &patterns, |index| format!("proxy = {index}\n"));
    let entries = parse(&file).unwrap();
    let last = |url: &str| {
        entries_for_url(&entries, "http", url.as_bytes()).last().map(|e| e.text().unwrap().to_owned())
    };
    for (url, winner) in [
        ("https://git.test/acme/app", Some("3")),
        ("https://git.test/acme-labs/app", Some("5")),
        ("https://me@git.test/globex", Some("4")),
        ("https://hub.test/", Some("2")),
        ("https://other.example/", Some("1")),
        ("no-url", None),
    ] {
        assert_eq!(last(url).as_deref(), winner, "{url}");
        urlmatch_as_git(&file, url);
    }
}

#[test]
fn every_fitting_credential_block_counts() {
    let patterns: Vec<String> = [
        "none",
        "https://git.test",
        "git.test",
        "https://git.test/acme",
        "https://",
        "http://git.test",
        "",
        "git.test/acme",
        "https://*.test",
        "me@git.test",
    ]
    .map(str::to_owned)
    .into();
    let file = blocks("credential", &patterns, |index| format!("helper = \"!echo >&2 asked {index};:\"\n"));
    let entries = parse(&file).unwrap();
    let lines: Vec<_> =
        credential_entries(&entries, b"https://git.test/acme").iter().map(|e| e.line / 2 - 1).collect();
    assert_eq!(lines, [0, 1, 2, 3, 4, 6, 7, 8]);
    for url in [
        "https://git.test/acme",
        "https://git.test/acme/app",
        "https://me@git.test",
        "https://hub.test",
        "http://git.test",
    ] {
        credential_as_git(&file, url);
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn any_file_is_read_as_git_reads_it(pieces in proptest::collection::vec(piece(), 0..14), in_section: bool) {
        let mut file = if in_section { b"[s]\nk=".to_vec() } else { vec![] };
        file.extend(pieces.concat());
        same_as_git(&file);
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), url in "\\PC{0,30}") {
        let _ = parse(&bytes);
        let entries = parse(&blocks("http", std::slice::from_ref(&url), |_| "k=v\n".into())).unwrap();
        entries_for_url(&entries, "http", url.as_bytes());
        credential_entries(&entries, url.as_bytes());
    }

    #[test]
    fn what_is_quoted_is_read_back(value in proptest::collection::vec(1u8.., 0..12), name in proptest::collection::vec(prop_oneof![1u8..10, 11u8..], 0..12)) {
        let mut file = b"[a ".to_vec();
        file.extend(quote_subsection(&name).unwrap());
        file.extend(b"]\n\tk = ");
        file.extend(quote_value(&value).unwrap());
        file.push(b'\n');
        let entries = parse(&file).unwrap();
        prop_assert_eq!(entries[0].subsection.as_deref(), Some(name.as_slice()));
        prop_assert_eq!(entries[0].value.as_deref(), Some(value.as_slice()));
        same_as_git(&file);
    }

    #[test]
    fn http_urls_match_as_in_git(patterns in proptest::collection::vec(prop_oneof![8 => url_text(), 1 => Just("none".to_owned())], 1..5), url in url_text()) {
        if !url.starts_with('-') {
            urlmatch_as_git(&blocks("http", &patterns, |index| format!("proxy = {index}\nk{} = {index}\n", index % 2)), &url);
        }
    }

    #[test]
    fn credential_urls_match_as_in_git(patterns in proptest::collection::vec(prop_oneof![8 => url_text(), 1 => Just("none".to_owned())], 1..5), url in url_text()) {
        let file = blocks("credential", &patterns, |index| format!("helper = \"!echo >&2 asked {index};:\"\n"));
        credential_as_git(&file, &url);
    }
}

#[test]
fn nothing_impossible_is_written() {
    assert!(quote_value(b"a\0").is_err());
    assert!(quote_subsection(b"a\0").is_err());
    assert!(quote_subsection(b"a\n").is_err());
}
