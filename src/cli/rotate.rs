//! `doorkey rotate --list`: what expires, of every profile on one time line. Changes nothing.

use super::error::Failure;
use super::{Context, Exit, doctor, json, table};
use crate::engine::expiry::{self, Entry, TimeLine};
use crate::engine::{profiles, when};
use crate::model::expiry::DAY;
use crate::model::finding::Fix;
use crate::model::name::ProfileName;
use crate::redact;
use clap::Args;
use serde_json::{Value, json};

/// `doorkey rotate --list [PROFILE]`
#[derive(Debug, Args)]
#[command(
    after_help = "The tokens of the store, SSH keys and their certificates, and CA certificates of your profiles, the most\n\
    urgent first. A token whose end nobody knows is shown with the day on which it reaches the profile's max-age.\n\
    Nobody is asked, and nothing is changed: the list holds what is known on this machine (doorkey token check\n\
    asks the hosts). Replacing is done by you, with the command under NEXT, with or without --list.\n\n\
    Exit code 0; with --within 1 when something has ended or ends within that time; 3 when not all could be\n\
    looked at (the store is locked, a file cannot be read).\n\nExamples:\n  \
    doorkey rotate --list\n  doorkey rotate --list acme\n  doorkey rotate --list --within 14d --quiet\n  \
    doorkey rotate --list --ics > doorkey.ics\n  \
    doorkey rotate --list --metrics > /var/lib/node_exporter/textfile/doorkey.prom"
)]
pub(crate) struct Wanted {
    /// Only of this profile
    profile: Option<String>,
    /// Show what expires, and replace nothing (what happens anyway)
    #[arg(long)]
    list: bool,
    /// Only what has ended or ends within this time: 36h, 14d, 2w
    #[arg(long, value_name = "TIME", value_parser = span)]
    within: Option<i64>,
    /// Print a calendar file (iCalendar) on standard output
    #[arg(long, conflicts_with = "metrics")]
    ics: bool,
    /// Print metrics (Prometheus' text format) on standard output
    #[arg(long)]
    metrics: bool,
}

/// `36h`, `14d`, `2w` in seconds.
fn span(text: &str) -> Result<i64, String> {
    let wrong = || "a number and h, d or w, such as 14d".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        'h' => DAY / 24,
        'd' => DAY,
        'w' => 7 * DAY,
        _ => return Err(wrong()),
    };
    let digits = text.strip_suffix(unit).filter(|t| t.bytes().all(|b| b.is_ascii_digit()));
    let count: u32 = digits.and_then(|digits| digits.parse().ok()).ok_or_else(wrong)?;
    Ok(i64::from(count) * seconds)
}

pub(crate) fn run(context: &mut Context, wanted: &Wanted) -> Result<Exit, Failure> {
    if context.flags.json && (wanted.ics || wanted.metrics) {
        return Err(Failure::usage(
            "--json does not go with --ics and --metrics: each is a form of its own",
            "leave one of them out",
        ));
    }
    let only = wanted.profile.as_deref().map(ProfileName::new).transpose()?;
    match &only {
        Some(name) => drop(profiles::one(&context.sys, name)?),
        // What stands in the place of all profiles is an error of its own.
        None => drop(profiles::files(&context.sys)?),
    }
    let mut line = expiry::time_line(&context.sys, only.as_ref());
    if let Some(seconds) = wanted.within {
        line.within(seconds);
    }
    if context.flags.json {
        context.say.line(json::document("expiry", as_json(&line)));
    } else if wanted.ics {
        context.say.raw(&expiry::calendar(&line));
    } else if wanted.metrics {
        context.say.raw(&expiry::metrics(&line));
    } else {
        show(context, wanted, &line);
    }
    if !context.flags.json {
        for gap in &line.gaps {
            context.say.aside(format!("warning: {}", redact::said(&gap.what)));
            context.say.aside(format!("  fix: {}", redact::said(&gap.fix)));
        }
    }
    Ok(match (wanted.within, line.entries.is_empty(), line.gaps.is_empty()) {
        (Some(_), false, _) => Exit::Findings,
        (_, _, false) => Exit::CouldNot,
        _ => Exit::Fine,
    })
}

fn as_json(line: &TimeLine) -> Value {
    let entries = line.entries.iter().map(|entry| {
        let kind = if matches!(entry.next, Fix::Command(_)) { "command" } else { "advice" };
        let why = match &entry.end {
            expiry::End::None(why) => Some(redact::urls(why)),
            expiry::End::At(..) => None,
        };
        json!({ "id": entry.id, "profile": entry.profile, "kind": entry.kind, "name": redact::urls(&entry.name),
            "ends": entry.end.at(), "rule": entry.end.rule(), "why": why, "renew-by": entry.renew_by,
            "days-left": entry.days_left(line.now), "state": entry.nearness,
            "next": redact::urls(&doctor::text_of(&entry.next)), "next-kind": kind })
    });
    let entries: Vec<Value> = entries.collect();
    json!({ "now": line.now, "entries": entries, "without-end": line.without_end, "gaps": line.gaps })
}

fn show(context: &mut Context, wanted: &Wanted, line: &TimeLine) {
    if line.entries.is_empty() {
        let text = match (line.profiles, wanted.within) {
            (0, _) if line.gaps.is_empty() => {
                "doorkey has no profiles on this machine yet, so nothing of theirs can expire: doorkey profile suggest"
            }
            (_, Some(_)) => "nothing of what is known here ends within that time",
            _ => "the profiles have no token, SSH key or CA certificate yet: doorkey token add PROFILE",
        };
        context.say.info(text);
        return;
    }
    let rows = line.entries.iter().map(|entry| row(entry, line.now));
    let heads = ["state", "ends", "left", "profile", "kind", "name", "by", "next"];
    let text = table::of(&heads, rows);
    context.say.line(text);
    if !wanted.list {
        context.say.info(
            "\nThis is a list: doorkey replaces none of these by itself. The command under NEXT does it.",
        );
    }
}

fn row(entry: &Entry, now: i64) -> Vec<String> {
    let (ends, by) = match &entry.end {
        expiry::End::At(at, rule) => (when::date(*at), rule.words().to_owned()),
        expiry::End::None(why) => (String::new(), redact::said(why)),
    };
    vec![
        entry.nearness.words().into(),
        ends,
        left(entry, now),
        entry.profile.clone(),
        entry.kind.words().into(),
        redact::said(&entry.name),
        by,
        redact::said(&doctor::text_of(&entry.next)),
    ]
}

/// `3 days`, `under a day`, `2 days ago`.
fn left(entry: &Entry, now: i64) -> String {
    let Some(end) = entry.end.at() else { return String::new() };
    let seconds = end.saturating_sub(now);
    let ago = if seconds <= 0 { " ago" } else { "" };
    match seconds.saturating_abs() / DAY {
        0 => format!("under a day{ago}"),
        1 => format!("1 day{ago}"),
        days => format!("{days} days{ago}"),
    }
}
