//! Damaged certificates, lists and keys: an answer comes, and quickly, whatever is in them.

use crate::suites::{Case, cases, verdict_of};

/// Every n-th byte of each certificate and list is changed, in cases that use most of what is read.
#[test]
fn every_kind_of_damage_gets_an_answer() {
    let step = if std::env::var_os("DOORKEY_SWEEP").is_some() { 1 } else { 23 };
    let all: Vec<Case> = [include_str!("vectors/pkits.jsonl"), include_str!("vectors/limbo.jsonl")]
        .iter()
        .flat_map(|text| cases(text))
        .collect();
    let used = [
        "4.10.13 Valid Policy Mapping Test13 (Subpart 1)",
        "4.14.33 ",
        "4.14.25 ",
        "4.15.2 ",
        "4.13.27 ",
        "4.1.5 ",
        "nc::permitted-ipv6-match",
        "nc-permits-email-domain",
        "crl::certificate-not-on-crl",
    ];
    let mut count = 0;
    for name in used {
        let case = all.iter().find(|case| case.id.contains(name)).expect(name);
        let parts = case.der();
        for (index, part) in parts.iter().enumerate() {
            for at in (0..part.len()).step_by(step) {
                for bits in [0x01, 0x20, 0x80, 0xff] {
                    let mut changed = parts.clone();
                    changed[index][at] ^= bits;
                    let (valid, causes) = verdict_of(case, &changed);
                    assert_eq!(valid, causes.is_empty());
                    count += 1;
                }
            }
            let (valid, _) = verdict_of(case, &cut(&parts, index));
            // A list or intermediate too many or too few may leave it valid; the leaf may not be cut.
            assert!(!(valid && index == 0), "{name}");
        }
    }
    assert!(count > 1_000, "{count}");
}

fn cut(parts: &[Vec<u8>], index: usize) -> Vec<Vec<u8>> {
    let mut cut = parts.to_vec();
    let half = cut[index].len() / 2;
    cut[index].truncate(half);
    cut
}

/// Nine CAs that have all signed each other lead on in 362,880 ways, none of them to a root: the search ends all the same.
#[test]
fn a_web_of_cross_signatures_ends() {
    use crate::pki::{ca_params, leaf_params, self_signed};
    use doorkey::chains::{Policies, Purpose, Question, answer};
    use rcgen::{Issuer, KeyPair};
    let cas: Vec<_> =
        (0..9).map(|n| (ca_params(&format!("Web CA {n}")), KeyPair::generate().unwrap())).collect();
    let mut between = Vec::new();
    for (params, key) in &cas {
        for (issuer, issuer_key) in
            cas.iter().filter(|(other, _)| other.distinguished_name != params.distinguished_name)
        {
            let signed = params.signed_by(key, &Issuer::from_params(issuer, issuer_key)).unwrap();
            between.push(signed.der().to_vec());
        }
    }
    assert_eq!(between.len(), 72);
    let issuer = Issuer::from_params(&cas[0].0, &cas[0].1);
    let leaf =
        leaf_params(&["git.test"]).signed_by(&KeyPair::generate().unwrap(), &issuer).unwrap().der().to_vec();
    let root = self_signed(ca_params("Elsewhere")).der.to_vec();
    let answer = answer(&Question {
        leaf: &leaf,
        intermediates: between.iter().map(Vec::as_slice).collect(),
        roots: vec![&root],
        crls: Vec::new(),
        at: crate::pki::NOW,
        purpose: Purpose::Any,
        presented_to: None,
        policies: Policies::default(),
        max_depth: None,
    });
    assert!(!answer.valid);
    assert!(answer.causes.iter().any(|cause| cause.code == "search-ended"), "{:?}", answer.causes);
    assert!(answer.edges.len() <= 1_000);
}

/// A DSA key whose number is shorter than its modulus: the library that checks such signatures wants both of one size.
#[test]
fn a_dsa_key_of_another_size_than_its_modulus() {
    let all = cases(include_str!("vectors/pkits.jsonl"));
    let case = all.iter().find(|case| case.id.contains("4.1.4 ")).expect("the DSA case");
    let mut parts = case.der();
    let (tag, long) = ([0x02, 0x81, 0x81, 0x00], 0x81);
    let mut changed = 0;
    for part in &mut parts {
        // The last such number of the CA's certificate is y; after it comes no other of that size.
        if let Some(at) = part.windows(4).rposition(|window| window == tag) {
            for short in [0x01, 0x60, 0x80] {
                let mut other = part.clone();
                other[at + 2] = short;
                assert_eq!(part[at + 2], long);
                changed += 1;
                let mut der = case.der();
                let index = der.iter().position(|one| one == part).expect("the same");
                der[index] = other;
                let (valid, causes) = verdict_of(case, &der);
                assert!(!valid, "{causes:?}");
            }
        }
    }
    assert!(changed >= 3, "{changed}");
}
