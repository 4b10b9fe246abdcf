//! A plan as people see it before it happens: a diff of files, a sentence for everything else.

use super::apply::ApplyError;
use super::deed::play;
use super::sealed::masked;
use super::when;
use crate::model::plan::{Companions, Plan, RootStore, Sealed, Step};
use crate::redact;
use crate::sys::Sys;
use similar::TextDiff;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a plan does, step by step in words, and the diff of the files it changes.
#[derive(Debug)]
pub struct Preview {
    /// One line a step; equal neighbours are one.
    pub lines: Vec<String>,
    /// A unified diff of all files, without secrets.
    pub diff: String,
}

/// Plays a plan on copies of the files.
///
/// # Errors
/// A file cannot be read, or a step does not fit what is there.
pub fn preview(sys: &Sys, plan: &Plan) -> Result<Preview, ApplyError> {
    let mut files: BTreeMap<PathBuf, (Vec<u8>, Vec<u8>)> = BTreeMap::new();
    for change in play(sys, &plan.steps, &plan.secrets)?.iter().filter_map(|deed| deed.file.as_ref()) {
        let [before, after] = [&change.before, &change.after]
            .map(|bytes| masked(bytes.as_deref().unwrap_or_default(), &change.masks));
        files.entry(change.path.clone()).or_insert((before, Vec::new())).1 = after;
    }
    let mut lines: Vec<String> = plan.steps.iter().map(|step| sentence(sys, step)).collect();
    lines.dedup();
    let mut diff = String::new();
    for (path, (before, after)) in &files {
        let (before, after) = (String::from_utf8_lossy(before), String::from_utf8_lossy(after));
        let name = sys.shown(path);
        let from = if before.is_empty() { "/dev/null".to_owned() } else { name.clone() };
        let to = if after.is_empty() { "/dev/null".to_owned() } else { name };
        let text = TextDiff::from_lines(before.as_ref(), after.as_ref());
        diff.push_str(
            &text.unified_diff().context_radius(context_lines(sys, path)).header(&from, &to).to_string(),
        );
    }
    // The lines around a change are the user's own, and may hold a token.
    Ok(Preview { lines, diff: for_people(&diff) })
}

/// One step in words.
#[must_use]
pub fn sentence(sys: &Sys, step: &Step) -> String {
    let shown = |path: &PathBuf| redact::for_terminal(&sys.shown(path), false);
    match step {
        Step::MakeDir { path, mode } => format!("make the folder {} (mode {mode:04o})", shown(path)),
        Step::RemoveDir { path, .. } => format!("remove the folder {} if it is empty", shown(path)),
        Step::Create { path, text, mode } if text.is_empty() => {
            format!("make {} (mode {mode:04o})", shown(path))
        }
        Step::Create { path, mode, .. } => format!("write {} (mode {mode:04o})", shown(path)),
        Step::Remove { path, text, .. } if text.is_empty() => {
            format!("remove {} if it is empty", shown(path))
        }
        Step::Remove { path, .. } => format!("remove {}", shown(path)),
        Step::Splice { path, .. } => format!("edit {}", shown(path)),
        Step::Mode { path, from, to } => {
            format!("change the mode of {} from {from:04o} to {to:04o}", shown(path))
        }
        Step::Rename { from, to } => format!("rename {} to {}", shown(from), shown(to)),
        Step::MakeKey { path, kind, .. } => format!("make an {kind} key pair {} and .pub", shown(path)),
        Step::Switch { from, to, .. } => match (from, to) {
            (None, Some(to)) => format!("put generation {to} of doorkey's git and ssh settings in force"),
            (Some(from), Some(to)) => {
                format!("switch doorkey's git and ssh settings from generation {from} to {to}")
            }
            (Some(from), None) => {
                format!("take generation {from} of doorkey's git and ssh settings out of force")
            }
            (None, None) => "leave doorkey's settings out of force".into(),
        },
        Step::PutSecret { profile, record, about, .. } => {
            let known = described(about).map(|words| format!(": {words}")).unwrap_or_default();
            format!("keep a token of {profile} for {} as {} in the store{known}", record.origin, record.user)
        }
        Step::SealText { seal, .. } if seal.what == Sealed::Key => {
            let form = seal.name.split(',').next().unwrap_or_default();
            format!("seal the key's file as {form}, for 30 days in the store of {}", seal.profile)
        }
        Step::SealText { seal, .. } => format!(
            "seal the text that leaves a file for 30 days, beside the token of {} for {}",
            seal.profile, seal.record.origin
        ),
        Step::TakeOut { path, seal, .. } if seal.what == Sealed::Key => {
            format!("take the key's present form out of {}", shown(path))
        }
        Step::PutIn { path, seal, .. } if seal.what == Sealed::Key => {
            format!("put the key's other form into {}", shown(path))
        }
        Step::TakeOut { path, .. } => format!("take the token out of {}", shown(path)),
        Step::PutIn { path, .. } => format!("put the sealed text back into {}", shown(path)),
        Step::DescribeSecret { profile, record, after, .. } => {
            let known = described(after).unwrap_or_else(|| "nothing is known of it".into());
            format!("note of the token of {profile} for {} as {}: {known}", record.origin, record.user)
        }
        Step::RetireSecret { profile, record, .. } => {
            format!(
                "take the token of {profile} for {} as {} out of use (kept sealed for 30 days)",
                record.origin, record.user
            )
        }
        Step::RootIn { store, name, present, .. } => {
            let words = match store {
                RootStore::Debian => "the system's roots (update-ca-certificates)".to_owned(),
                RootStore::Nss { folder } => format!("{} (certutil)", shown(folder)),
            };
            match present {
                true => format!("put {name} into {words}"),
                false => format!("take {name} out of {words}"),
            }
        }
        Step::RestoreSecret { profile, record, .. } => {
            format!(
                "put an earlier token of {profile} for {} as {} into use again",
                record.origin, record.user
            )
        }
    }
}

