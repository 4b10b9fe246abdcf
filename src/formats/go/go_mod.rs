//! go.mod: what a module requires, and with what it replaces it (go.dev/ref/mod#go-mod-file).
//!
//! Reads as `golang.org/x/mod/modfile` does, and goes on after a bad line, so that every fault is told with its line.

mod words;

use super::version;
use words::{Word, words};

/// A module and its version; no version where none is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Module {
    /// Its path, or the folder that stands for it.
    pub path: String,
    /// `v1.2.3`.
    pub version: Option<String>,
}

impl std::fmt::Display for Module {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.version {
            Some(version) => write!(f, "{}@{version}", self.path),
            None => f.write_str(&self.path),
        }
    }
}

impl Module {
    /// Whether it is a folder on this machine (`modfile.IsDirectoryPath`).
    #[must_use]
    pub fn is_folder(&self) -> bool {
        let path = self.path.as_str();
        path == "." || path == ".." || ["./", "../", "/"].iter().any(|start| path.starts_with(start))
    }
}

/// A module that is required or excluded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// In which line, from 1.
    pub line: usize,
    /// Which.
    pub module: Module,
    /// `// indirect`.
    pub indirect: bool,
}

/// A replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replace {
    /// In which line, from 1.
    pub line: usize,
    /// What is replaced.
    pub old: Module,
    /// By what.
    pub new: Module,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which, from 1.
    pub line: usize,
    /// Of what kind.
    pub kind: FaultKind,
    /// In words close to go's own.
    pub words: String,
}

/// Kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The line cannot be read.
    Syntax,
    /// A version that is not of the form v1.2.3.
    Version,
    /// The version's major number and the end of the module's path differ.
    Major,
}

/// A go.mod file.
#[derive(Debug, Clone, Default)]
pub struct GoMod {
    /// The module's own path.
    pub module: Option<String>,
    /// The version of the language.
    pub go: Option<String>,
    /// The toolchain that it wants.
    pub toolchain: Option<String>,
    /// In order.
    pub require: Vec<Named>,
    /// In order.
    pub exclude: Vec<Named>,
    /// In order.
    pub replace: Vec<Replace>,
    /// Versions or ranges that its author takes back, as written.
    pub retract: Vec<String>,
    /// In order.
    pub faults: Vec<Fault>,
}

