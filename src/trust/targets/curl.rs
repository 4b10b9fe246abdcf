//! The curl program (curl(1), `--cacert`). libcurl reads neither this file nor a variable.

use super::{Files, Standing, Target, Text, stands};
use crate::model::plan::Step;
use crate::sys::Sys;
use crate::sys::fs::FsError;
use std::path::PathBuf;

/// curl outside of shells.
#[derive(Debug)]
pub(super) struct Curl;

fn file(sys: &Sys) -> PathBuf {
    sys.places().home().map(|home| home.join(".curlrc")).unwrap_or_default()
}

fn ours(files: &Files) -> String {
    format!("cacert = \"{}\"\n", files.bundle().display())
}

impl Target for Curl {
    fn name(&self) -> &'static str {
        "curl"
    }

    fn leads(&self) -> &'static str {
        "curl, where no shell was (cron, editors)"
    }

    fn look(&self, sys: &Sys, files: &Files) -> Standing {
        if sys.program("curl").is_none() {
            return Standing::NotHere;
        }
        stands(sys, file(sys), "cacert", true, files)
    }

    fn add(&self, sys: &Sys, files: &Files) -> Result<Vec<Step>, FsError> {
        Text { path: &file(sys), ours: &ours(files) }.add(sys)
    }

    fn remove(&self, sys: &Sys, files: &Files) -> Result<Vec<Step>, FsError> {
        Text { path: &file(sys), ours: &ours(files) }.remove(sys)
    }
}
