//! `doorkey token adopt [PATH...]`: moves loose tokens into the store; git goes on working by doorkey's helper.

use super::change::carry_out_quietly;
use super::error::Failure;
use super::say::{Mark, Say};
use super::verify::cores;
use super::{Context, Exit, json};
use crate::engine::adopt::{self, AdoptError, Adoption, File, Format, Kind, Left, Taken};
use crate::engine::scan::{self, Event, Finding, Place};
use crate::engine::{generation, in_force, preview};
use crate::model::name::ProfileName;
use crate::model::plan::RecordId;
use crate::redact;
use crate::sys::Sys;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::PathBuf;

/// `doorkey token adopt [PATH...]`
#[derive(Debug, Args)]
#[command(after_help = "Moved are tokens and passwords of hosts that a profile speaks for, from:\n  \
    remote           the URL of a remote or submodule: it stays without user and password\n  \
    instead-of       url.<base>.insteadOf: the rewriting stays without the password\n  \
    extra-header     http.<url>.extraHeader with \"Authorization\": the setting goes\n  \
    git-credentials  a line of ~/.git-credentials: it goes\n  \
    docker           a login of ~/.docker/config.json: it goes, and docker asks docker-credential-doorkey\n  \
    cargo            a token of ~/.cargo/credentials.toml: it goes, and cargo asks doorkey\n  \
    netrc            an entry of ~/.netrc: it goes; only with --kind netrc, since curl, go, pip read it too\n  \
    npm              a token of .npmrc: it goes; only with --kind npm, since npm gets it in doorkey exec then\n\
    All others (shells, CI ...) are only found: doorkey token scan.\n\n\
    The store gets the token before the file loses it. What leaves a file stays sealed in the store\n\
    for 30 days, and doorkey undo puts back the same bytes. Others may have read a token that lay in\n\
    plain text: make a new one afterwards.\n\n\
    Without PATH: the home folder.\n\nExamples:\n  \
    doorkey token adopt --dry-run\n  doorkey token adopt ~/work/acme\n  doorkey token adopt --kind remote --yes\n\n\
    Exit code 0 when nothing loose is left there, 1 when something is.")]
