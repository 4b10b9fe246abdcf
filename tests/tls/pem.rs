//! The PEM scanner: what it reads, what it calls damaged, and that the successor library reads the same.

use crate::openssl::{openssl, said};
use crate::pki;
use doorkey::formats::pem::{self, Fault, Kind};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

/// A text, where it is damaged, and how many certificates can be read all the same.
type Case = (String, Vec<(usize, Fault)>, usize);

fn two() -> (String, String) {
    let root = pki::self_signed(pki::ca_params("One"));
    let other = pki::self_signed(pki::ca_params("Two"));
    (root.pem(), other.pem())
}

fn faults(text: &[u8]) -> Vec<(usize, Fault)> {
    pem::read(text).damage.into_iter().map(|d| (d.line, d.fault)).collect()
}

/// The successor of `rustls_pemfile` reads the same certificates from every text that has no damage.
fn assert_parity(text: &[u8]) {
    let ours = pem::read(text);
    let clean = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let theirs: Vec<_> = CertificateDer::pem_slice_iter(clean).collect::<Result<_, _>>().expect("undamaged");
    assert!(ours.damage.is_empty(), "{:?}", ours.damage);
    assert_eq!(ours.into_certs(), theirs);
}

#[test]
fn reads_what_the_successor_library_reads() {
    let (one, two) = two();
    let key = pki::self_signed(pki::ca_params("Key")).key.serialize_pem();
    assert_eq!(pem::read(one.as_bytes()).certs().count(), 1);
    for text in [
        String::new(),
        "no blocks at all\n".into(),
        one.clone(),
        format!("{one}{two}"),
        format!("{one}\n\n# Subject: O=Lab\nsome words\n{two}").replace('\n', "\r\n"),
        format!("\u{feff}{one}{two}"),
        format!("{key}{one}"),
        one.trim_end().to_owned(),
        one.replace('\n', "\r"),
        // All base64 in one long line.
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", body(&one)),
    ] {
        assert_parity(text.as_bytes());
    }
    let system = std::fs::read("/etc/ssl/certs/ca-certificates.crt").expect("a system bundle");
    assert_parity(&system);
    assert!(pem::read(&system).certs().count() > 100);
}

fn body(pem: &str) -> String {
    pem.lines().filter(|l| !l.starts_with('-')).collect()
}

#[test]
fn says_where_a_block_is_damaged_and_keeps_the_others() {
    let (one, two) = two();
    let last = one.lines().count();
    let without_end: String = one.lines().take(last - 1).map(|l| format!("{l}\n")).collect();
    let cases: Vec<Case> = vec![
        (format!("{without_end}{two}"), vec![(1, Fault::NoEnd)], 1),
        (format!("{two}{without_end}"), vec![(1 + two.lines().count(), Fault::NoEnd)], 1),
        (format!("-----END CERTIFICATE-----\n{one}"), vec![(1, Fault::NoBegin)], 1),
        (
            format!("{}{two}", one.replace("END CERTIFICATE", "END X509 CRL")),
            vec![(last, Fault::OtherEnd("X509 CRL".into()))],
            1,
        ),
        (format!("{}{two}", replace_line(&one, 2, "MII!")), vec![(3, Fault::BadBase64)], 1),
        (format!("{}{two}", replace_line(&one, 2, "")), vec![(1, Fault::NotOneValue)], 1),
        (format!("{}{two}", replace_line(&one, 2, "A")), vec![(1, Fault::BadBase64)], 1),
        (format!("{}{two}", one.trim_end()), vec![(last, Fault::Glued)], 2),
        (
            one.lines().map(|l| format!("  {l}\n")).collect(),
            vec![(1, Fault::Indented), (last, Fault::Indented)],
            0,
        ),
        (
            replace_line(&one, 2, &format!("  {}", one.lines().nth(2).expect("line"))),
            vec![(3, Fault::Indented)],
            0,
        ),
        (format!("-----BEGIN CERTIFICATE----\n{two}"), vec![(1, Fault::BrokenMarker)], 1),
        (format!("x {one}"), vec![(1, Fault::BrokenMarker), (last, Fault::NoBegin)], 0),
    ];
    for (text, expected, certs) in cases {
        let read = pem::read(text.as_bytes());
        assert_eq!(faults(text.as_bytes()), expected, "{text}");
        assert_eq!(read.certs().count(), certs, "{text}");
        // Block by block the successor agrees, in a damaged file too.
        for block in read.blocks.iter().filter(|b| b.cert.is_some()) {
            let lines: Vec<&str> = text.lines().collect();
            let slice = lines[block.line - 1..block.last_line].join("\n");
            let slice = slice.rfind("-----BEGIN").map_or(slice.as_str(), |at| {
                if block.line > 1 && lines[block.line - 1].starts_with("-----END") {
                    &slice[at..]
                } else {
                    &slice
                }
            });
            assert_eq!(CertificateDer::from_pem_slice(slice.as_bytes()).ok(), block.cert, "{slice}");
        }
    }
}

fn replace_line(text: &str, index: usize, line: &str) -> String {
    text.lines().enumerate().map(|(i, l)| format!("{}\n", if i == index { line } else { l })).collect()
}

#[test]
fn knows_files_that_are_no_pem() {
    let (one, _) = two();
    let der = pem::read(one.as_bytes()).into_certs().remove(0);
    assert_eq!(faults(&der), vec![(1, Fault::Der)]);
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(one.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(faults(&utf16), vec![(1, Fault::Utf16)]);
    assert_eq!(pem::read(&utf16).certs().count(), 0);
}

#[test]
fn reads_openssl_trusted_and_old_labels() {
    let (one, _) = two();
    let der = pem::read(one.as_bytes()).into_certs().remove(0);
    let trusted =
        openssl(&["x509", "-trustout", "-addtrust", "serverAuth", "-setalias", "lab"], one.as_bytes());
    assert!(trusted.status.success(), "{}", said(&trusted));
    let read = pem::read(&trusted.stdout);
    assert_eq!(read.blocks[0].kind, Kind::TrustedCertificate);
    assert_eq!(read.into_certs(), vec![der.clone()]);
    let old = one.replace("CERTIFICATE", "X509 CERTIFICATE");
    let read = pem::read(old.as_bytes());
    assert_eq!(read.blocks[0].kind, Kind::OldCertificate);
    assert_eq!(read.into_certs(), vec![der]);
}

#[test]
fn tells_of_a_private_key_and_never_decodes_it() {
    let made = pki::self_signed(pki::ca_params("Key"));
    let text = format!("{}{}", made.pem(), made.key.serialize_pem());
    let read = pem::read(text.as_bytes());
    assert!(read.holds_private_key());
    assert!(read.damage.is_empty());
    assert!(read.blocks.iter().filter(|b| b.kind == Kind::PrivateKey).all(|b| b.cert.is_none()));
    let secret = body(&made.key.serialize_pem());
    assert!(!format!("{read:?}").contains(&secret[20..40]));
    assert!(!pem::read(made.pem().as_bytes()).holds_private_key());
}

#[test]
fn knows_containers_and_lists() {
    let text = "-----BEGIN PKCS7-----\nMIIB\n-----END PKCS7-----\n-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n";
    let kinds: Vec<_> = pem::read(text.as_bytes()).blocks.into_iter().map(|b| b.kind).collect();
    assert_eq!(kinds, vec![Kind::Container, Kind::Crl]);
}
