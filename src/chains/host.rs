//! Whether a certificate is for a host, an address or a mailbox (RFC 9525, RFC 5280 section 4.2.1.6).

use super::cause::{Cause, NAME_WRONG, NAMES_MISSING};
use super::member::Member;
use super::{PresentedTo, WILDCARD};
use crate::redact::for_terminal;
use std::net::IpAddr;
use x509_parser::extensions::GeneralName;

/// What keeps `leaf` from being for this party.
pub(super) fn judge(leaf: &Member<'_>, party: &PresentedTo) -> Option<Cause> {
    let names = leaf.names();
    let (wanted, fits): (String, bool) = match party {
        PresentedTo::Host(host) => {
            let presented = names.iter().filter_map(|name| match name {
                GeneralName::DNSName(dns) => Some(*dns),
                _ => None,
            });
            (host.clone(), presented.into_iter().any(|dns| host_fits(host, dns)))
        }
        PresentedTo::Address(address) => {
            let bytes = octets(*address);
            let fits = |name: &GeneralName<'_>| matches!(name, GeneralName::IPAddress(ip) if *ip == bytes);
            (address.to_string(), names.iter().any(fits))
        }
        PresentedTo::Mailbox(mailbox) => {
            let in_names = names
                .iter()
                .any(|name| matches!(name, GeneralName::RFC822Name(m) if mailbox_fits(mailbox, m)));
            let in_subject = names.is_empty()
                && leaf
                    .parsed
                    .subject()
                    .iter_email()
                    .any(|email| email.as_str().is_ok_and(|m| mailbox_fits(mailbox, m)));
            (mailbox.clone(), in_names || in_subject)
        }
    };
    if fits {
        return None;
    }
    if names.is_empty() {
        let what = "it has no subjectAltName; its common name does not count";
        return Some(NAMES_MISSING.at(0, what));
    }
    let shown: Vec<String> = names.iter().filter_map(written).take(5).collect();
    let more = names.len().saturating_sub(5);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let wanted = for_terminal(&wanted, false);
    let what = match shown.is_empty() {
        true => format!("it is not for {wanted}, nor for any host"),
        false => format!("it is not for {wanted}, but for {}{more}", shown.join(", ")),
    };
    Some(NAME_WRONG.at(0, what))
}

/// A name as people write it.
pub(super) fn written(name: &GeneralName<'_>) -> Option<String> {
    let text = match name {
        GeneralName::DNSName(text) | GeneralName::RFC822Name(text) | GeneralName::URI(text) => {
            (*text).to_owned()
        }
        GeneralName::IPAddress(bytes) => address(bytes)?.to_string(),
        GeneralName::DirectoryName(name) => name.to_string(),
        _ => return None,
    };
    Some(for_terminal(&text, false))
}

/// RFC 9525 section 6.3: labels without regard to case; a wildcard is one whole first label, and stands for one.
fn host_fits(host: &str, presented: &str) -> bool {
    if presented.eq_ignore_ascii_case(host) {
        return !presented.contains('*');
    }
    let (Some(base), Some((_, rest))) = (presented.strip_prefix(WILDCARD), host.split_once('.')) else {
        return false;
    };
    base.contains('.') && !base.contains('*') && base.eq_ignore_ascii_case(rest)
}

/// The part before the at sign to the letter, the host without regard to case (RFC 5280 section 7.5).
fn mailbox_fits(wanted: &str, presented: &str) -> bool {
    match (wanted.rsplit_once('@'), presented.rsplit_once('@')) {
        (Some((a, host_a)), Some((b, host_b))) => a == b && host_a.eq_ignore_ascii_case(host_b),
        _ => false,
    }
}

pub(super) fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(four) => four.octets().to_vec(),
        IpAddr::V6(six) => six.octets().to_vec(),
    }
}

/// An iPAddress name: four or sixteen bytes.
pub(super) fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}