pub(crate) struct Wanted {
    /// Folders and files
    paths: Vec<PathBuf>,
    /// Only from this kind of place; may be given several times
    #[arg(long, value_name = "KIND")]
    kind: Vec<KindWord>,
    /// Where the store has another token for the same host and user: take the one that was found
    #[arg(long)]
    replace: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum KindWord {
    Remote,
    InsteadOf,
    ExtraHeader,
    GitCredentials,
    Docker,
    Cargo,
    Netrc,
    Npm,
}

impl From<KindWord> for Kind {
    fn from(word: KindWord) -> Self {
        match word {
            KindWord::Remote => Self::Remote,
            KindWord::InsteadOf => Self::InsteadOf,
            KindWord::ExtraHeader => Self::ExtraHeader,
            KindWord::GitCredentials => Self::GitCredentials,
            KindWord::Docker => Self::Docker,
            KindWord::Cargo => Self::Cargo,
            KindWord::Netrc => Self::Netrc,
            KindWord::Npm => Self::Npm,
        }
    }
}

const TITLE: &str = "token adopt";

pub(super) fn run(context: &mut Context, wanted: &Wanted) -> Result<Exit, Failure> {
    let loose = find(context, wanted)?;
    let run = context.random_name()?;
    let asked = adopt::Wanted {
        kinds: wanted.kind.iter().map(|k| (*k).into()).collect(),
        replace: wanted.replace,
        run,
    };
    let files: Vec<File> = loose.files.into_iter().collect();
    let first = adopt::plan(&context.sys, TITLE, &files, &asked).map_err(|e| failure(&context.sys, e))?;
    let clean = first.left.is_empty() && loose.others.is_empty();
    let exit = if clean { Exit::Fine } else { Exit::Findings };
    if !context.flags.json {
        for one in &first.taken {
            context.say.info(taken_line(&context.sys, one));
        }
    }
    if first.plan.is_empty() || (context.flags.json && context.flags.dry_run) {
        if context.flags.json {
            let shown = preview::preview(&context.sys, &first.plan)?;
            let more = json!({ "changed": false, "dry-run": context.flags.dry_run, "steps": shown.lines, "diff": shown.diff });
            context.say.line(document(&first, &loose.others, more));
        } else {
            context.say.info("Nothing here can be moved.");
            say_left(&mut context.say, &context.sys, &first.left, &loose.others);
        }
        return Ok(exit);
    }
    let mut made = Adoption::default();
    let done = carry_out_quietly(context, |context| {
        let mut now =
            adopt::plan(&context.sys, TITLE, &files, &asked).map_err(|e| failure(&context.sys, e))?;
        let plan = std::mem::take(&mut now.plan);
        made = now;
        Ok(plan)
    })?;
    if context.flags.json {
        if let Some((plan, applied)) = done {
            let lines: Vec<String> = plan.steps.iter().map(|s| preview::sentence(&context.sys, s)).collect();
            let more = json!({ "changed": true, "id": applied.id, "steps": lines });
            context.say.line(document(&made, &loose.others, more));
        }
        return Ok(exit);
    }
    if done.is_some() {
        let count = made.taken.len();
        let places = if count == 1 { "1 place".to_owned() } else { format!("{count} places") };
        let when = match generation::current(&context.sys) {
            Some(_) => "now".to_owned(),
            None => format!("as soon as it is in force: {}", in_force::way_on(&context.sys).1),
        };
        let who = who_asks(&made.taken).map(|who| format!("; {who} from doorkey {when}")).unwrap_or_default();
        context.say.marked(Mark::Good, format!("{places} cleaned{who}"));
        say_others(context, &made.taken);
        say_rotation(context, &made.taken);
        context.say.info("  take it back: doorkey undo");
    }
    say_left(&mut context.say, &context.sys, &made.left, &loose.others);
    Ok(exit)
}

/// What a scan found.
struct Loose {
    files: BTreeSet<File>,
    /// Places of other kinds, by their title.
    others: BTreeMap<&'static str, usize>,
}

fn find(context: &mut Context, wanted: &Wanted) -> Result<Loose, Failure> {
    let asked =
        scan::Wanted { paths: wanted.paths.clone(), everything: false, threads: cores(), values: false };
    let mut loose = Loose { files: BTreeSet::new(), others: BTreeMap::new() };
    let Context { sys, say, .. } = context;
    scan::scan(sys, &asked, &mut |event| {
        match event {
            Event::Found(found) => match (&found.place, format_of(&found)) {
                (Place::File { path, .. }, Some(format)) => {
                    let path = sys.real_path(path).unwrap_or_else(|| path.clone());
                    loose.files.insert(File { path, format });
                }
                _ => *loose.others.entry(found.keeper.title).or_default() += 1,
            },
            Event::Unreadable(path, _) => {
                say.aside(format!("note: {} could not be read", sys.shown(&path)));
            }
            Event::TooLarge(path) => say.aside(format!("note: {} is too large: not read", sys.shown(&path))),
            Event::Progress(_) => {}
        }
        ControlFlow::Continue(())
    })?;
    Ok(loose)
}

/// The format of a file from which tokens are moved.
fn format_of(found: &Finding) -> Option<Format> {
    let Place::File { path, .. } = &found.place else { return None };
    match found.keeper.code {
        "git-config" => Some(Format::GitConfig),
        "git-credentials" => Some(Format::GitCredentials),
        // podman's auth.json and the old .dockercfg go by other rules.
        "docker" => (path.file_name()? == "config.json").then_some(Format::DockerConfig),
        "netrc" => Some(Format::Netrc),
        "npmrc" => Some(Format::Npmrc),
        // A token in its `config.toml` is found only.
        "cargo" => (path.file_name()? != "config.toml").then_some(Format::CargoCredentials),
        _ => None,
    }
}

fn taken_line(sys: &Sys, one: &Taken) -> String {
    let fate = match one.fate {
        adopt::Fate::New => "",
        adopt::Fate::Same => "; the store has it already",
        adopt::Fate::Replaced => "; another one that is there goes out of use",
    };
    format!(
        "{}:{}: {}: to {}, for {} as {}{fate}",
        sys.shown(&one.path),
        one.line,
        one.kind.title(),
        one.profile.name,
        one.record.origin,
        redact::user_name(&one.record.user)
    )
}

fn say_left(say: &mut Say, sys: &Sys, left: &[Left], others: &BTreeMap<&'static str, usize>) {
    for Left { path, line, why, fix } in left {
        let line = if *line == 0 { String::new() } else { format!(":{line}") };
        say.info(format!("left: {}{line}: {why}", sys.shown(path)));
        if !fix.is_empty() {
            say.info(format!("  do: {fix}"));
        }
    }
    if !others.is_empty() {
        let list: Vec<String> = others.iter().map(|(title, count)| format!("{title}: {count}")).collect();
        say.info(format!("left: kinds that are not moved ({}); see: doorkey token scan", list.join(", ")));
    }
}

/// Whose programs ask doorkey now. npm asks nobody.
fn who_asks(taken: &[Taken]) -> Option<String> {
    let of = |kind| match kind {
        Kind::Docker => "docker",
        Kind::Cargo => "cargo",
        _ => "git",
    };
    let who: BTreeSet<&str> = taken.iter().filter(|t| t.kind != Kind::Npm).map(|one| of(one.kind)).collect();
    let who: Vec<&str> = who.into_iter().collect();
    match who.as_slice() {
        [] => None,
        [one] => Some(format!("{one} gets the token")),
        all => Some(format!("{} get their tokens", all.join(" and "))),
    }
}

/// What the other programs that read the file do now.
fn say_others(context: &mut Context, taken: &[Taken]) {
    for one in taken.iter().filter(|one| one.kind == Kind::Netrc) {
        let host = one.record.origin.trim_start_matches("https://");
        let words = format!(
            "curl, go, pip and others that read {} find nothing for {host} there",
            context.sys.shown(&one.path)
        );
        context.say.marked(Mark::Warn, words);
        context.say.info(format!(
            "  curl gets it so, one URL a command (it reads a pipe once): {}",
            for_curl(&one.record)
        ));
    }
    let npm: BTreeSet<_> = taken.iter().filter(|t| t.kind == Kind::Npm).map(|t| &t.profile.name).collect();
    for profile in npm {
        context.say.marked(Mark::Warn, "npm gets it in a session of the profile, and nowhere else");
        context.say.info(format!("  {}", for_npm(profile)));
    }
}

/// npm asks no helper.
fn for_npm(profile: &ProfileName) -> String {
    format!("doorkey exec {profile} -- npm install")
}

/// curl reads the entry from a pipe, and sends it to that host alone.
fn for_curl(record: &RecordId) -> String {
    let host = record.origin.trim_start_matches("https://");
    format!("curl --netrc-file <(doorkey credential netrc {host}) https://{host}/...")
}

/// What lay in plain text may have been read by others.
fn say_rotation(context: &mut Context, taken: &[Taken]) {
    let mut told = BTreeSet::new();
    let of = |kind| -> BTreeSet<_> {
        taken.iter().filter(|t| t.kind == kind).map(|t| (&t.profile.name, &t.record)).collect()
    };
    let (docker, cargo) = (of(Kind::Docker), of(Kind::Cargo));
    for Taken { profile, record, .. } in taken {
        if !told.insert((profile.name.clone(), record.clone())) {
            continue;
        }
        context.say.marked(
            Mark::Warn,
            format!(
                "the token of {} for {} as {} lay in plain text: make a new one, then revoke this one",
                profile.name,
                record.origin,
                redact::user_name(&record.user)
            ),
        );
        if let Some((_, page)) = super::token_show::page_for(context, profile, record)
            && let Some(url) = page.url
        {
            context.say.info(format!("  make it here: {url}"));
        }
        if cargo.contains(&(&profile.name, record)) {
            context.say.info("  keep it: printf %s \"$TOKEN\" | cargo login --registry NAME");
            continue;
        }
        if let Some(registry) = profile.npm_for(record) {
            context.say.info(format!("  keep it: {}", registry.add_command(&profile.name)));
            continue;
        }
        if docker.contains(&(&profile.name, record)) {
            let registry = record.origin.trim_start_matches("https://");
            let registry = if registry == "index.docker.io" { "" } else { registry };
            context.say.info(format!("  keep it: docker login {registry}").trim_end());
            continue;
        }
        let host = record.origin.split_once("://").map_or("", |(_, host)| host);
        context.say.info(format!("  keep it: doorkey token add {} --host {host}", profile.name));
    }
}

fn document(made: &Adoption, others: &BTreeMap<&'static str, usize>, more: Value) -> String {
    let taken = made.taken.iter().map(|one| {
        let mut advice = "it lay in plain text: make a new one, then revoke this one".to_owned();
        if one.kind == Kind::Npm {
            advice += &format!("; npm gets it so: {}", for_npm(&one.profile.name));
        }
        if one.kind == Kind::Netrc {
            advice += &format!("; curl, go and pip find nothing in that file now: {}", for_curl(&one.record));
        }
        json!({ "path": one.path.display().to_string(), "line": one.line, "kind": one.kind.code(),
            "profile": one.profile.name.as_str(), "origin": one.record.origin, "owner": one.record.path,
            "user": redact::user_name(&one.record.user), "record": one.fate.code(),
            "do": advice })
    });
    let left = made.left.iter().map(|one| {
        json!({ "path": one.path.display().to_string(), "line": one.line, "what": "a secret stays in this file",
            "why": one.why, "do": one.fix })
    });
    let mut body = json!({ "title": TITLE, "taken": taken.collect::<Vec<_>>(), "left": left.collect::<Vec<_>>(),
        "only-found": others });
    if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
        body.extend(more);
    }
    json::document("token-adopt", body)
}

fn failure(sys: &Sys, error: AdoptError) -> Failure {
    match error {
        AdoptError::NotInForce => {
            let (what, command) = in_force::way_on(sys);
            Failure::new(Exit::CouldNot, what, "git would find no token any more", format!("run: {command}"))
        }
        AdoptError::Store(error) => error.into(),
        AdoptError::Fs(error) => error.into(),
    }
}
