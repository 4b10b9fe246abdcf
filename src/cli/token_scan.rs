//! `doorkey token scan [PATH...]`: every loose secret, where it stands and whose it is; never its value.

use super::error::Failure;
use super::long_walk::{progress, reason};
use super::say::Say;
use super::token_check::in_words;
use super::verify::cores;
use super::{Context, Exit, json};
use crate::engine::scan::{self, Event, Finding, Keeper, Place, ScanError, Summary};
use crate::engine::verify::loose::{self, Found, Life};
use crate::engine::when;
use crate::formats::token::{Checksum, Token};
use crate::model::route::{Origin, Scheme};
use crate::redact;
use crate::sys::Sys;
use crate::sys::fs::LIMIT;
use clap::Args;
use serde_json::{Value, json};
use std::ops::ControlFlow;
use std::path::PathBuf;

/// `doorkey token scan [PATH...]`
#[derive(Debug, Args)]
#[command(
    after_help = "Known files are read by their meaning: git's configuration of every repository and worktree, .git-credentials,\n\
    .netrc, .npmrc, .pypirc, pip, cargo, docker, gh, glab, maven, gradle, NuGet, shells and their histories, .env,\n\
    CI files. In any other text only what is a token by its own bytes counts.\n\n\
    Changes nothing. Asks nobody, but with --online git hosts that a profile names or everybody knows: each about one\n\
    token once, none after a refusal, and none about a password. Links are not followed out of PATH. Git's objects, packages and caches are passed\n\
    over (but see --all). Without PATH: the home folder, the environment, and the files that it names.\n\
    Equal numbers in brackets are equal secrets.\n\nExamples:\n  \
    doorkey token scan\n  doorkey token scan ~/work/acme .env\n  doorkey token scan --json | jq '.findings[].path'\n\n\
    Exit code 0 when nothing was found, 1 when something was."
)]
pub(crate) struct Wanted {
    /// Folders and files
    paths: Vec<PathBuf>,
    /// Also look into folders that only hold what was fetched or built: node_modules, site-packages, caches
    #[arg(long)]
    all: bool,
    /// How many threads
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: Option<u16>,
    /// Ask the git host that stands beside a token whether it still knows it
    #[arg(long)]
    online: bool,
    /// With --online: the git host to ask about tokens beside which none stands
    #[arg(long, value_name = "HOST[:PORT]", requires = "online")]
    at: Option<String>,
}

impl Wanted {
    /// Whether tokens are shown to their hosts.
    pub(super) fn asks_hosts(&self) -> bool {
        self.online
    }
}