/// What is known of a token, in words.
fn described(about: &Companions) -> Option<String> {
    let end = about.expires.map(|at| format!("it ends {}", when::date(at)));
    let note = about.note.as_ref().map(|note| format!("{note:?}"));
    let words: Vec<String> = [end, note].into_iter().flatten().collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// What one step replaced by what, without the file around it: for steps that were done long ago.
#[must_use]
pub fn step_diff(sys: &Sys, step: &Step) -> String {
    let empty = Vec::new();
    let (path, old, new) = match step {
        Step::Create { path, text, .. } => (path, &empty, &text.0),
        Step::Remove { path, text, .. } => (path, &text.0, &empty),
        Step::Splice { path, old, new, .. } => (path, &old.0, &new.0),
        Step::TakeOut { path, shown, new, .. } => (path, &shown.0, &new.0),
        Step::PutIn { path, old, shown, .. } => (path, &old.0, &shown.0),
        _ => return String::new(),
    };
    let (old, new) = (String::from_utf8_lossy(old), String::from_utf8_lossy(new));
    let name = sys.shown(path);
    let text = TextDiff::from_lines(old.as_ref(), new.as_ref());
    for_people(&text.unified_diff().header(&name, &name).to_string())
}

fn for_people(diff: &str) -> String {
    redact::for_terminal(&redact::settings(&without_certificates(diff)), true)
}

/// A diff in which certificates that follow each other are one line: nobody compares base64.
fn without_certificates(diff: &str) -> String {
    let mut out = String::with_capacity(diff.len().min(1 << 14));
    let mut lines = diff.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((sign, "-----BEGIN CERTIFICATE-----")) = line.split_at_checked(1) else {
            out.push_str(line);
            out.push('\n');
            continue;
        };
        let mut count = 1;
        let is_end = |line: &str| line.get(1..) == Some("-----END CERTIFICATE-----");
        loop {
            // A hunk may end inside of one.
            let inside = |line: &&str| line.starts_with(sign) && !line.starts_with("@@");
            let mut ended = false;
            while let Some(next) = lines.next_if(inside) {
                ended = is_end(next);
                if ended {
                    break;
                }
            }
            let begins =
                |line: &&str| line.get(1..) == Some("-----BEGIN CERTIFICATE-----") && line.starts_with(sign);
            if !ended || lines.next_if(begins).is_none() {
                break;
            }
            count += 1;
        }
        let words = if count == 1 { "1 certificate".to_owned() } else { format!("{count} certificates") };
        out.push_str(&format!("{sign}({words})\n"));
    }
    out
}

/// How many lines around a change are shown: none of the user's own files, whose lines may hold a secret in any form.
fn context_lines(sys: &Sys, path: &Path) -> usize {
    let ours = [sys.places().config(), sys.places().state()]
        .into_iter()
        .flatten()
        .any(|folder| path.starts_with(folder));
    if ours { 2 } else { 0 }
}
