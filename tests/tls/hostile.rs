//! Mutated input: nothing panics, and what is read holds together.

use crate::pki::{NOW, leaf_params, three};
use doorkey::formats::cert::Cert;
use doorkey::formats::pem;
use doorkey::probes::judge::{Expect, judge};
use proptest::prelude::*;
use rustls_pki_types::CertificateDer;
use std::sync::LazyLock;

static SEED: LazyLock<(String, Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
    let pki = three(leaf_params(&["git.test", "*.git.test", "192.0.2.1"]));
    let text =
        format!("# roots\r\n{}{}\n{}", pki.root.pem(), pki.middle.key.serialize_pem(), pki.middle.pem());
    (text, pki.leaf.der.to_vec(), pki.middle.der.to_vec())
});

/// What is done to a text or to DER.
#[derive(Debug, Clone)]
enum Change {
    Set(usize, u8),
    Drop(usize, usize),
    Insert(usize, Vec<u8>),
    Double(usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (any::<usize>(), 1..80usize).prop_map(|(at, count)| Change::Drop(at, count)),
        (any::<usize>(), proptest::collection::vec(any::<u8>(), 1..20))
            .prop_map(|(at, b)| Change::Insert(at, b)),
        (any::<usize>(), 1..200usize).prop_map(|(at, count)| Change::Double(at, count)),
    ]
}

fn mutated(seed: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for change in changes {
        let place = |at: usize| at % (bytes.len() + 1);
        match change {
            Change::Set(at, byte) => {
                let at = place(*at);
                if let Some(b) = bytes.get_mut(at) {
                    *b = *byte;
                }
            }
            Change::Drop(at, count) => {
                let at = place(*at);
                let end = (at + count).min(bytes.len());
                bytes.drain(at..end);
            }
            Change::Insert(at, new) => {
                let at = place(*at);
                bytes.splice(at..at, new.iter().copied());
            }
            Change::Double(at, count) => {
                let at = place(*at);
                let copy = bytes[at..(at + count).min(bytes.len())].to_vec();
                bytes.splice(at..at, copy);
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_bundle_is_read_or_reported(changes in proptest::collection::vec(change(), 0..6)) {
        let text = mutated(SEED.0.as_bytes(), &changes);
        let read = pem::read(&text);
        let lines = text.iter().filter(|b| matches!(b, b'\n' | b'\r')).count() + 1;
        for block in &read.blocks {
            prop_assert!(block.line >= 1 && block.line <= block.last_line && block.last_line <= lines);
        }
        for damage in &read.damage {
            prop_assert!(damage.line >= 1 && damage.line <= lines);
        }
        for der in read.certs() {
            // Nothing is made up: it decodes to one DER value, whatever that holds.
            prop_assert_eq!(der.first(), Some(&0x30));
            let _ = Cert::read(der);
        }
    }

    #[test]
    fn any_bytes_are_no_reason_to_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = pem::read(&bytes);
        let _ = Cert::read(&bytes);
        let _ = pem::read(&[b"-----BEGIN CERTIFICATE-----\n".as_slice(), &bytes].concat());
    }

    #[test]
    fn a_damaged_certificate_is_read_or_refused(changes in proptest::collection::vec(change(), 1..4)) {
        let der = mutated(&SEED.1, &changes);
        if let Ok(cert) = Cert::read(&der) {
            let shown = format!("{} {} {:?} {:?}", cert.subject, cert.issuer, cert.dns_names, cert.issuer_urls);
            prop_assert!(!shown.chars().any(char::is_control), "{shown:?}");
            let _ = serde_json::to_string(&cert).expect("JSON");
            let _ = (cert.is_self_signed(), cert.is_signed_by(&cert), cert.is_public_root());
        }
        // Judged as a server's certificate, with the true root: never trusted once it was changed.
        let roots = [CertificateDer::from(SEED.2.clone())];
        let sent = [CertificateDer::from(der.clone())];
        let judged = judge(&sent, &Expect::new("git.test", &roots, NOW));
        if der != SEED.1 {
            prop_assert!(judged.is_err());
        }
    }
}
