//! The rules of change that hang on time.

use crate::machine::{entry, token_of};
use doorkey::stores::{KEPT, Ledger, Moment, State, in_use, last_retired};

fn at(now: i64, version: u64) -> Moment {
    Moment { now, version }
}

#[test]
fn retired_values_stay_thirty_days() {
    let id = token_of("ada");
    let mut ledger = Ledger::default();
    ledger.put(&id, &entry("one"), at(1_000, 1));
    ledger.put(&id, &entry("two"), at(2_000, 2));
    assert_eq!(KEPT, 2_592_000);
    assert!(!ledger.forget_old(2_000 + KEPT));
    assert_eq!(last_retired(ledger.records(), &id).unwrap().since, 2_000);
    assert!(ledger.forget_old(2_001 + KEPT));
    assert_eq!(ledger.records().len(), 1);
    assert_eq!(ledger.restore(&id, 1, at(2_002 + KEPT, 3)), None);
    // What is in use is never forgotten, however old.
    assert!(!ledger.forget_old(i64::MAX));
    assert_eq!(in_use(ledger.records(), &id).unwrap().version, 2);
}

#[test]
fn a_clock_that_was_set_back_forgets_nothing() {
    let id = token_of("ada");
    let mut ledger = Ledger::default();
    ledger.put(&id, &entry("one"), at(5_000, 1));
    ledger.retire(&id, at(5_000, 2));
    assert!(!ledger.forget_old(i64::MIN));
    assert!(!ledger.forget_old(0));
}

#[test]
fn the_last_retired_is_the_latest_one() {
    let id = token_of("ada");
    let mut ledger = Ledger::default();
    for (version, value) in [(1, "one"), (2, "two"), (3, "three")] {
        // All in one second.
        ledger.put(&id, &entry(value), at(1_000, version));
    }
    assert_eq!(last_retired(ledger.records(), &id).unwrap().version, 2);
    assert_eq!(ledger.restore(&id, 1, at(1_001, 4)), Some(true));
    assert_eq!(last_retired(ledger.records(), &id).unwrap().version, 3);
    let states: Vec<State> = ledger.records().iter().map(|r| r.state).collect();
    assert_eq!(states, [State::Active, State::Retired, State::Retired]);
}

#[test]
fn renewed_companions_keep_the_version() {
    let id = token_of("ada");
    let mut ledger = Ledger::default();
    ledger.put(&id, &entry("one"), at(1_000, 1));
    let mut known_expiry = entry("one");
    known_expiry.expires = Some(9_000);
    assert!(ledger.put(&id, &known_expiry, at(2_000, 2)));
    assert!(!ledger.put(&id, &known_expiry, at(3_000, 3)));
    let record = in_use(ledger.records(), &id).unwrap();
    assert_eq!(
        (record.version, record.added, record.since, record.entry.expires),
        (1, 1_000, 1_000, Some(9_000))
    );
}
