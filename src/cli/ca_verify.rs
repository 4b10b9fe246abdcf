//! `doorkey ca verify LEAF --roots FILE`: the path of a certificate, and the first broken link. Asks no network.

use super::error::Failure;
use super::inspect_certs::Input;
use super::{Context, Exit, json};
use crate::chains::{self, Answer, Cause, Policies, PresentedTo, Purpose, Question, Reach};
use crate::formats::containers::{self, Contents};
use crate::probes::chain::day;
use clap::{Args, ValueEnum};
use serde_json::json;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// `doorkey ca verify`
#[derive(Debug, Args)]
#[command(
    after_help = "Only the certificates of --roots are trusted, each of them, whatever it is. Files are PEM or DER; a LEAF\n\
    file with more than one certificate brings its intermediates with it. With --crl, every certificate\n\
    below the root must be covered by one of the lists.\n\n\
    --purpose any     RFC 5280 section 6 alone, as every program that validates\n  \
    client  and the profile of RFC 5280 section 4, and keys and signatures of today's strength:\n          \
    what Python 3.13 and `openssl verify -x509_strict` want\n  \
    server  and the Baseline Requirements for the certificates of TLS servers\n\
    Without it: server with --host or --ip, else any.\n\n\
    Examples:\n  doorkey ca verify leaf.pem --intermediates chain.pem --roots corp-root.pem --host git.acme.example\n  \
    doorkey ca verify leaf.pem --roots roots.pem --at 2027-01-01T00:00:00Z --crl list.pem --json\n\n\
    Exit code 0: valid; 1: not valid; 2: used wrongly; 3: a file cannot be read."
)]
pub(crate) struct Verify {
    /// The certificate; - is standard input
    #[arg(value_name = "LEAF")]
    leaf: PathBuf,
    /// Certificates that may stand in between; may be said more than once
    #[arg(long, value_name = "FILE")]
    intermediates: Vec<PathBuf>,
    /// The certificates that are trusted; may be said more than once
    #[arg(long, value_name = "FILE", required = true)]
    roots: Vec<PathBuf>,
    /// The host that it must be for
    #[arg(long, value_name = "NAME", group = "party")]
    host: Option<String>,
    /// The address that it must be for
    #[arg(long, value_name = "ADDRESS", group = "party")]
    ip: Option<IpAddr>,
    /// The mailbox that it must be for
    #[arg(long, value_name = "ADDRESS", group = "party")]
    email: Option<String>,
    /// The moment for which to judge, as 2026-11-27T10:00:00Z; else now
    #[arg(long, value_name = "RFC3339")]
    at: Option<jiff::Timestamp>,
    /// For what it is to be used
    #[arg(long, value_enum)]
    purpose: Option<For>,
    /// Revocation lists; may be said more than once
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
    /// A certificate policy that is acceptable, by number; may be said more than once
    #[arg(long, value_name = "OID", value_parser = oid)]
    policy: Vec<String>,
    /// The path must have a policy (RFC 5280 section 6.1.1 (f))
    #[arg(long)]
    explicit_policy: bool,
    /// Policy mappings do not count (section 6.1.1 (e))
    #[arg(long)]
    inhibit_mapping: bool,
    /// anyPolicy does not count (section 6.1.1 (g))
    #[arg(long)]
    inhibit_any: bool,
    /// How many intermediates there may be
    #[arg(long, value_name = "N")]
    max_depth: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum For {
    Server,
    Client,
    Any,
}

fn oid(text: &str) -> Result<String, String> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    match text.contains('.') && text.split('.').all(digits) {
        true => Ok(text.to_owned()),
        false => Err("not a number such as 2.16.840.1.101.3.2.1.48.1".to_owned()),
    }
}

pub(crate) fn run(context: &mut Context, wanted: &Verify) -> Result<Exit, Failure> {
    let presented_to = party(wanted)?;
    let purpose = match (wanted.purpose, &presented_to) {
        (Some(For::Server), _) => Purpose::Server,
        (Some(For::Client), _) => Purpose::Client,
        (Some(For::Any), _) => Purpose::Any,
        (None, Some(PresentedTo::Host(_) | PresentedTo::Address(_))) => Purpose::Server,
        (None, _) => Purpose::Any,
    };
    let own = certificates(context, &wanted.leaf)?;
    let (mut between, mut roots, mut lists) = (Vec::new(), Vec::new(), Vec::new());
    for path in &wanted.intermediates {
        between.extend(certificates(context, path)?);
    }
    for path in &wanted.roots {
        let found = certificates(context, path)?;
        if found.is_empty() {
            return Err(nothing(context, path, "certificate"));
        }
        roots.extend(found);
    }
    for path in &wanted.crl {
        let found = read(context, path)?.crls;
        if found.is_empty() {
            return Err(nothing(context, path, "revocation list"));
        }
        lists.extend(found);
    }
    let Some((leaf, rest)) = own.split_first() else {
        return Err(nothing(context, &wanted.leaf, "certificate"));
    };
    let question = Question {
        leaf,
        intermediates: rest.iter().chain(&between).map(Vec::as_slice).collect(),
        roots: roots.iter().map(Vec::as_slice).collect(),
        crls: lists.iter().map(Vec::as_slice).collect(),
        // RFC 5280 section 4.1.2.5 counts whole seconds; a part of one belongs to the second that has begun.
        at: wanted.at.map_or_else(|| context.sys.now(), floor),
        purpose,
        presented_to,
        policies: Policies {
            wanted: wanted.policy.clone(),
            explicit: wanted.explicit_policy,
            no_mapping: wanted.inhibit_mapping,
            no_any: wanted.inhibit_any,
        },
        max_depth: wanted.max_depth,
    };
    let answer = chains::answer(&question);
    if context.flags.json {
        let mut body = json!(answer);
        let verdict = if answer.valid { "valid" } else { "not-valid" };
        if let Some(fields) = body.as_object_mut() {
            fields.remove("valid");
            fields.insert("at".into(), json!(question.at));
            fields.insert("purpose".into(), json!(purpose));
            fields.insert("verdict".into(), json!(verdict));
        }
        context.say.line(json::document("ca-verify", body));
    } else {
        say(context, &answer);
    }
    Ok(if answer.valid { Exit::Fine } else { Exit::Findings })
}

