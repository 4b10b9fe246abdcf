//! pip (its configuration file, `[global] cert`). It replaces the public roots in pip before 24.2.

use super::{Files, Standing, Target, Text};
use crate::formats::key_lines::{self, INI};
use crate::model::plan::{Anchor, Step};
use crate::sys::Sys;
use crate::sys::fs::FsError;
use crate::trust::settings;

/// pip outside of shells.
#[derive(Debug)]
pub(super) struct Pip;

fn line(files: &Files) -> String {
    format!("cert = {}\n", files.bundle().display())
}

/// The section with it, where there was none.
fn section(files: &Files) -> String {
    format!("# roots: doorkey ca status\n[global]\n{}", line(files))
}

/// Where the line after `[global]` begins.
fn after_global(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    let mut lines = bytes.split_inclusive(|b| *b == b'\n');
    lines.find(|line| {
        at += line.len();
        let text = String::from_utf8_lossy(line);
        text.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).map(str::trim) == Some("global")
    })?;
    Some(at)
}

impl Target for Pip {
    fn name(&self) -> &'static str {
        "pip"
    }

    fn leads(&self) -> &'static str {
        "pip, where no shell was"
    }

    fn look(&self, sys: &Sys, files: &Files) -> Standing {
        let here = ["pip", "pip3"].iter().any(|name| sys.program(name).is_some());
        if !here {
            return Standing::NotHere;
        }
        let file = settings::pip_conf(sys).unwrap_or_default();
        match sys.read(&file) {
            Ok(None) => Standing::Off,
            Ok(Some(bytes)) => match key_lines::last(&bytes, INI, "global", "cert") {
                // Nothing can be put after a last line without an end, and taken away again without a trace.
                None if bytes.trim_ascii_end().ends_with(b"[global]") && !bytes.ends_with(b"\n") => {
                    Standing::Unreadable { file }
                }
                None => Standing::Off,
                Some(to) if files.bundle() == *to.text => Standing::On { file },
                Some(to) => Standing::Own { file, to: to.text },
            },
            Err(_) => Standing::Unreadable { file },
        }
    }

    fn texts(&self, sys: &Sys, files: &Files) -> Vec<Text> {
        vec![
            Text::new(settings::pip_conf(sys).unwrap_or_default(), section(files)),
            Text::new(settings::pip_conf(sys).unwrap_or_default(), line(files)),
        ]
    }

    fn add(&self, sys: &Sys, files: &Files) -> Result<Vec<Step>, FsError> {
        let path = settings::pip_conf(sys).unwrap_or_default();
        let bytes = sys.read(&path)?.unwrap_or_default();
        match after_global(&bytes) {
            Some(at) => {
                let new = line(files).into();
                Ok(vec![Step::Splice { path, at: Anchor::Near(at), old: "".into(), new }])
            }
            None => Text::new(path, section(files)).add(sys),
        }
    }

    /// The section where it is ours, else the line.
    fn remove(&self, sys: &Sys, files: &Files) -> Result<Vec<Step>, FsError> {
        for text in self.texts(sys, files) {
            if text.is_there(sys)? {
                return text.remove(sys);
            }
        }
        Ok(Vec::new())
    }
}
