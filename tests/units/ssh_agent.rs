//! What of an agent is shown: the messages of draft-ietf-sshm-ssh-agent, byte by byte.

use doorkey::formats::ssh_agent::{FAILURE, may_ask, shown};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

fn string(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

fn print(blob: &[u8]) -> String {
    use base64::Engine;
    format!("SHA256:{}", base64::engine::general_purpose::STANDARD_NO_PAD.encode(Sha256::digest(blob)))
}

fn sign(blob: &[u8]) -> Vec<u8> {
    [&[13][..], &string(blob), &string(b"data"), &[0; 4]].concat()
}

fn list(blobs: &[&[u8]]) -> Vec<u8> {
    let mut out = [&[12][..], &u32::try_from(blobs.len()).unwrap().to_be_bytes()].concat();
    for blob in blobs {
        out.extend([string(blob), string(b"comment")].concat());
    }
    out
}

#[test]
fn only_its_keys_sign() {
    let keys = [print(b"mine")];
    assert!(may_ask(&sign(b"mine"), &keys));
    assert!(!may_ask(&sign(b"theirs"), &keys));
    assert!(!may_ask(&sign(b"mine"), &[]));
    // The length of the key runs over the end.
    assert!(!may_ask(&[13, 0, 0, 0, 9, b'm'], &keys));
    assert!(!may_ask(&[13], &keys));
}

#[test]
fn nothing_changes_the_agent() {
    let keys = [print(b"mine")];
    assert!(may_ask(&[11], &keys));
    assert!(!may_ask(&[11, 0], &keys));
    assert!(!may_ask(&[], &keys));
    let extension = |name: &[u8]| [&[27][..], &string(name), b"more"].concat();
    assert!(may_ask(&extension(b"session-bind@openssh.com"), &keys));
    assert!(!may_ask(&extension(b"other@openssh.com"), &keys));
    // Add, remove, remove all, lock, unlock, add with constraints, smart cards, and what is not known.
    for kind in (0..=255).filter(|kind| ![11, 13, 27].contains(kind)) {
        assert!(!may_ask(&[&[kind][..], &string(b"mine")].concat(), &keys), "{kind}");
    }
}

#[test]
fn only_its_keys_are_listed() {
    let all = list(&[b"first", b"mine", b"last"]);
    assert_eq!(shown(&all, &[print(b"mine")]), Some(list(&[b"mine"])));
    assert_eq!(shown(&all, &[print(b"last"), print(b"first")]), Some(list(&[b"first", b"last"])));
    assert_eq!(shown(&all, &[]), Some(list(&[])));
    assert_eq!(shown(FAILURE, &[]), Some(FAILURE.to_vec()));
    // Cut short, and a count that is not true.
    assert_eq!(shown(&all[..all.len() - 1], &[]), None);
    assert_eq!(shown(&[12, 255, 255, 255, 255], &[]), None);
}

proptest! {
    #[test]
    fn no_message_shows_more(bytes in prop::collection::vec(any::<u8>(), 0..200), blob in "[a-l]{1,8}") {
        let keys = [print(b"mine")];
        let _ = may_ask(&bytes, &keys);
        let answer = [&[12][..], &bytes].concat();
        prop_assert!(shown(&answer, &keys).is_none_or(|shown| shown.len() <= answer.len()));
        let both = list(&[blob.as_bytes(), b"mine"]);
        prop_assert_eq!(shown(&both, &keys), Some(list(&[b"mine"])));
    }
}
