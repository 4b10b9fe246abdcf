//! pip (its configuration file, `[global] cert`). It replaces the public roots in pip before 24.2.

use super::{Files, Standing, Target, Text};
use crate::model::plan::{Anchor, Step};
use crate::sys::Sys;
use crate::sys::fs::FsError;
use std::path::PathBuf;

/// pip outside of shells.
#[derive(Debug)]
pub(super) struct Pip;

/// The user's file: the old place where it is in use, else the new one (pip documentation, Configuration).
fn file(sys: &Sys) -> PathBuf {
    let Some(home) = sys.places().home() else { return PathBuf::new() };
    let old = home.join(".pip/pip.conf");
    if matches!(sys.look_through(&old), Ok(Some(_))) {
        return old;
    }
    sys.places().xdg_config().unwrap_or(home).join("pip/pip.conf")
}

fn line(files: &Files) -> String {
    format!("cert = {}\n", files.bundle().display())
}

/// The section with it, where there was none.
fn section(files: &Files) -> String {
    format!("# roots: doorkey ca status\n[global]\n{}", line(files))
}

/// The value of `cert` in `[global]`, and where the line after `[global]` begins.
fn read(bytes: &[u8]) -> (Option<String>, Option<usize>) {
    let (mut section, mut cert, mut start) = (String::new(), None, None);
    let mut at = 0;
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        at += line.len();
        let text = String::from_utf8_lossy(line).trim().to_owned();
        if let Some(name) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.trim().to_owned();
            if section == "global" && start.is_none() {
                start = Some(at);
            }
        } else if section == "global"
            && let Some((key, value)) = text.split_once(['=', ':'])
            && key.trim().eq_ignore_ascii_case("cert")
        {
            cert = Some(value.trim().to_owned());
        }
    }
    (cert, start)
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
        let file = file(sys);
        match sys.read(&file) {
            Ok(None) => Standing::Off,
            Ok(Some(bytes)) => match read(&bytes).0 {
                // Nothing can be put after a last line without an end, and taken away again without a trace.
                None if bytes.trim_ascii_end().ends_with(b"[global]") && !bytes.ends_with(b"\n") => {
                    Standing::Unreadable { file }
                }
                None => Standing::Off,
                Some(to) if files.bundle() == *to => Standing::On { file },
                Some(to) => Standing::Own { file, to },
            },
            Err(_) => Standing::Unreadable { file },
        }
    }

    fn texts(&self, sys: &Sys, files: &Files) -> Vec<Text> {
        vec![Text::new(file(sys), section(files)), Text::new(file(sys), line(files))]
    }

    fn add(&self, sys: &Sys, files: &Files) -> Result<Vec<Step>, FsError> {
        let path = file(sys);
        let bytes = sys.read(&path)?.unwrap_or_default();
        match read(&bytes).1 {
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
