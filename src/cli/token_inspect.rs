//! `doorkey token inspect [FILE]`: what tokens say by themselves. No host is asked, no value is shown.

use super::error::Failure;
use super::{Context, Exit, json};
use crate::engine::when;
use crate::formats::token::{self, Checksum, Fact, Found, Token};
use crate::secret::Secret;
use crate::sys::fs::LIMIT;
use crate::sys::process::read_wiped;
use clap::Args;
use serde_json::{Map, Value, json};
use std::io;
use std::path::Path;

/// `doorkey token inspect [FILE]`
#[derive(Debug, Args)]
#[command(
    after_help = "Any text will do: each token in it is listed with its line. Nothing is sent anywhere, and a value is never\n\
    shown. Kinds without a mark of their own (40 hexadecimal digits, 52 letters) are told when the text is one\n\
    token and nothing else.\n\nExamples:\n  \
    doorkey token inspect < ~/Downloads/token.txt\n  printf %s \"$TOKEN\" | doorkey token inspect -\n  \
    doorkey token inspect .gitlab-ci.yml --json\n\n\
    Exit code 0 when all that was found may be good; 1 when nothing was found, or a token is broken or expired."
)]
pub(crate) struct Wanted {
    /// The text, a token or anything that holds some; `-` is standard input
    #[arg(default_value = "-")]
    file: String,
}

/// A token and where it begins, 1-based.
struct Listed {
    line: usize,
    token: Token,
}

pub(super) fn run(context: &mut Context, wanted: &Wanted) -> Result<Exit, Failure> {
    let text = read(context, &wanted.file)?;
    let listed = list(text.expose());
    let now = context.sys.now();
    let broken = |t: &Token| t.checksum == Checksum::Invalid || t.expires().is_some_and(|at| at <= now);
    let exit = if listed.is_empty() || listed.iter().any(|l| broken(&l.token)) {
        Exit::Findings
    } else {
        Exit::Fine
    };
    if context.flags.json {
        let tokens: Vec<Value> = listed.iter().map(|one| as_json(one, now)).collect();
        context.say.line(json::document("token-inspect", json!({ "tokens": tokens })));
        return Ok(exit);
    }
    if listed.is_empty() {
        context.say.line("No token was recognised.");
        context.say.info("  this proves nothing: some tokens have no mark of their own");
    }
    let several = text.expose().trim_ascii().contains(&b'\n');
    for one in &listed {
        show(context, one, several, now);
    }
    Ok(exit)
}

fn read(context: &Context, file: &str) -> Result<Secret, Failure> {
    if file != "-" {
        let path = Path::new(file);
        return match context.sys.read(path)? {
            Some(bytes) => Ok(Secret::take(bytes)),
            None => Err(Failure::new(
                Exit::CouldNot,
                format!("{file} is not there"),
                "",
                "look at the path; a token itself does not belong on a command line, where others can read it: \
                 doorkey token inspect -",
            )),
        };
    }
    if context.terminal.input {
        context.say.aside("Paste the text, then press Enter and Ctrl-D. It will be visible while you type.");
    }
    let limit = usize::try_from(LIMIT).unwrap_or(usize::MAX);
    let too_long = || {
        Failure::new(
            Exit::CouldNot,
            "standard input could not be read, or is longer than 16 MiB",
            "",
            "for whole folders there is: doorkey token scan",
        )
    };
    read_wiped(io::stdin().lock(), limit + 1).filter(|text| text.len() <= limit).ok_or_else(too_long)
}

fn list(text: &[u8]) -> Vec<Listed> {
    if let Some(token) = token::recognise(text) {
        return vec![Listed { line: 1, token }];
    }
    let (mut line, mut from) = (1, 0);
    let place = |Found { span, token }| {
        line += memchr::memchr_iter(b'\n', text.get(from..span.start).unwrap_or_default()).count();
        from = span.start;
        Listed { line, token }
    };
    token::find(text).into_iter().map(place).collect()
}

fn show(context: &mut Context, Listed { line, token }: &Listed, several: bool, now: i64) {
    let place = if several { format!("line {line}: ") } else { String::new() };
    context.say.line(format!("{place}{} {}", token.issuer.name, token.kind.title));
    let checksum = match token.checksum {
        Checksum::Valid => "valid",
        Checksum::Invalid => "INVALID",
        Checksum::Unsure => "does not fit, but the rule is not proven for this kind: no verdict",
        Checksum::None => "this kind has none that can be checked here",
    };
    context.say.line(format!("  checksum: {checksum}"));
    for (name, fact) in &token.facts {
        let text = match fact {
            Fact::Text(text) => text.clone(),
            Fact::Number(number) => number.to_string(),
            Fact::Time(at) => when::date_time(*at),
        };
        context.say.line(format!("  {name}: {text}"));
    }
    if !token.kind.remark.is_empty() {
        context.say.info(format!("  note: {}", token.kind.remark));
    }
    context.say.line(format!("  do: {}", advice(token, now)));
}

/// One sentence on what to do next.
fn advice(token: &Token, now: i64) -> String {
    let page = token.issuer.page;
    if token.checksum == Checksum::Invalid {
        return "no host takes it: it is mistyped, cut off or made up; copy it again".into();
    }
    if !token.kind.secret {
        return "nothing by itself".into();
    }
    if token.expires().is_some_and(|at| at <= now) {
        return format!("it is dead: make a new one ({page})");
    }
    if !token.looks_real {
        return "nothing, if it is the placeholder that it looks like".into();
    }
    format!("keep it in the store (doorkey token add PROFILE); if others may have seen it, revoke it: {page}")
}

fn as_json(Listed { line, token }: &Listed, now: i64) -> Value {
    let facts: Map<String, Value> = token
        .facts
        .iter()
        .map(|(name, fact)| {
            let value = match fact {
                Fact::Text(text) => json!(text),
                Fact::Number(number) => json!(number),
                Fact::Time(at) => json!(at),
            };
            ((*name).to_owned(), value)
        })
        .collect();
    json!({
        "line": line, "kind": token.kind.code, "issuer": token.issuer.name, "title": token.kind.title,
        "checksum": token.checksum.name(), "fields": facts, "looks-real": token.looks_real,
        "secret": token.kind.secret, "remark": token.kind.remark, "do": advice(token, now),
        "facts-checked": token.issuer.checked_on,
    })
}
