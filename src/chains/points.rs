//! Where revocation lists are kept: cRLDistributionPoints and issuingDistributionPoint (RFC 5280 sections 4.2.1.13, 5.2.5).
//!
//! Read here because the library takes the name relative to the issuer for a SET, though its tag is implicit, and
//! then goes on as if there were no name.

use super::dn::Dn;
use x509_parser::asn1_rs::{Any, FromDer, Tag};
use x509_parser::extensions::GeneralName;
use x509_parser::x509::AttributeTypeAndValue;

/// All reasons but `unused`: bits 1 to 8.
pub(super) const ALL_REASONS: u16 = 0b1_1111_1110;

/// Where a list is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Directory(Dn),
    Text(String),
}

/// A DistributionPointName.
#[derive(Debug, Clone)]
pub(super) enum PointName {
    Full(Vec<Place>),
    /// One more relative name below the CRL's issuer.
    Relative(Dn),
}

impl PointName {
    pub(super) fn places(&self, issuer: &Dn) -> Vec<Place> {
        match self {
            Self::Full(places) => places.clone(),
            Self::Relative(last) => vec![Place::Directory(issuer.with(last))],
        }
    }
}

/// One point of a certificate.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub(super) name: Option<PointName>,
    pub(super) reasons: u16,
    pub(super) issuers: Vec<Dn>,
}

/// What a list covers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) places: Option<Vec<Place>>,
    pub(super) reasons: u16,
    pub(super) indirect: bool,
    pub(super) users_only: bool,
    pub(super) cas_only: bool,
    pub(super) attributes_only: bool,
}

/// The points of a certificate. `None` when they cannot be read.
pub(super) fn of_certificate(der: &[u8]) -> Option<Vec<Point>> {
    let mut points = Vec::new();
    for sequence in children(one(der, Tag::Sequence)?.data)? {
        let mut point = Point { name: None, reasons: ALL_REASONS, issuers: Vec::new() };
        for field in children(sequence.data)? {
            match field.tag().0 {
                0 => point.name = Some(name(&field)?),
                1 => point.reasons = reasons(field.data)?,
                2 => point.issuers = places(field.data)?.into_iter().filter_map(directory).collect(),
                _ => return None,
            }
        }
        points.push(point);
    }
    Some(points)
}

/// The scope of a list. `None` when it cannot be read.
pub(super) fn of_list(der: &[u8], issuer: &Dn) -> Option<Scope> {
    let mut scope = Scope {
        places: None,
        reasons: ALL_REASONS,
        indirect: false,
        users_only: false,
        cas_only: false,
        attributes_only: false,
    };
    for field in children(one(der, Tag::Sequence)?.data)? {
        let yes = field.data == [0xff];
        match field.tag().0 {
            0 => scope.places = Some(name(&field)?.places(issuer)),
            1 => scope.users_only = yes,
            2 => scope.cas_only = yes,
            3 => scope.reasons = reasons(field.data)?,
            4 => scope.indirect = yes,
            5 => scope.attributes_only = yes,
            _ => return None,
        }
    }
    Some(scope)
}

/// GeneralNames as they stand in an extension: the first directory name.
pub(super) fn directory_in(der: &[u8]) -> Option<Dn> {
    places(one(der, Tag::Sequence)?.data)?.into_iter().find_map(directory)
}

fn directory(place: Place) -> Option<Dn> {
    match place {
        Place::Directory(name) => Some(name),
        Place::Text(_) => None,
    }
}

fn one(der: &[u8], tag: Tag) -> Option<Any<'_>> {
    let (rest, any) = Any::from_der(der).ok()?;
    (rest.is_empty() && any.tag() == tag).then_some(any)
}

fn children(mut content: &[u8]) -> Option<Vec<Any<'_>>> {
    let mut all = Vec::new();
    while !content.is_empty() {
        let (rest, any) = Any::from_der(content).ok()?;
        all.push(any);
        content = rest;
    }
    Some(all)
}

fn name(field: &Any<'_>) -> Option<PointName> {
    let (rest, choice) = Any::from_der(field.data).ok()?;
    match (rest.is_empty(), choice.tag().0) {
        (true, 0) => Some(PointName::Full(places(choice.data)?)),
        (true, 1) => {
            let (mut rest, mut attributes) = (choice.data, Vec::new());
            while !rest.is_empty() {
                let (next, attribute) = AttributeTypeAndValue::from_der(rest).ok()?;
                attributes.push(attribute);
                rest = next;
            }
            Some(PointName::Relative(Dn::relative(&attributes)))
        }
        _ => None,
    }
}

fn places(content: &[u8]) -> Option<Vec<Place>> {
    let mut all = Vec::new();
    for any in children(content)? {
        match GeneralName::try_from(any).ok()? {
            GeneralName::DirectoryName(name) => all.push(Place::Directory(Dn::of(&name))),
            GeneralName::URI(text) | GeneralName::DNSName(text) | GeneralName::RFC822Name(text) => {
                all.push(Place::Text(text.to_owned()));
            }
            _ => {}
        }
    }
    Some(all)
}

/// A BIT STRING's content: the number of unused bits, then the bits, the first one highest.
fn reasons(content: &[u8]) -> Option<u16> {
    let (_, bits) = content.split_first()?;
    Some(bits.iter().rev().fold(0, |all, byte| all << 8 | u16::from(byte.reverse_bits())) & ALL_REASONS)
}
