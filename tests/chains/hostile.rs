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
