//! A host's refusal of a token that the store could not keep (a full disk): noted below XDG_RUNTIME_DIR, which lies in
//! memory, so that the token is not sent again and again all the same.

use crate::model::name::ProfileName;
use crate::stores::{Record, State};
use crate::sys::Sys;
use crate::sys::fs::Write;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::PathBuf;

/// The note for one version of a record. Its name says nothing of them.
fn place(sys: &Sys, profile: &ProfileName, record: &Record) -> Option<PathBuf> {
    let mut hash = Sha256::new();
    for part in [profile.as_str(), &record.id.origin, &record.id.path, &record.id.user] {
        hash.update(part);
        hash.update([0]);
    }
    hash.update(record.version.to_be_bytes());
    let mut name = String::from("refused-");
    for byte in hash.finalize().iter().take(16) {
        let _ = write!(name, "{byte:02x}");
    }
    Some(sys.places().runtime()?.join("doorkey").join(name))
}

/// Notes that a record was refused; says whether that could be done.
pub(super) fn note(sys: &mut Sys, profile: &ProfileName, record: &Record) -> bool {
    let Some(path) = place(sys, profile, record) else { return false };
    let Some(folder) = path.parent() else { return false };
    sys.make_dir(folder, 0o700).is_ok()
        && sys.check_trusted(folder).is_ok()
        && sys.write_atomic(&path, b"", Write::with_mode(0o600)).is_ok()
}

/// Marks the records that a note speaks of as suspect.
pub(super) fn apply(sys: &Sys, profile: &ProfileName, records: &mut [Record]) {
    for record in records.iter_mut().filter(|record| record.state == State::Active) {
        let note = place(sys, profile, record).and_then(|path| sys.look(&path).ok().flatten());
        if let Some(look) = note.filter(|look| look.uid == sys.uid()) {
            record.state = State::Suspect;
            record.since = look.modified;
        }
    }
}

/// Takes a note away, after a test.
pub(super) fn forget(sys: &mut Sys, profile: &ProfileName, record: &Record) {
    if let Some(path) = place(sys, profile, record) {
        let _ = sys.remove_file(&path);
    }
}