pub(super) fn run(context: &mut Context, wanted: &Wanted) -> Result<Exit, Failure> {
    let asked = scan::Wanted {
        paths: wanted.paths.clone(),
        everything: wanted.all,
        threads: wanted.jobs.map_or_else(cores, usize::from),
        values: wanted.online,
    };
    let at = wanted.at.as_deref().map(|host| Origin::from_authority(Scheme::Https, host)).transpose()?;
    let bar = progress(context);
    let Context { sys, say, flags, .. } = context;
    let mut report = Report::new(flags.json);
    let summary = scan::scan(sys, &asked, &mut |event| {
        match event {
            Event::Progress(files) => bar.set_message(format!("{files} files")),
            event => bar.suspend(|| report.event(say, sys, event)),
        }
        if say.broken_pipe() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let summary = summary?;
    let mut lives = Vec::new();
    if wanted.online {
        bar.set_message("asking the hosts");
        lives = loose::ask(sys, &summary.loose, at.as_ref(), asked.threads)?;
    }
    bar.finish_and_clear();
    report.end(say, &summary, wanted.online.then_some(lives.as_slice()));
    Ok(if summary.places > 0 { Exit::Findings } else { Exit::Fine })
}

/// The beginning of the document.
const HEAD: &str = "{\"schema\":\"doorkey/token-scan/v1\",\"findings\":[\n";

/// Says what is found as it is found. As JSON it is one document, written a finding a line.
struct Report {
    as_json: bool,
    findings: usize,
    /// The kinds of places in which something was found.
    keepers: Vec<&'static Keeper>,
    /// Paths that were not looked at, and why.
    missed: Vec<(String, String)>,
}

impl Report {
    fn new(as_json: bool) -> Self {
        Self { as_json, findings: 0, keepers: Vec::new(), missed: Vec::new() }
    }

    fn event(&mut self, say: &mut Say, sys: &Sys, event: Event) {
        match event {
            Event::Found(finding) if self.as_json => {
                let comma = if self.findings == 0 { HEAD } else { "," };
                say.line(format!("{comma}{}", json::one_line(&as_json(&finding))));
                self.findings += 1;
            }
            Event::Found(finding) => {
                self.findings += 1;
                if !self.keepers.iter().any(|known| known.code == finding.keeper.code) {
                    self.keepers.push(finding.keeper);
                }
                show(say, sys, &finding);
            }
            Event::Unreadable(path, error) => self.missed.push((sys.shown(&path), reason(&error))),
            Event::TooLarge(path) => {
                let why = format!("larger than {} MiB: not read", LIMIT >> 20);
                self.missed.push((sys.shown(&path), why));
            }
            Event::Progress(_) => {}
        }
    }

    /// `lives` is what the hosts said, if they were asked.
    fn end(&self, say: &mut Say, summary: &Summary, lives: Option<&[Found]>) {
        if self.as_json {
            let missed: Vec<Value> =
                self.missed.iter().map(|(path, why)| json!({ "path": path, "why": why })).collect();
            let tail = json!({
                "online": lives, "missed": missed, "store-trouble": summary.store_trouble,
                "summary": { "files": summary.files, "bytes": summary.bytes, "not-text": summary.no_text,
                    "folders-passed-over": summary.folders_passed_over, "places": summary.places, "secrets": summary.secrets },
            });
            let head = if self.findings == 0 { HEAD } else { "" };
            let tail = json::one_line(&tail);
            say.line(format!("{head}],{}", tail.strip_prefix('{').unwrap_or(&tail)));
            return;
        }
        for one in lives.unwrap_or_default() {
            say.line(life(one));
        }
        for keeper in &self.keepers {
            say.info(format!("do ({}): {}", keeper.title, keeper.advice));
        }
        for (path, why) in &self.missed {
            say.aside(format!("note: {path}: {why}"));
        }
        if let Some(trouble) = &summary.store_trouble {
            say.aside(format!("note: not compared with the store: {trouble}"));
        }
        let passed = match summary.folders_passed_over {
            0 => String::new(),
            1 => "; 1 folder of packages or caches passed over (--all looks into it)".into(),
            n => format!("; {n} folders of packages and caches passed over (--all looks into them)"),
        };
        let found = match (summary.secrets, summary.places) {
            (_, 0) => "Nothing was found".to_owned(),
            (1, 1) => "1 secret".to_owned(),
            (secrets, places) if secrets == places => format!("{secrets} secrets"),
            (secrets, places) => format!("{secrets} different secrets in {places} places"),
        };
        say.info(format!("{found}; {} files read{passed}.", summary.files));
    }
}

/// `[1] lives: github.com says: account ada, classic, scopes repo`
fn life(one: &Found) -> String {
    let host = one.host.as_deref().unwrap_or_default();
    let why = || redact::said(one.why.as_deref().unwrap_or_default());
    let words = match (one.life, &one.known) {
        (Life::Lives, Some(known)) => {
            format!("lives: {host} says: {}", redact::said(&in_words(known).join(", ")))
        }
        (Life::Lives, None) => format!("lives: {host} knows it"),
        (Life::Dead, _) => format!("is dead: {}", why()),
        (Life::Unknown, _) => format!("unknown: {}", why()),
    };
    format!("[{}] {words}", one.number)
}

fn what(finding: &Finding) -> String {
    let mut text = match &finding.token {
        Some(token) => format!("{} {}", token.issuer.name, token.kind.title),
        None => "a secret".into(),
    };
    if let Some(host) = &finding.host {
        text.push_str(&format!(" for {host}"));
    }
    if let Some(user) = &finding.user {
        text.push_str(&format!(" as {user}"));
    }
    format!("{text} ({}, {})", finding.keeper.title, finding.setting)
}

/// Whether others than its owner may read the file.
fn is_open(place: &Place) -> Option<u32> {
    match place {
        Place::File { mode, .. } if mode & 0o044 != 0 => Some(*mode),
        _ => None,
    }
}

fn show(say: &mut Say, sys: &Sys, finding: &Finding) {
    let place = match &finding.place {
        Place::File { path, line, .. } => format!("{}:{line}", sys.shown(path)),
        Place::Variable { name } => format!("${name}"),
    };
    let open = is_open(&finding.place)
        .map_or(String::new(), |mode| format!("; others can read it, mode {mode:04o}"));
    say.line(format!("[{}] {place}: {}{open}", finding.number, what(finding)));
    if finding.token.as_ref().is_some_and(|t| t.checksum == Checksum::Invalid) {
        say.line("  note: its checksum does not fit: no host takes it as it stands");
    }
    if let Some(at) = finding.token.as_ref().and_then(Token::expires).filter(|at| *at <= sys.now()) {
        say.line(format!("  note: it expired {}", when::date(at)));
    }
    if let Some(stored) = &finding.stored {
        say.line(format!(
            "  note: the store has it too, for {} as {} ({})",
            stored.origin, stored.user, stored.profile
        ));
    }
}

fn as_json(finding: &Finding) -> Value {
    let (path, line, span, mode, variable) = match &finding.place {
        Place::File { path, line, span, mode } => (
            Some(path.display().to_string()),
            Some(line),
            Some([span.start, span.end]),
            Some(format!("{mode:04o}")),
            None,
        ),
        Place::Variable { name } => (None, None, None, None, Some(name)),
    };
    json!({
        "number": finding.number, "path": path, "line": line, "span": span, "mode": mode, "variable": variable,
        "keeper": finding.keeper.code, "setting": finding.setting, "host": finding.host, "user": finding.user,
        "kind": finding.token.as_ref().map(|t| t.kind.code),
        "checksum": finding.token.as_ref().map(|t| t.checksum.name()),
        "expires": finding.token.as_ref().and_then(|t| t.expires()),
        "readable-by-others": is_open(&finding.place).is_some(),
        "stored": finding.stored.as_ref().map(|s| json!({ "profile": s.profile, "origin": s.origin, "user": s.user })),
        "what": what(finding),
        "why": "every program that you run can read it, and so can whoever gets the disk or a backup",
        "do": finding.keeper.advice,
    })
}

impl From<ScanError> for Failure {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Absent(path) => Self::new(
                Exit::CouldNot,
                format!("{} is not there", path.display()),
                "nothing was scanned",
                "look at the path for a spelling mistake",
            ),
            ScanError::NoHome => {
                Self::new(Exit::CouldNot, "HOME is not set", "", "name the folders: doorkey token scan PATH")
            }
        }
    }
}
