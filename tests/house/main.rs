//! The rules of the house, read from the sources themselves.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may touch the machine and must fail loudly"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The longest file that is still one subject.
const LONGEST: usize = 450;

/// A source file: its path below `src`, its text, and the text without comments.
struct Source {
    path: PathBuf,
    text: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    assert!(found.len() > 50, "only {} files below src", found.len());
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.lines().map(without_comment).collect::<Vec<_>>().join("\n");
            found.push(Source { path: path.strip_prefix(root).unwrap().into(), text, code });
        }
    }
}

/// The line up to a `//` that does not stand in a string (`https://`).
fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match c {
            '"' if before != '\\' && before != '\'' => quoted = !quoted,
            '/' if before == '/' && !quoted => return &line[..at - 1],
            _ => {}
        }
        before = c;
    }
    line
}

impl Source {
    /// `cli/profile/add.rs` -> `["cli", "profile", "add"]`.
    fn module(&self) -> Vec<String> {
        let mut parts: Vec<String> =
            self.path.with_extension("").iter().map(|p| p.to_str().unwrap().to_owned()).collect();
        if parts.last().is_some_and(|p| p == "mod") {
            parts.pop();
        }
        parts
    }

    /// The top modules that are named, through `crate::` or enough `super::`s.
    fn names(&self) -> Vec<String> {
        let up = "super::".repeat(self.module().len());
        let mut found = Vec::new();
        for start in ["crate::", up.as_str()] {
            for (at, _) in self.code.match_indices(start) {
                let whole = !self.code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
                let tail = &self.code[at + start.len()..];
                if !whole || tail.starts_with("super::") {
                    continue;
                }
                if let Some(group) = tail.strip_prefix('{') {
                    found.extend(first_names(group));
                } else {
                    found.push(word(tail));
                }
            }
        }
        found
    }
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first segments in `{a::b, c::{d, e}}`, after its opening brace.
fn first_names(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut part = String::new();
    let mut parts = Vec::new();
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => parts.push(std::mem::take(&mut part)),
            _ => part.push(c),
        }
    }
    parts.push(part);
    parts.iter().map(|p| word(p.trim())).filter(|p| !p.is_empty()).collect()
}

/// The table in the doc comment of lib.rs: module -> floor.
fn table() -> BTreeMap<String, u32> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let mut floors = BTreeMap::new();
    for line in text.lines().filter_map(|l| l.strip_prefix("//! ")) {
        let mut words = line.split_whitespace();
        let Some(floor) = words.next().and_then(|w| w.parse().ok()) else { continue };
        floors.extend(words.map(|w| (w.to_owned(), floor)));
    }
    assert!(floors.len() > 8, "the table of floors was not found: {floors:?}");
    floors
}

#[test]
fn imports_point_down_only() {
    let floors = table();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for source in sources() {
        let module = source.module();
        let own = module.first().unwrap();
        if ["main", "lib", "bin"].contains(&own.as_str()) {
            continue;
        }
        let Some(floor) = floors.get(own) else {
            wrong.push(format!("{}: {own} stands on no floor", source.path.display()));
            continue;
        };
        for name in source.names() {
            seen += 1;
            match floors.get(&name) {
                Some(other) if other <= floor => {}
                Some(other) => {
                    wrong.push(format!("{} (floor {floor}): {name} (floor {other})", source.path.display()))
                }
                None => wrong.push(format!("{}: {name} stands on no floor", source.path.display())),
            }
        }
    }
    assert!(seen > 200, "only {seen} imports were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_imports_sees_every_form() {
    let source =
        |path: &str, code: &str| Source { path: path.into(), text: String::new(), code: code.into() };
    let names = |path: &str, code: &str| source(path, code).names();
    assert_eq!(names("sys/fs.rs", "use crate::cli::run;"), ["cli"]);
    assert_eq!(names("sys/fs.rs", "fn f() { crate::engine::apply() }"), ["engine"]);
    assert_eq!(
        names("sys/fs.rs", "use crate::{model::name, cli::{a, b}, secret};"),
        ["model", "cli", "secret"]
    );
    assert_eq!(names("sys/fs.rs", "use super::super::cli;"), ["cli"]);
    assert_eq!(names("sys/fs.rs", "use super::lock;"), Vec::<String>::new());
    assert_eq!(without_comment(r#"let a = "https://x"; // crate::cli"#), r#"let a = "https://x"; "#);
}

#[test]
fn only_sys_touches_the_machine() {
    // Addresses and open streams are values; opening them and asking the resolver is what touches the machine.
    let net = ["TcpStream::", "TcpListener", "Udp", "ToSocketAddrs", "to_socket_addrs"];
    let banned =
        ["std::fs", "std::env", "process::Command", "SystemTime", "std::os::unix::fs", "std::os::unix::net"];
    let mut wrong = Vec::new();
    for source in sources() {
        if source.path.starts_with("sys") {
            continue;
        }
        for (number, line) in source.code.lines().enumerate() {
            // A program's main hands the arguments over.
            let is_main = source.path == Path::new("main.rs") || source.path.starts_with("bin");
            if is_main && line.contains("std::env::args_os()") {
                continue;
            }
            if net.iter().chain(&banned).any(|b| line.contains(b)) {
                wrong.push(format!("{}:{}: {}", source.path.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_is_too_long() {
    let long: Vec<String> = sources()
        .iter()
        .filter(|s| s.text.lines().count() > LONGEST)
        .map(|s| format!("{}: {} lines", s.path.display(), s.text.lines().count()))
        .collect();
    assert!(long.is_empty(), "longer than {LONGEST}: {long:?}");
}

/// A type that can be printed holds a secret as `Secret`, whose Debug is silent, and as nothing else.
#[test]
fn what_can_be_printed_holds_no_bare_secret() {
    let secrets = [
        "password",
        "passphrase",
        "secret",
        "token",
        "credential",
        "private_key",
        "oauth_refresh_token",
        "pin",
    ];
    let bare = ["String", "str", "Vec<u8>", "[u8]", "Text"];
    let mut wrong = Vec::new();
    for source in sources() {
        let mut printable = false;
        let mut inside = 0;
        for line in source.code.lines() {
            let text = line.trim();
            if text.starts_with("#[derive(") {
                printable = text.contains("Debug");
            }
            let opens = text.contains("struct ") || text.contains("enum ");
            if opens && text.ends_with('{') && inside == 0 && printable {
                inside = 1;
                continue;
            }
            if opens && !text.ends_with('{') {
                printable = false;
            }
            if inside == 0 {
                continue;
            }
            inside += text.matches('{').count();
            inside -= text.matches('}').count().min(inside);
            if inside == 0 {
                printable = false;
            }
            let Some((name, kind)) = text.split_once(": ") else { continue };
            let name = name.rsplit(' ').next().unwrap_or_default();
            if secrets.contains(&name) && bare.iter().any(|b| kind.contains(b)) && !kind.contains("Secret") {
                wrong.push(format!("{}: {text}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Debug of the one type that may be printed says nothing.
    let shown = format!("{:?}", doorkey::secret::Secret::copy_of(b"canary"));
    assert!(!shown.contains("canary"), "{shown}");
}
