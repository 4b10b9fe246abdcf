//! wget (wget(1), `--ca-certificate`), which reads no variable for its roots where it is built with GnuTLS.

use super::{Files, Standing, Target, Text, stands};
use crate::model::plan::Step;
use crate::sys::Sys;
use crate::sys::fs::FsError;
use std::path::PathBuf;

/// wget, in shells and elsewhere.
#[derive(Debug)]
pub(super) struct Wget;

fn file(sys: &Sys) -> PathBuf {
    sys.places().home().map(|home| home.join(".wgetrc")).unwrap_or_default()
}

fn ours(files: &Files) -> String {
    format!("ca_certificate = {}\n", files.bundle().display())
}

impl Target for Wget {
    fn name(&self) -> &'static str {
        "wget"
    }

    fn leads(&self) -> &'static str {
        "wget"
    }

    fn look(&self, sys: &Sys, files: &Files) -> Standing {
        if sys.program("wget").is_none() {
            return Standing::NotHere;
        }
        stands(sys, file(sys), "ca_certificate", false, files)
    }

    fn add(&self, sys: &Sys, files: &Files) -> Result<Vec<Step>, FsError> {
        Text { path: &file(sys), ours: &ours(files) }.add(sys)
    }

    fn remove(&self, sys: &Sys, files: &Files) -> Result<Vec<Step>, FsError> {
        Text { path: &file(sys), ours: &ours(files) }.remove(sys)
    }
}
