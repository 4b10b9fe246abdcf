//! `doorkey inspect HOST:PORT|URL`: the chain that a server sends, directly or through a proxy.

use super::ca_verify::rule;
use super::error::Failure;
use super::verify::ladder;
use super::{Context, Exit, json};
use crate::chains::Answer;
use crate::engine::server_chain::{Seen, Server, authority, look};
use crate::engine::server_clock::Clock;
use crate::formats::cert::Cert;
use crate::formats::proxy::dialect::Decision;
use crate::model::ladder::{Outcome, Rung};
use crate::probes::chain::{Chain, day};
use crate::probes::proxy_choice::{Configured, proxy_decision};
use crate::probes::starttls::Protocol;
use crate::redact;
use crate::trust::system;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

/// Clocks that differ by no more say the same, in seconds.
const SMALL: i64 = 300;

/// How a server is reached.
#[derive(Debug, Args)]
pub(crate) struct Reached {
    /// Reach a server through this proxy, not through the one that the environment names
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// Reach a server without a proxy, whatever the environment says
    #[arg(long, conflicts_with = "proxy")]
    direct: bool,
    /// Ask a server for this name in TLS, and hold its certificate against it
    #[arg(long, value_name = "NAME")]
    sni: Option<String>,
    /// Ask a server for TLS in this protocol first, which begins in clear
    #[arg(long, value_enum, value_name = "PROTOCOL")]
    starttls: Option<Starttls>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Starttls {
    Smtp,
    Imap,
    Pop3,
    Ftp,
    Ldap,
    Postgres,
}

impl Starttls {
    fn protocol(self) -> Protocol {
        match self {
            Self::Smtp => Protocol::Smtp,
            Self::Imap => Protocol::Imap,
            Self::Pop3 => Protocol::Pop3,
            Self::Ftp => Protocol::Ftp,
            Self::Ldap => Protocol::Ldap,
            Self::Postgres => Protocol::Postgres,
        }
    }
}

impl Reached {
    pub(super) fn is_set(&self) -> bool {
        self.proxy.is_some() || self.direct || self.sni.is_some() || self.starttls.is_some()
    }
}

/// Host and port of `HOST:PORT` or an https URL. `None` for what is neither.
pub(super) fn server(text: &str) -> Option<(String, u16)> {
    let url = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = url::Url::parse(&url).ok()?;
    let has_port =
        text.contains("://") || text.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    if url.scheme() != "https" || !has_port || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let host = url.host_str()?.trim_matches(['[', ']']).trim_end_matches('.').to_owned();
    Some((host, url.port_or_known_default()?))
}

/// Exit code 0: the chain leads to a root of the system; 1: it does not; 3: there was no handshake.
pub(super) fn run(context: &mut Context, host: &str, port: u16, how: &Reached) -> Result<Exit, Failure> {
    let (seen, decision) = seen(context, host, port, how)?;
    let shown = authority(host, port);
    if context.flags.json {
        let name = how.sni.as_deref().unwrap_or(host);
        context.say.line(json::document("inspect-server", as_json(&shown, name, &decision.because, &seen)));
    } else {
        say(context, &shown, &decision.because, &seen);
    }
    Ok(match (&seen.answer, seen.rungs.last()) {
        (Some(answer), Some(last)) if answer.valid && last.outcome != Outcome::Broken => Exit::Fine,
        (Some(_), _) => Exit::Findings,
        (None, _) => Exit::CouldNot,
    })
}

/// What a server sends, the leaf first.
pub(super) fn sent(
    context: &mut Context,
    host: &str,
    port: u16,
    how: &Reached,
) -> Result<Vec<Cert>, Failure> {
    let (seen, _) = seen(context, host, port, how)?;
    let sent = seen.handshake.map(|handshake| handshake.chain.sent).unwrap_or_default();
    if !sent.is_empty() {
        return Ok(sent);
    }
    let broken = seen.rungs.into_iter().find(|rung| rung.outcome == Outcome::Broken);
    let (what, why, fix) = broken.map_or_else(Default::default, |rung| {
        (rung.evidence, rung.cause.unwrap_or_default(), rung.repair.unwrap_or_default())
    });
    let server = authority(host, port);
    Err(Failure::new(Exit::CouldNot, format!("{server} sent no certificate: {what}"), why, fix))
}

/// The rungs to a repository's host through a proxy, up to the certificate: no login, no request.
pub(super) fn rungs_through(context: &Context, repo: &str, proxy: &str) -> Result<Vec<Rung>, Failure> {
    let Some((host, port)) = server(repo) else {
        return Err(Failure::usage(
            format!("a proxy is tried for https:// URLs, and this is {}", redact::said(repo)),
            "leave --try-proxy out, or name an https:// URL",
        ));
    };
    let how = Reached { proxy: Some(proxy.to_owned()), direct: false, sni: None, starttls: None };
    Ok(seen(context, &host, port, &how)?.0.rungs)
}

fn seen(context: &Context, host: &str, port: u16, how: &Reached) -> Result<(Seen, Decision), Failure> {
    if how.proxy.as_deref().is_some_and(|proxy| proxy.contains('@')) {
        return Err(Failure::usage(
            "a user or password in --proxy is seen by every program of this machine",
            "set https_proxy for this one command instead, or leave it out",
        ));
    }
    let store = system::look(&context.sys);
    // What was named by hand is taken, whatever NO_PROXY holds.
    let env = |name: &str| context.sys.env_raw(name).filter(|_| !how.direct && how.proxy.is_none());
    let named = how.proxy.as_deref().map(|value| Configured { key: "--proxy", value });
    let decision = proxy_decision(named, env, &format!("https://{}/", authority(host, port)));
    let name = how.sni.as_deref().unwrap_or(host);
    let by_hand = how.direct || how.proxy.is_some();
    let roots = &store.bundle.certs;
    let roots_file = Some(store.bundle.path.as_path());
    let starttls = how.starttls.map(Starttls::protocol);
    let server = Server { host, port, name, proxy: &decision, starttls, by_hand, roots_file, roots };
    Ok((look(&context.sys, &server), decision))
}

fn as_json(server: &str, name: &str, because: &str, seen: &Seen) -> Value {
    json!({
        "server": server,
        "name": name,
        "proxy": because,
        "rungs": seen.rungs,
        "handshake": seen.handshake,
        "verdict": seen.answer.as_ref().map(|a| if a.valid { "valid" } else { "not-valid" }),
        "paths": seen.answer,
        "interceptor": seen.product,
        "signed-directly-by": seen.signed_directly_by,
        "completed": seen.completed.as_ref().map(|completed| json!({
            "fetched": completed.fetched,
            "verdict": if completed.answer.valid { "valid" } else { "not-valid" },
            "paths": completed.answer,
        })),
        "clock": seen.clock,
        "openssl": seen.openssl,
    })
}

fn say(context: &mut Context, server: &str, because: &str, seen: &Seen) {
    context.say.line(format!("{server}, {because}"));
    ladder(context, &seen.rungs);
    let Some(handshake) = &seen.handshake else { return };
    if let Some(product) = seen.product {
        context.say.line(format!("opened by {product}: it answers in the server's place"));
    }
    if let Some(issuer) = &seen.signed_directly_by {
        context
            .say
            .line(format!("opened by the proxy: past it, the server's certificate is signed by {issuer}"));
    }
    if handshake.chain.sent.is_empty() {
        return;
    }
    let version = handshake.version.map_or(String::new(), |v| format!(" over {v}"));
    context.say.line(format!("the server sent{version}"));
    for line in drawing(&handshake.chain) {
        context.say.line(line);
    }
    if let Some(answer) = &seen.answer {
        verdict(context, answer);
    }
    if let Some(openssl) = &seen.openssl {
        let said = if openssl.valid { "OK".to_owned() } else { openssl.said.join("; ") };
        context.say.line(format!("openssl verify -x509_strict: {said}"));
    }
    if let Some(completed) = &seen.completed {
        for fetched in &completed.fetched {
            context.say.line(format!("not sent, but at {}: {}", fetched.url, fetched.cert.subject));
        }
        if completed.answer.valid {
            context.say.line(
                "with that it is valid: browsers fetch it; git, curl, Go, Python, Node and Java do not",
            );
            context.say.line("  do: ask the owner of the server to send it");
        } else {
            context.say.line("with that it is not valid either");
            causes(context, &completed.answer);
        }
    }
    if let Some(clock) = &seen.clock {
        context.say.line(clock_line(clock));
    }
}

fn clock_line(clock: &Clock) -> String {
    let (ahead, word) = (clock.ahead(), if clock.ahead() > 0 { "ahead of" } else { "behind" });
    match (ahead.abs() <= SMALL, clock.valid_there) {
        (true, _) => {
            "the server's clock says the same as this machine's: the certificate is out of date".into()
        }
        (false, true) => format!(
            "this machine's clock is {} {word} the server's, at whose time the chain is valid: set the clock",
            length(ahead.abs())
        ),
        (false, false) => format!(
            "this machine's clock is {} {word} the server's, but the chain is not valid at its time either",
            length(ahead.abs())
        ),
    }
}

/// `3 days`, `2 hours`, `5 minutes`.
fn length(seconds: i64) -> String {
    let (count, unit) = match seconds {
        s if s >= 86_400 => (s / 86_400, "day"),
        s if s >= 3600 => (s / 3600, "hour"),
        s => (s / 60, "minute"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn verdict(context: &mut Context, answer: &Answer) {
    let root = answer.path.last().filter(|_| answer.complete).map(|step| step.subject.clone());
    match (answer.valid, root) {
        (true, Some(root)) => context.say.line(format!("valid: it leads to {root}, a root of this system")),
        (_, Some(root)) => {
            context.say.line(format!("not valid, though it leads to {root}, a root of this system"))
        }
        _ => context.say.line("not valid: it leads to no root of this system"),
    }
    causes(context, answer);
    for cause in answer.notes.iter().filter(|_| answer.valid) {
        context.say.line(format!(
            "  note {}: certificate {}: {} ({})",
            cause.code, cause.depth, cause.what, cause.clause
        ));
    }
}

fn causes(context: &mut Context, answer: &Answer) {
    for cause in &answer.causes {
        let name = answer.path.get(cause.depth).map_or("", |step| step.subject.as_str());
        context.say.line(format!("  {}: certificate {} ({name}): {}", cause.code, cause.depth, cause.what));
        context.say.line(format!("    {}", rule(cause)));
        context.say.line(format!("    do: {}", cause.mend));
    }
}

/// One line a certificate, in the order of the server, each below the one that it signed.
fn drawing(chain: &Chain) -> Vec<String> {
    let mut lines = Vec::new();
    let mut above: Option<&Cert> = None;
    for (number, cert) in chain.sent.iter().enumerate() {
        let fits = above.is_none_or(|below| below.names_as_issuer(cert));
        let branch = match (number, fits) {
            (0, _) => "",
            (_, true) => "`- ",
            (_, false) => "?  ",
        };
        let stray = if fits { "" } else { ", which did not sign the one above" };
        let indent = " ".repeat(3 * number.saturating_sub(1));
        lines.push(format!(
            "  {number} {indent}{branch}{} ({}, {} to {}{stray})",
            cert.subject,
            cert.key,
            day(cert.not_before),
            day(cert.not_after)
        ));
        above = Some(cert);
    }
    if let Some(last) = chain.sent.last().filter(|last| !last.is_self_issued()) {
        lines.push(format!(
            "    {}`- signed by {}, not sent",
            " ".repeat(3 * (chain.sent.len() - 1)),
            last.issuer
        ));
    }
    lines
}