impl GoMod {
    /// Reads it.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let mut file = Self::default();
        let mut block: Option<String> = None;
        for (index, line) in bytes.split(|b| *b == b'\n').enumerate() {
            let number = index + 1;
            let text = String::from_utf8_lossy(line);
            let (list, comment) = match words(&text) {
                Ok(found) => found,
                Err(problem) => {
                    file.fault(number, FaultKind::Syntax, problem);
                    continue;
                }
            };
            let verb_and_rest = match (&block, list.split_first()) {
                (_, None) => continue,
                (Some(_), Some((Word::Close, _))) => {
                    block = None;
                    continue;
                }
                (Some(verb), Some(_)) => (verb.clone(), list.as_slice()),
                (None, Some((Word::Text(verb), rest))) => {
                    if matches!(rest, [Word::Open]) {
                        block = Some(verb.clone());
                        continue;
                    }
                    (verb.clone(), rest)
                }
                (None, Some(_)) => {
                    file.fault(number, FaultKind::Syntax, "unexpected bracket or arrow");
                    continue;
                }
            };
            file.line(number, &verb_and_rest.0, verb_and_rest.1, comment);
        }
        if block.is_some() {
            file.fault(
                bytes.split(|b| *b == b'\n').count(),
                FaultKind::Syntax,
                "a block has no closing bracket",
            );
        }
        file
    }

    /// The replacement that holds for a module (`modload.Replacement`): one for this version before one for all.
    #[must_use]
    pub fn replacement(&self, path: &str, version: Option<&str>) -> Option<&Replace> {
        let of = |wanted: Option<&str>| {
            self.replace.iter().rev().find(|r| r.old.path == path && r.old.version.as_deref() == wanted)
        };
        version.and_then(|v| of(Some(v))).or_else(|| of(None))
    }

    /// What it requires of a module.
    #[must_use]
    pub fn required(&self, path: &str) -> Option<&Named> {
        self.require.iter().find(|r| r.module.path == path)
    }

    fn fault(&mut self, line: usize, kind: FaultKind, words: impl Into<String>) {
        self.faults.push(Fault { line, kind, words: words.into() });
    }

    fn line(&mut self, line: usize, verb: &str, rest: &[Word], comment: &str) {
        match (verb, rest) {
            ("module", [Word::Text(path)]) => self.module = Some(path.clone()),
            ("go", [Word::Text(text)]) => self.go = Some(text.clone()),
            ("toolchain", [Word::Text(text)]) => self.toolchain = Some(text.clone()),
            ("require" | "exclude", [Word::Text(path), Word::Text(written)]) => {
                self.check(line, path, written);
                let module = Module { path: path.clone(), version: Some(written.clone()) };
                let indirect = comment.trim() == "indirect" || comment.trim().starts_with("indirect;");
                let list = if verb == "require" { &mut self.require } else { &mut self.exclude };
                list.push(Named { line, module, indirect });
            }
            ("replace", words) => self.replaced(line, words),
            ("retract", words) => {
                let parts = words.iter().map(|w| match w {
                    Word::Text(text) => text.as_str(),
                    _ => "",
                });
                self.retract.push(parts.collect::<Vec<_>>().join(" "));
            }
            // Newer directives, which this reader has no use for.
            ("godebug" | "tool" | "ignore", _) => {}
            ("module" | "go" | "toolchain" | "require" | "exclude", _) => {
                let wants =
                    if matches!(verb, "require" | "exclude") { "module/path v1.2.3" } else { "one word" };
                self.fault(line, FaultKind::Syntax, format!("usage: {verb} {wants}"));
            }
            _ => self.fault(line, FaultKind::Syntax, format!("unknown directive: {verb}")),
        }
    }

    fn replaced(&mut self, line: usize, rest: &[Word]) {
        let Some(arrow) = rest.iter().position(|w| *w == Word::Arrow) else {
            return self.fault(
                line,
                FaultKind::Syntax,
                "usage: replace module/path [v1.2.3] => other/module v1.4",
            );
        };
        let side = |words: &[Word]| match words {
            [Word::Text(path)] => Some(Module { path: path.clone(), version: None }),
            [Word::Text(path), Word::Text(version)] => {
                Some(Module { path: path.clone(), version: Some(version.clone()) })
            }
            _ => None,
        };
        let (left, right) = rest.split_at(arrow);
        let (Some(old), Some(new)) = (side(left), side(right.get(1..).unwrap_or_default())) else {
            return self.fault(
                line,
                FaultKind::Syntax,
                "usage: replace module/path [v1.2.3] => other/module v1.4",
            );
        };
        if let Some(written) = &old.version {
            self.check(line, &old.path, written);
        }
        match (&new.version, new.is_folder()) {
            (None, false) => self.fault(
                line,
                FaultKind::Syntax,
                "replacement module without version must be directory path (rooted or starting with ./ or ../)",
            ),
            (Some(_), true) => {
                let words = format!("replacement module directory path {:?} cannot have version", new.path);
                self.fault(line, FaultKind::Syntax, words);
            }
            (Some(written), false) => self.check(line, &new.path, written),
            (None, true) => {}
        }
        self.replace.push(Replace { line, old, new });
    }

    /// A branch or commit is a version for `go mod tidy`, which writes it anew; in a committed file it is none.
    fn check(&mut self, line: usize, path: &str, written: &str) {
        if !version::is_canonical(written) {
            let words = format!("version {written:?} invalid: must be of the form v1.2.3");
            self.fault(line, FaultKind::Version, words);
        } else if let Some(words) = version::mismatch(path, written) {
            self.fault(line, FaultKind::Major, format!("version {written:?} invalid: {words}"));
        }
    }
}
