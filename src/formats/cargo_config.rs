//! cargo's `credentials.toml` and `config.toml`: the tokens, and how a registry is left to a credential provider, byte for
//! byte.

use super::loose;
use crate::secret::Secret;
use std::ops::Range;
use toml_edit::{Document, Item, TableLike};

/// crates.io's name in cargo's configuration.
pub const CRATES_IO: &str = "crates-io";

/// A token of `credentials.toml`, in a line of its own.
#[derive(Debug)]
pub struct Token {
    /// 1-based.
    pub line: usize,
    /// The registry's name; [`CRATES_IO`] for cargo's own.
    pub registry: String,
    /// The token.
    pub value: Secret,
    /// Its line.
    pub region: Range<usize>,
    /// The line with the token masked.
    pub shown: Vec<u8>,
}

/// A token that is not moved.
#[derive(Debug)]
pub struct Odd {
    /// 1-based; 0 = the whole file.
    pub line: usize,
    /// Why.
    pub why: String,
}

/// The tokens of `credentials.toml`.
#[must_use]
pub fn tokens(bytes: &[u8]) -> Vec<Result<Token, Odd>> {
    let Some(file) = document(bytes) else {
        return vec![Err(Odd { line: 0, why: "cargo cannot read this file either".into() })];
    };
    let all = loose::cargo(bytes);
    let named = registries(&file);
    let each = all.iter().map(|one| {
        let (line, region) = line_of(bytes, one.span.start);
        let odd = |why: &str| Odd { line, why: why.into() };
        let found = named.iter().find(|(_, at)| at.contains(&one.span.start));
        let (name, _) = found.ok_or_else(|| odd("it is written in a form that is not moved"))?;
        let head = bytes.get(region.start..one.span.start).unwrap_or_default();
        let tail = bytes.get(one.span.end..region.end).unwrap_or_default();
        // `token = "..."` or `registries.NAME.token = "..."`, and nothing else in the line.
        let key = String::from_utf8_lossy(head);
        let key = key.trim_end_matches(['"', '\'']).trim_end().strip_suffix('=').map(str::trim);
        let alone = key.is_some_and(|key| key.ends_with("token") && !key.contains(['{', '=', '#']));
        let tail_text = String::from_utf8_lossy(tail);
        let bare = tail_text.trim_start_matches(['"', '\'']).trim();
        if !alone || !bare.is_empty() || document_without(bytes, &region).is_none() {
            return Err(odd("its line holds more than the token, or is written in a form that is not moved"));
        }
        Ok(Token {
            line,
            registry: name.clone(),
            value: one.value.clone(),
            shown: [head, b"***", tail].concat(),
            region,
        })
    });
    each.collect()
}

fn document_without(bytes: &[u8], region: &Range<usize>) -> Option<()> {
    let rest = [bytes.get(..region.start)?, bytes.get(region.end..)?].concat();
    document(&rest).map(|_| ())
}

/// Each registry's name, with the place of its token.
fn registries(file: &Document<&str>) -> Vec<(String, Range<usize>)> {
    let span = |table: &dyn TableLike| table.get("token").and_then(Item::span);
    let own = file.get("registry").and_then(Item::as_table_like).and_then(span);
    let mut found: Vec<_> = own.map(|at| (CRATES_IO.to_owned(), at)).into_iter().collect();
    for (name, registry) in table(file, "registries").into_iter().flat_map(TableLike::iter) {
        if let Some(at) = registry.as_table_like().and_then(span) {
            found.push((name.to_owned(), at));
        }
    }
    found
}

/// `http.proxy`, where it is set. May hold a password.
#[must_use]
pub fn proxy(bytes: &[u8]) -> Option<String> {
    let file = document(bytes)?;
    Some(table(&file, "http")?.get("proxy")?.as_str()?.to_owned())
}

/// What `config.toml` says of a registry.
#[derive(Debug, PartialEq, Eq)]
pub struct Registry {
    /// The URL of its index.
    pub index: Option<String>,
    /// The program that cargo asks for its token, where that is said.
    pub provider: Option<String>,
    /// Whether the list of providers for all registries leaves cargo's own file out.
    pub others: bool,
}

/// Reads what the file says of a registry; `None` = cargo cannot read the file.
#[must_use]
pub fn registry(bytes: &[u8], name: &str) -> Option<Registry> {
    let file = document(bytes)?;
    let own = table(&file, "registry");
    let mine = of(&file, name);
    let text = |key: &str| mine.and_then(|t| t.get(key)).and_then(Item::as_str).map(str::to_owned);
    let provider = mine.and_then(|t| t.get("credential-provider"));
    let first = |item: &Item| match item.as_array() {
        Some(list) => list.get(0).and_then(|v| v.as_str()).map(str::to_owned),
        None => item.as_str().map(str::to_owned),
    };
    let global = own.and_then(|t| t.get("global-credential-providers")).and_then(Item::as_array);
    let others = global.is_some_and(|list| !list.iter().any(|v| v.as_str() == Some("cargo:token")));
    let provider = provider.map(|item| first(item).unwrap_or_else(|| "another program".into()));
    Some(Registry { index: text("index").filter(|_| name != CRATES_IO), provider, others })
}

