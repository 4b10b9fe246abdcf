//! `doorkey ca inspect PATH`: the certificates of files and folders, whatever they are kept in.

use super::error::Failure;
use super::long_walk::reason;
use super::verify::cores;
use super::{Context, Exit, json};
use crate::chains;
use crate::engine::inspect::{CertEvent, Certs, FoundCert};
use crate::formats::cert::Cert;
use crate::formats::containers::{Container, NotRead};
use crate::probes::chain::{day, minute};
use crate::redact::for_terminal;
use crate::secret::Secret;
use crate::sys::Sys;
use crate::sys::fs::LIMIT;
use serde_json::{Value, json};
use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Whether a file is one that holds certificates, told by its beginning: else it may be an SSH key.
pub(super) fn holds_certificates(beginning: &[u8]) -> bool {
    let has = |text: &str| memchr::memmem::find(beginning, text.as_bytes()).is_some();
    match Container::of(beginning) {
        Container::Pem => ["CERTIFICATE-----", "-----BEGIN PKCS7", "-----BEGIN CMS", "-----BEGIN X509 CRL"]
            .iter()
            .any(|t| has(t)),
        Container::Der => Cert::read(beginning).is_ok(),
        _ => true,
    }
}

/// Exit code 0: certificates, and nothing is damaged or out of date; 1: something is.
pub(super) fn run(
    context: &mut Context,
    inputs: &[Input],
    passphrase: Option<&Secret>,
) -> Result<Exit, Failure> {
    let Context { sys, say, flags, .. } = context;
    let now = sys.now();
    let mut report = Report { now, verbose: flags.verbose, lines: Vec::new(), ..Report::default() };
    let mut broken_pipe = false;
    let mut certs = Certs::new(sys, passphrase, cores());
    for input in inputs {
        if let Input::Path(path) = input
            && !matches!(sys.look_through(path), Ok(Some(_)))
        {
            let what = format!("there is no file or folder {}", sys.shown(path));
            return Err(Failure::new(Exit::CouldNot, what, "", "name one that is there"));
        }
        let mut on = |event: CertEvent| {
            if flags.json {
                report.count(&event);
                if let Some(value) = report.as_json(&event) {
                    let head = if report.told == 0 { HEAD } else { "," };
                    say.line(format!("{head}{}", json::one_line(&value)));
                    report.told += 1;
                }
            } else {
                report.count(&event);
                report.event(sys, event);
                // Many lines in one write.
                if report.lines.len() >= AT_ONCE {
                    say.line(report.lines.drain(..).collect::<Vec<_>>().join("\n"));
                }
            }
            broken_pipe = say.broken_pipe();
            if broken_pipe { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let flow = match input {
            Input::Path(path) => certs.tell(path, &mut on),
            Input::Bytes(bytes) => certs.bytes(Path::new("-"), bytes, &mut on),
        };
        if flow.is_break() {
            break;
        }
    }
    if flags.json {
        let head = if report.told == 0 { HEAD } else { "" };
        let tail = json::one_line(&json!({ "summary": report.summary() }));
        say.line(format!("{head}],{}", tail.strip_prefix('{').unwrap_or(&tail)));
    } else {
        let rest = report.end();
        for line in report.lines.drain(..).chain(rest) {
            say.line(line);
        }
        say.info(report.words());
    }
    let fine = report.certs > 0 && report.faults == 0 && report.expired == 0;
    Ok(if fine { Exit::Fine } else { Exit::Findings })
}

/// Where certificates come from.
pub(super) enum Input {
    /// A file or folder.
    Path(PathBuf),
    /// What came on standard input.
    Bytes(Vec<u8>),
}

impl Input {
    /// What is named on the command line; `-` is standard input.
    pub(super) fn named(path: &Path) -> Result<Self, Failure> {
        if path.as_os_str() != "-" {
            return Ok(Self::Path(path.into()));
        }
        let mut bytes = Vec::new();
        match std::io::stdin().lock().take(LIMIT).read_to_end(&mut bytes) {
            Ok(_) => Ok(Self::Bytes(bytes)),
            Err(_) => {
                Err(Failure::new(Exit::CouldNot, "standard input could not be read", "", "name a file"))
            }
        }
    }
}

/// How many lines are written at once.
const AT_ONCE: usize = 100;

const HEAD: &str = "{\"schema\":\"doorkey/inspect-certs/v1\",\"certs\":[\n";

/// What is said, and what it came to.
#[derive(Default)]
struct Report {
    now: i64,
    verbose: bool,
    lines: Vec<String>,
    /// The first certificate is kept back: alone, it is shown as a whole.
    first: Option<Box<FoundCert>>,
    path: PathBuf,
    container: Option<Container>,
    files: usize,
    told: usize,
    certs: usize,
    public: usize,
    expired: usize,
    again: usize,
    faults: usize,
    keys: usize,
}

impl Report {
    fn count(&mut self, event: &CertEvent) {
        match event {
            CertEvent::File(path, container) => {
                self.files += 1;
                self.path.clone_from(path);
                self.container = Some(*container);
            }
            CertEvent::Cert(found) => {
                self.certs += 1;
                self.public += usize::from(found.cert.is_public_root());
                self.expired += usize::from(is_untimely(&found.cert, self.now).is_some());
                self.again += usize::from(found.again);
            }
            CertEvent::Other("private key", _) => self.keys += 1,
            CertEvent::Other(..) => {}
            CertEvent::ByteOrderMark
            | CertEvent::Malformed(_)
            | CertEvent::Damage(..)
            | CertEvent::NotRead(_)
            | CertEvent::Unreadable(..) => self.faults += 1,
        }
    }

    /// A line a certificate, and one for each trouble.
    fn event(&mut self, sys: &Sys, event: CertEvent) {
        let at = |line: Option<usize>| line.map_or(String::new(), |line| format!("line {line}: "));
        match event {
            CertEvent::File(path, container) => {
                self.flush();
                self.lines.push(format!("{} ({})", for_terminal(&sys.shown(&path), false), container.name()));
            }
            CertEvent::Cert(found) => {
                if self.certs == 1 {
                    self.first = Some(found);
                } else {
                    self.flush();
                    self.lines.push(self.line(&found));
                }
            }
            CertEvent::Malformed(line) => self.trouble(format!("{}not an X.509 certificate", at(line))),
            CertEvent::Damage(line, fault) => self.trouble(format!("line {line}: {fault}")),
            CertEvent::ByteOrderMark => {
                self.trouble("it begins with a byte order mark: Go, rustls, bun, deno and keytool miss the first certificate".to_owned());
            }
            CertEvent::Other("private key", line) => {
                self.trouble(format!("{}a private key: whoever reads this file has it", at(line)));
            }
            CertEvent::Other(what, line) => self.lines.push(format!("      {}a {what}", at(line))),
            CertEvent::NotRead(why) => {
                let hint = if why == NotRead::Passphrase { "; give it by --passphrase-fd N" } else { "" };
                self.trouble(format!("not read: {why}{hint}"));
            }
            CertEvent::Unreadable(path, error) => {
                self.trouble(format!("{}: {}", for_terminal(&sys.shown(&path), false), reason(&error)));
            }
        }
    }

    fn trouble(&mut self, text: String) {
        self.flush();
        self.lines.push(format!("      ! {text}"));
    }

    fn flush(&mut self) {
        if let Some(found) = self.first.take() {
            let line = self.line(&found);
            self.lines.push(line);
        }
    }

    /// The only certificate of all, as a whole.
    fn end(&mut self) -> Vec<String> {
        let Some(found) = self.first.take() else { return Vec::new() };
        rows(&found, self.now, self.verbose)
            .into_iter()
            .map(|(name, value)| format!("{name:<18} {value}"))
            .collect()
    }

    fn line(&self, found: &FoundCert) -> String {
        let cert = &found.cert;
        let mut marks = vec![kind(cert).to_owned()];
        marks.extend(is_untimely(cert, self.now).map(str::to_owned));
        marks.extend(found.again.then(|| "again".to_owned()));
        marks.extend(found.odd_label.then(|| "not read by Go, Node, rustls".to_owned()));
        marks.extend(found.alias.as_ref().map(|alias| format!("alias {alias}")));
        let print = cert.fingerprint();
        let short = print.get(..23).unwrap_or(&print);
        let line = found.line.map(|line| line.to_string()).unwrap_or_default();
        format!(
            "{line:>5} {} {:<8} {short} {} ({})",
            day(cert.not_after),
            cert.key.to_string(),
            cert.subject.short(),
            marks.join(", ")
        )
    }

    fn as_json(&self, event: &CertEvent) -> Option<Value> {
        let (file, container) = (self.path.display().to_string(), self.container);
        let mut value = match event {
            CertEvent::File(..) => return None,
            CertEvent::Cert(found) => json!({
                "line": found.line, "alias": found.alias, "again": found.again, "odd-label": found.odd_label,
                "kind": kind(&found.cert), "untimely": is_untimely(&found.cert, self.now), "cert": found.cert,
                "self-signed": found.cert.is_self_signed(),
                "notes": chains::lint(found.cert.der()),
            }),
            CertEvent::Malformed(line) => json!({ "line": line, "trouble": "malformed" }),
            CertEvent::Damage(line, fault) => {
                json!({ "line": line, "trouble": "damage", "what": fault.to_string() })
            }
            CertEvent::ByteOrderMark => json!({ "trouble": "byte-order-mark" }),
            CertEvent::Other(what, line) => json!({ "line": line, "other": what }),
            CertEvent::NotRead(why) => json!({ "trouble": "not-read", "what": why.to_string() }),
            CertEvent::Unreadable(path, error) => {
                json!({ "trouble": "unreadable", "path": path.display().to_string(), "what": reason(error) })
            }
        };
        if let Some(fields) = value.as_object_mut() {
            fields.insert("file".into(), json!(file));
            fields.insert("container".into(), json!(container));
        }
        Some(value)
    }

    fn summary(&self) -> Value {
        json!({
            "files": self.files, "certs": self.certs, "public-roots": self.public, "untimely": self.expired,
            "again": self.again, "faults": self.faults, "private-keys": self.keys,
        })
    }

    fn words(&self) -> String {
        let word = if self.certs == 1 { "certificate" } else { "certificates" };
        let files = if self.files == 1 { "1 file".to_owned() } else { format!("{} files", self.files) };
        let mut words = format!("{} {word} in {files}", self.certs);
        let more = [
            (self.public, "public roots"),
            (self.expired, "out of date"),
            (self.again, "told before"),
            (self.faults, "faults"),
            (self.keys, "private keys"),
        ];
        for (count, what) in more.into_iter().filter(|(count, _)| *count > 0) {
            words.push_str(&format!("; {count} {what}"));
        }
        words + "."
    }
}

/// What a certificate is for whoever keeps it.
fn kind(cert: &Cert) -> &'static str {
    match (cert.is_public_root(), cert.is_ca, cert.is_self_issued()) {
        (true, ..) => "public root",
        (_, true, true) => "root, not in Mozilla's list",
        (_, true, false) => "intermediate CA",
        (_, false, true) if cert.version < 3 => "root of an old version",
        (_, false, true) => "self-signed, not a CA's",
        _ => "leaf",
    }
}

fn is_untimely(cert: &Cert, now: i64) -> Option<&'static str> {
    match () {
        () if now > cert.not_after => Some("EXPIRED"),
        () if now < cert.not_before => Some("NOT YET VALID"),
        () => None,
    }
}