fn floor(at: jiff::Timestamp) -> i64 {
    i64::try_from(at.as_nanosecond().div_euclid(1_000_000_000)).unwrap_or_default()
}

fn say(context: &mut Context, answer: &Answer) {
    let name = |depth: usize| answer.path.get(depth).map_or("", |step| step.subject.as_str());
    match (answer.valid, answer.path.last()) {
        (true, Some(root)) => context.say.line(format!("valid: it leads to {}", root.subject)),
        _ => context.say.line("not valid"),
    }
    for cause in &answer.causes {
        context.say.line(format!(
            "  {}: certificate {} ({}): {}",
            cause.code,
            cause.depth,
            name(cause.depth),
            cause.what
        ));
        context.say.line(format!("    {}", rule(cause)));
        context.say.line(format!("    do: {}", cause.mend));
    }
    if !answer.path.is_empty() {
        context.say.line(if answer.complete { "the path" } else { "the path, as far as it leads" });
    }
    for (depth, step) in answer.path.iter().enumerate() {
        let (from, to) = (day(step.not_before), day(step.not_after));
        let trusted = if step.trusted { ", trusted" } else { "" };
        context.say.line(format!("  {depth}  {} ({from} to {to}{trusted})", step.subject));
    }
    if answer.valid && !answer.notes.is_empty() {
        context.say.line("stricter programs may refuse it");
        for cause in &answer.notes {
            context.say.line(format!(
                "  {}: certificate {}: {} ({})",
                cause.code,
                cause.depth,
                cause.what,
                rule(cause)
            ));
        }
    }
    if answer.unreadable > 0 {
        context
            .say
            .aside(format!("note: {} of the given certificates and lists cannot be read", answer.unreadable));
    }
}

pub(super) fn rule(cause: &Cause) -> String {
    format!("{}; held against it by {}", cause.clause, who(cause.reach))
}

/// Who holds such a rule against a certificate.
pub(super) fn who(reach: Reach) -> &'static str {
    match reach {
        Reach::Validation => "every program that validates",
        Reach::Profile => "strict programs: Python 3.13, openssl -x509_strict",
        Reach::Server => "some programs, for servers",
        Reach::Advice => "no program that is known",
    }
}

fn party(wanted: &Verify) -> Result<Option<PresentedTo>, Failure> {
    if let Some(host) = &wanted.host {
        let bare = host.trim_matches(['[', ']']);
        if let Ok(address) = bare.parse() {
            return Ok(Some(PresentedTo::Address(address)));
        }
        return match url::Host::parse(host.trim_end_matches('.')) {
            Ok(url::Host::Domain(name)) => Ok(Some(PresentedTo::Host(name))),
            _ => Err(Failure::usage(format!("{host:?} is no host name"), "say --host git.acme.example")),
        };
    }
    if let Some(mailbox) = &wanted.email {
        if !mailbox.contains('@') {
            return Err(Failure::usage(format!("{mailbox:?} is no mailbox"), "say --email ada@acme.example"));
        }
        return Ok(Some(PresentedTo::Mailbox(mailbox.clone())));
    }
    Ok(wanted.ip.map(PresentedTo::Address))
}

/// What a file holds, whatever its form.
fn read(context: &Context, path: &Path) -> Result<Contents, Failure> {
    let shown = || context.sys.shown(path);
    let contents = containers::read(&bytes(context, path)?, None).map_err(|why| {
        Failure::new(
            Exit::CouldNot,
            format!("{} is not read: {why}", shown()),
            "",
            "name a file in PEM or DER",
        )
    })?;
    if let Some(damage) = contents.damage.first() {
        context.say.aside(format!("note: {}:{}: {}", shown(), damage.line, damage.fault));
    }
    Ok(contents)
}

fn certificates(context: &Context, path: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    Ok(read(context, path)?.certs.into_iter().map(|held| held.der).collect())
}

fn bytes(context: &Context, path: &Path) -> Result<Vec<u8>, Failure> {
    if let Input::Bytes(bytes) = Input::named(path)? {
        return Ok(bytes);
    }
    context.sys.read(path)?.ok_or_else(|| {
        let what = format!("there is no file {}", context.sys.shown(path));
        Failure::new(Exit::CouldNot, what, "", "name one that is there")
    })
}

fn nothing(context: &Context, path: &Path, what: &str) -> Failure {
    let said = format!("{} holds no {what} that can be read", context.sys.shown(path));
    Failure::new(Exit::CouldNot, said, "", "name a file in PEM or DER")
}