/// Other bytes in the place of some.
#[derive(Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub region: Range<usize>,
    /// By what.
    pub new: Vec<u8>,
}

/// Names a program as the only provider for a registry. `None` where it is written in a form that is not edited.
#[must_use]
pub fn naming(bytes: &[u8], name: &str, program: &str) -> Option<Edit> {
    let file = document(bytes)?;
    let list = format!("[{}]", toml_edit::Value::from(program));
    let setting = format!("credential-provider = {list}");
    let end: &str = if memchr::memmem::find(bytes, b"\r\n").is_some() { "\r\n" } else { "\n" };
    let named = of(&file, name).and_then(|t| t.get("credential-provider"));
    let edit = if let Some(named) = named {
        Edit { region: named.span()?, new: list.into_bytes() }
    } else if name == CRATES_IO {
        of_crates_io(bytes, &file, &setting, end)?
    } else {
        let item = table(&file, "registries")?.get(name)?;
        let index = item.as_table_like()?.get("index")?.span()?;
        let value = bytes.get(index.clone())?;
        if item.as_inline_table().is_some() {
            Edit { new: [value, b", ", setting.as_bytes()].concat(), region: index }
        } else {
            let (_, line) = line_of(bytes, index.start);
            let text = bytes.get(line.clone())?;
            let head = bytes.get(line.start..index.start)?;
            let before = head.get(..memchr::memmem::rfind(head, b"index")?)?;
            let gap = if text.ends_with(b"\n") { "" } else { end };
            let after = if gap.is_empty() { end } else { "" };
            Edit {
                new: [text, gap.as_bytes(), before, setting.as_bytes(), after.as_bytes()].concat(),
                region: line,
            }
        }
    };
    // The lines are shown, so no token may stand in them.
    let (_, first) = line_of(bytes, edit.region.start);
    let (_, last) = line_of(bytes, edit.region.end.saturating_sub(1).max(edit.region.start));
    if loose::cargo(bytes).iter().any(|one| (first.start..last.end).contains(&one.span.start)) {
        return None;
    }
    let text = [bytes.get(..edit.region.start)?, &edit.new, bytes.get(edit.region.end..)?].concat();
    let after = registry(&text, name)?;
    let same = Registry { provider: Some(program.to_owned()), ..registry(bytes, name)? };
    (after == same).then_some(edit)
}

/// `[registry]` is made at the end, or gets a line below its head.
fn of_crates_io(bytes: &[u8], file: &Document<&str>, setting: &str, end: &str) -> Option<Edit> {
    if file.get("registry").is_none() {
        let gap = if bytes.is_empty() || bytes.ends_with(b"\n") { "" } else { end };
        let new = format!("{gap}[registry]{end}{setting}{end}").into_bytes();
        return Some(Edit { region: bytes.len()..bytes.len(), new });
    }
    let at = memchr::memmem::find(bytes, b"[registry]")?;
    let (_, line) = line_of(bytes, at);
    let text =
        bytes.get(line.clone()).filter(|text| text.ends_with(b"\n") && text.trim_ascii() == b"[registry]")?;
    Some(Edit { new: [text, setting.as_bytes(), end.as_bytes()].concat(), region: line })
}

/// The table of a registry.
fn of<'a>(file: &'a Document<&str>, name: &str) -> Option<&'a dyn TableLike> {
    match name {
        CRATES_IO => table(file, "registry"),
        _ => table(file, "registries")?.get(name)?.as_table_like(),
    }
}

fn table<'a>(file: &'a Document<&str>, name: &str) -> Option<&'a dyn TableLike> {
    file.get(name).and_then(Item::as_table_like)
}

fn document(bytes: &[u8]) -> Option<Document<&str>> {
    Document::parse(std::str::from_utf8(bytes).ok()?).ok()
}

/// The number of the line that holds an offset, from 1, and its bytes with the line end.
fn line_of(bytes: &[u8], at: usize) -> (usize, Range<usize>) {
    let head = bytes.get(..at).unwrap_or_default();
    let start = memchr::memrchr(b'\n', head).map_or(super::lines::bom_length(bytes), |i| i + 1);
    let end = memchr::memchr(b'\n', bytes.get(at..).unwrap_or_default()).map_or(bytes.len(), |i| at + i + 1);
    (1 + memchr::memchr_iter(b'\n', head).count(), start..end)
}