fn rows(found: &FoundCert, now: i64, verbose: bool) -> Vec<(&'static str, String)> {
    let cert = &found.cert;
    let mut rows: Vec<(&'static str, String)> = Vec::new();
    let mut row = |name, value: String| rows.push((name, value));
    row("subject", cert.subject.to_string());
    row("issuer", if cert.is_self_issued() { "itself".into() } else { cert.issuer.to_string() });
    row("what", kind(cert).into());
    if let Some(alias) = &found.alias {
        row("alias", alias.clone());
    }
    let names: Vec<&str> = cert.names().chain(cert.other_names.iter().map(String::as_str)).collect();
    if !names.is_empty() {
        row("names", names.join(", "));
    }
    let days = (cert.not_after - now).div_euclid(86_400);
    let until = match is_untimely(cert, now) {
        Some(word) => word.to_owned(),
        None => format!("{days} days left"),
    };
    row("valid", format!("{} to {} ({until})", minute(cert.not_before), minute(cert.not_after)));
    row("key", cert.key.to_string());
    let signed = match cert.is_self_signed() {
        Some(true) => ", by its own key",
        _ if cert.is_self_issued() => ", NOT by its own key",
        _ => "",
    };
    row("signature", format!("{}{signed}", cert.signature));
    let path = cert.path_len.map_or(String::new(), |n| format!(", at most {n} below it"));
    row("CA", format!("{}{path}", if cert.is_ca { "yes" } else { "no" }));
    if let Some(usage) = &cert.key_usage {
        row("key usage", usage.join(", "));
    }
    if let Some(usage) = &cert.extended_key_usage {
        row("extended usage", usage.join(", "));
    }
    if cert.name_constraints {
        row("permits names", or_all(&cert.permitted_names));
        row("excludes names", cert.excluded_names.join(", "));
    } else if cert.is_ca {
        row("permits names", "all of them".into());
    }
    row("serial", cert.serial.clone());
    for (name, id) in [("subject key", &cert.subject_key_id), ("authority key", &cert.authority_key_id)] {
        if let Some(id) = id {
            row(name, id.clone());
        }
    }
    for url in &cert.issuer_urls {
        row("issuer at", url.clone());
    }
    row("SHA-256", cert.fingerprint());
    for cause in chains::lint(cert.der()) {
        row("note", format!("{}: {} ({})", cause.code, cause.what, cause.clause));
    }
    if verbose {
        for (name, critical, value) in cert.raw_extensions() {
            row("extension", format!("{name}{} {value}", if critical { " critical" } else { "" }));
        }
    }
    rows
}

fn or_all(names: &[String]) -> String {
    if names.is_empty() { "all that are not excluded".into() } else { names.join(", ") }
}

/// The first bytes of a file, enough to tell what it is.
pub(super) fn beginning(sys: &Sys, path: &Path) -> Option<Vec<u8>> {
    let (file, length) = sys.open(path).ok()??;
    // A container is told by its structure, which the whole shows.
    let most = if length <= LIMIT { length } else { 1 << 16 };
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}
