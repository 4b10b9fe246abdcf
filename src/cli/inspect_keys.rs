//! `doorkey inspect FOLDER`: every SSH key below it, as it is found.

use super::error::Failure;
use super::inspect_key::{as_json, grade_word, how, is_fine, is_open, pair_words};
use super::long_walk::{progress, reason};
use super::say::Say;
use super::verify::cores;
use super::{Context, Exit, json};
use crate::engine::inspect::{Event, KeyLook, Summary, keys_below};
use crate::formats::ssh_key::Half;
use crate::model::facts::Pair;
use crate::model::weakness::Grade;
use crate::redact::for_terminal;
use crate::sys::Sys;
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

/// Exit code 0: every key is one that ssh reads and that is sound; 1: there is another.
pub(super) fn run(context: &mut Context, folder: &Path) -> Result<Exit, Failure> {
    let bar = progress(context);
    let Context { sys, say, flags, .. } = context;
    let mut report =
        Report { as_json: flags.json, keys: 0, bad: 0, mends: BTreeSet::new(), missed: Vec::new() };
    let summary = keys_below(sys, folder, cores(), &mut |event| {
        match event {
            Event::Progress(files) => bar.set_message(format!("{files} files")),
            event => bar.suspend(|| report.event(say, sys, event)),
        }
        if say.broken_pipe() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    bar.finish_and_clear();
    report.end(say, sys, &summary);
    Ok(if report.bad == 0 && summary.shared.is_empty() { Exit::Fine } else { Exit::Findings })
}

/// The beginning of the document.
const HEAD: &str = "{\"schema\":\"doorkey/inspect-keys/v1\",\"keys\":[\n";

/// Says what is found as it is found. As JSON it is one document, written a key a line.
struct Report {
    as_json: bool,
    keys: usize,
    /// Keys that are not fine.
    bad: usize,
    /// What to do about those, each once.
    mends: BTreeSet<(Reverse<Grade>, &'static str)>,
    /// Paths that were not looked at, and why.
    missed: Vec<(String, String)>,
}

impl Report {
    fn event(&mut self, say: &mut Say, sys: &Sys, event: Event) {
        match event {
            Event::Key(path, look) => {
                self.keys += 1;
                self.bad += usize::from(!is_fine(&look.key, &look.weaknesses) || is_open(&look));
                self.mends.extend(look.weaknesses.iter().map(|one| (Reverse(one.grade), one.mend())));
                if self.as_json {
                    let comma = if self.keys == 1 { HEAD } else { "," };
                    let value =
                        as_json(&path.display().to_string(), &look.key, &look.weaknesses, Some(&look));
                    say.line(format!("{comma}{}", json::one_line(&value)));
                } else {
                    show(say, sys, &path, &look);
                }
            }
            Event::Unreadable(path, error) => self.missed.push((sys.shown(&path), reason(&error))),
            Event::Progress(_) => {}
        }
    }

    fn end(&self, say: &mut Say, sys: &Sys, summary: &Summary) {
        if self.as_json {
            let missed: Vec<Value> =
                self.missed.iter().map(|(path, why)| json!({ "path": path, "why": why })).collect();
            let shared: Vec<Value> =
                summary.shared.iter().map(|(key, with)| json!({ "key": key, "with": with })).collect();
            let tail = json!({ "shared-primes": shared, "not-compared": summary.not_compared, "same": summary.same, "missed": missed,
                "summary": { "files": summary.files, "keys": self.keys, "bad": self.bad } });
            let head = if self.keys == 0 { HEAD } else { "" };
            let tail = json::one_line(&tail);
            return say.line(format!("{head}],{}", tail.strip_prefix('{').unwrap_or(&tail)));
        }
        for (key, with) in &summary.shared {
            say.line(format!(
                "OPEN: {} has a prime in common with {}: whoever has both public halves has both keys",
                sys.shown(key),
                sys.shown(with)
            ));
        }
        if summary.not_compared > 0 {
            let count = summary.not_compared;
            say.aside(format!(
                "note: {count} more RSA keys were not compared for primes in common: there are too many"
            ));
        }
        for files in summary.same.values() {
            let files: Vec<String> = files.iter().map(|file| sys.shown(file)).collect();
            say.info(format!("the same key: {}", files.join(", ")));
        }
        let shared = (!summary.shared.is_empty()).then_some((Reverse(Grade::Open), Grade::Open.mend()));
        for (Reverse(grade), mend) in self.mends.iter().copied().chain(shared).collect::<BTreeSet<_>>() {
            say.info(format!("do ({}): {mend}", grade_word(grade)));
        }
        for (path, why) in &self.missed {
            say.aside(format!("note: {path}: {why}"));
        }
        let word = if self.keys == 1 { "key" } else { "keys" };
        let bad = match self.bad {
            0 => "nothing is wrong with them".to_owned(),
            bad => format!("{bad} of them not as they should be"),
        };
        let bad = if self.keys == 0 { String::new() } else { format!("; {bad}") };
        say.info(format!("{} {word} in {} files{bad}.", self.keys, summary.files));
    }
}

/// One line a key, and one for each thing that is wrong with it.
fn show(say: &mut Say, sys: &Sys, path: &Path, look: &KeyLook) {
    let key = &look.key;
    let (bits, kind, print) = match &key.public {
        Ok(half) => {
            let bits = half.bits.map_or(String::new(), |bits| bits.to_string());
            (bits, half.key_type.as_str(), half.fingerprint.clone())
        }
        Err(why) => (String::new(), key.container.name(), why.to_string()),
    };
    let line = format!("{bits:>5} {kind:<20} {print:<50} {}", sys.shown(path));
    say.line(for_terminal(line.trim_end(), false));
    let mut notes = Vec::new();
    if key.half() == Some(Half::Private) {
        notes.push(
            key.encryption.as_ref().map_or("no passphrase".to_owned(), |e| format!("passphrase: {}", how(e))),
        );
    }
    if !look.ours {
        notes.push(format!("it belongs to user {}", look.look.uid));
    }
    if let Some(pair @ (Pair::Other | Pair::Missing)) = look.pair {
        notes.push(format!("public half {}", pair_words(pair)));
    }
    notes.extend(look.in_agent.filter(|has| *has).map(|_| "the agent has it".to_owned()));
    notes.extend(look.profiles.iter().cloned());
    notes.extend(look.named_by.iter().cloned());
    if !notes.is_empty() {
        say.line(format!("      {}", for_terminal(&notes.join("; "), false)));
    }
    if is_open(look) {
        say.line(format!("      ssh refuses it: mode {:04o}, so others can read it", look.look.mode));
    }
    for fault in &key.byte_faults {
        say.line(format!("      ssh refuses it: {fault}"));
    }
    for weakness in &look.weaknesses {
        say.line(format!("      {}: it {}: {}", grade_word(weakness.grade), weakness.what, weakness.why));
    }
}
