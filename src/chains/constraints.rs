//! Name constraints (RFC 5280 sections 4.2.1.10 and 6.1.3 (b), (c)): which names the CAs of a path allow below them.

use super::cause::{
    CONSTRAINT_MALFORMED, CONSTRAINT_UNKNOWN, CONSTRAINTS_TOO_MANY, Cause, NAME_EXCLUDED, NAME_NOT_PERMITTED,
};
use super::dn::Dn;
use super::host::{address, written};
use super::member::Member;
use crate::formats::cert::Name;
use crate::redact::for_terminal;
use std::cell::Cell;
use x509_parser::extensions::{GeneralName, GeneralSubtree};

/// More comparisons than any real question needs; certificates made to cost time are refused instead.
const MOST_COMPARISONS: usize = 1 << 23;

/// A name that a CA may have limited.
#[derive(Debug)]
enum Subject<'a> {
    Dns(&'a str),
    Mailbox(&'a str),
    Uri(&'a str),
    Ip(&'a [u8]),
    Directory(Dn),
    /// A form without rules here, by its tag.
    Other(u8),
    /// A name that is none.
    Broken(u8),
}

impl Subject<'_> {
    /// The form's number in GeneralName.
    fn form(&self) -> u8 {
        match self {
            Self::Mailbox(_) => 1,
            Self::Dns(_) => 2,
            Self::Directory(_) => 4,
            Self::Uri(_) => 6,
            Self::Ip(_) => 7,
            Self::Other(form) | Self::Broken(form) => *form,
        }
    }
}

/// Names as they are held against each other.
struct Named<'a> {
    name: Subject<'a>,
    shown: String,
}

/// Holds the names of every certificate against the limits of all CAs above it. `path` begins with the leaf.
pub(super) fn judge(path: &[&Member<'_>], spent: &Cell<usize>) -> Vec<Cause> {
    let mut causes = Vec::new();
    for (above, ca) in path.iter().enumerate().skip(1) {
        let Some(limits) = &ca.ext.name_constraints else { continue };
        let permitted = limits.value.permitted_subtrees.as_deref().unwrap_or_default();
        let excluded = limits.value.excluded_subtrees.as_deref().unwrap_or_default();
        if let Some(broken) = permitted.iter().chain(excluded).find(|tree| !is_well_formed(&tree.base)) {
            let shown = written(&broken.base).unwrap_or_else(|| "one that cannot be read".to_owned());
            causes.push(
                CONSTRAINT_MALFORMED.at(above, format!("it limits names to a form that is none: {shown}")),
            );
            continue;
        }
        for (below, member) in path.iter().enumerate().take(above) {
            // Section 6.1.3 (b): not the self-issued ones, but always the last.
            if below > 0 && member.is_self_issued() {
                continue;
            }
            let names = names_of(member);
            spent.set(spent.get() + names.len() * (permitted.len() + excluded.len()));
            if spent.get() > MOST_COMPARISONS {
                causes
                    .push(CONSTRAINTS_TOO_MANY.at(above, "its name constraints are too many to be checked"));
                return causes;
            }
            causes.extend(names.iter().find_map(|named| limit(named, permitted, excluded, below, above)));
        }
    }
    causes
}

fn limit(
    named: &Named<'_>,
    permitted: &[GeneralSubtree<'_>],
    excluded: &[GeneralSubtree<'_>],
    below: usize,
    above: usize,
) -> Option<Cause> {
    let form = named.name.form();
    let concerns = |tree: &&GeneralSubtree<'_>| form_of(&tree.base) == form;
    let mut allowed = permitted.iter().filter(concerns).peekable();
    let mut forbidden = excluded.iter().filter(concerns).peekable();
    if allowed.peek().is_none() && forbidden.peek().is_none() {
        return None;
    }
    let shown = &named.shown;
    match named.name {
        Subject::Other(_) => {
            let what = format!(
                "it has a name of a form that a CA above it limits, and that is not known here: {shown}"
            );
            return Some(CONSTRAINT_UNKNOWN.at(below, what));
        }
        Subject::Broken(_) => {
            let what = format!("its name {shown} is malformed, so no limit can allow it");
            return Some(NAME_NOT_PERMITTED.at(below, what));
        }
        _ => {}
    }
    if forbidden.any(|tree| holds(&tree.base, &named.name, true)) {
        return Some(
            NAME_EXCLUDED.at(below, format!("its name {shown} is one that CA {above} of the path excludes")),
        );
    }
    if allowed.peek().is_some() && !allowed.any(|tree| holds(&tree.base, &named.name, false)) {
        let what = format!("its name {shown} is outside of what CA {above} of the path may sign for");
        return Some(NAME_NOT_PERMITTED.at(below, what));
    }
    None
}

fn names_of<'m>(member: &'m Member<'_>) -> Vec<Named<'m>> {
    let mut all = Vec::new();
    if !member.subject.is_empty() {
        let shown = Name::of(member.parsed.subject()).to_string();
        all.push(Named { name: Subject::Directory(member.subject.clone()), shown });
    }
    for name in member.names() {
        let shown = written(name).unwrap_or_else(|| "(unreadable)".to_owned());
        all.push(Named { name: subject(name), shown });
    }
    // Section 4.2.1.10: without alternative names, addresses in the subject count as such.
    if member.ext.alternative_names.is_none() {
        for email in member.parsed.subject().iter_email().filter_map(|email| email.as_str().ok()) {
            all.push(Named { name: mailbox(email), shown: for_terminal(email, false) });
        }
    }
    all
}

fn subject<'m>(name: &'m GeneralName<'_>) -> Subject<'m> {
    match name {
        GeneralName::DNSName(dns) if is_host(dns.strip_prefix(super::WILDCARD).unwrap_or(dns)) => {
            Subject::Dns(dns)
        }
        GeneralName::DNSName(_) => Subject::Broken(2),
        GeneralName::RFC822Name(text) => mailbox(text),
        GeneralName::URI(uri) => Subject::Uri(uri),
        GeneralName::IPAddress(bytes) if address(bytes).is_some() => Subject::Ip(bytes),
        GeneralName::IPAddress(_) => Subject::Broken(7),
        GeneralName::DirectoryName(name) => Subject::Directory(Dn::of(name)),
        GeneralName::Invalid(tag, _) => Subject::Broken(u8::try_from(tag.0).unwrap_or(u8::MAX)),
        other => Subject::Other(form_of(other)),
    }
}

fn mailbox(text: &str) -> Subject<'_> {
    match text.split_once('@') {
        Some((user, host)) if !user.is_empty() && is_host(host) => Subject::Mailbox(text),
        _ => Subject::Broken(1),
    }
}

/// The number of a name's form in GeneralName (section 4.2.1.6).
fn form_of(name: &GeneralName<'_>) -> u8 {
    match name {
        GeneralName::OtherName(..) => 0,
        GeneralName::RFC822Name(_) => 1,
        GeneralName::DNSName(_) => 2,
        GeneralName::X400Address(_) => 3,
        GeneralName::DirectoryName(_) => 4,
        GeneralName::EDIPartyName(_) => 5,
        GeneralName::URI(_) => 6,
        GeneralName::IPAddress(_) => 7,
        GeneralName::RegisteredID(_) => 8,
        GeneralName::Invalid(tag, _) => u8::try_from(tag.0).unwrap_or(u8::MAX),
    }
}

/// Whether a name is inside a subtree. For a wildcard: whether all of its names are, or with `any`, one of them.
fn holds(base: &GeneralName<'_>, name: &Subject<'_>, any: bool) -> bool {
    match (base, name) {
        (GeneralName::DNSName(base), Subject::Dns(name)) => match name.strip_prefix(super::WILDCARD) {
            None => is_below(base, name),
            Some(rest) => {
                let one_more = base.split_once('.').is_some_and(|(_, up)| up.eq_ignore_ascii_case(rest));
                is_below(base, rest) || (any && one_more)
            }
        },
        (GeneralName::RFC822Name(base), Subject::Mailbox(name)) => {
            let Some((user, host)) = name.split_once('@') else { return false };
            match base.split_once('@') {
                Some((one, of)) => one == user && of.eq_ignore_ascii_case(host),
                None => is_host_in(base, host),
            }
        }
        (GeneralName::URI(base), Subject::Uri(uri)) => {
            host_of(uri).is_some_and(|host| is_host_in(base, &host))
        }
        (GeneralName::IPAddress(base), Subject::Ip(ip)) => {
            let (network, mask) = base.split_at(base.len() / 2);
            network.len() == ip.len() && network.iter().zip(mask).zip(*ip).all(|((n, m), i)| n & m == i & m)
        }
        (GeneralName::DirectoryName(base), Subject::Directory(name)) => name.is_within(&Dn::of(base)),
        _ => false,
    }
}

/// A DNS limit: the name itself and every name with more labels on its left.
fn is_below(base: &str, name: &str) -> bool {
    base.is_empty() || {
        let cut = name.len().checked_sub(base.len());
        cut.is_some_and(|cut| {
            name.get(cut..).is_some_and(|end| end.eq_ignore_ascii_case(base))
                && (cut == 0 || name.get(..cut).is_some_and(|start| start.ends_with('.')))
        })
    }
}

/// A mailbox or URI limit: one host, or with a period in front, every host below.
fn is_host_in(base: &str, host: &str) -> bool {
    match base.strip_prefix('.') {
        Some(domain) => host.len() > domain.len() + 1 && is_below(domain, host),
        None => base.is_empty() || base.eq_ignore_ascii_case(host),
    }
}

/// The host of a URI with an authority part; an address has none that a limit could name.
fn host_of(uri: &str) -> Option<String> {
    let url = url::Url::parse(uri).ok()?;
    let host = url.host_str()?;
    (host.parse::<std::net::IpAddr>().is_err() && !host.starts_with('[')).then(|| host.to_owned())
}

/// Whether text is a host name: labels of letters, digits, hyphens (and underscores, which are met in practice).
pub(super) fn is_host(text: &str) -> bool {
    text.len() <= 253
        && text.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
}

/// Whether a limit has the shape that section 4.2.1.10 gives it. Forms that are not known here count as such.
fn is_well_formed(base: &GeneralName<'_>) -> bool {
    match base {
        GeneralName::DNSName(dns) => dns.is_empty() || is_host(dns),
        GeneralName::RFC822Name(text) => {
            text.is_empty()
                || match text.split_once('@') {
                    Some((user, host)) => !user.is_empty() && is_host(host),
                    None => is_host(text.strip_prefix('.').unwrap_or(text)),
                }
        }
        GeneralName::URI(uri) => uri.is_empty() || is_host(uri.strip_prefix('.').unwrap_or(uri)),
        GeneralName::IPAddress(bytes) => {
            matches!(bytes.len(), 8 | 32) && is_mask(bytes.get(bytes.len() / 2..).unwrap_or_default())
        }
        GeneralName::Invalid(..) => false,
        _ => true,
    }
}

/// RFC 4632: ones, and then zeros.
fn is_mask(mask: &[u8]) -> bool {
    let ones: u32 = mask.iter().map(|byte| byte.count_ones()).sum();
    let leading: u32 = mask.iter().take_while(|&&b| b == 0xff).count() as u32 * 8
        + mask.iter().find(|&&b| b != 0xff).map_or(0, |b| b.leading_ones());
    ones == leading
}
