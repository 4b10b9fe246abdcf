//! `doorkey credential get|store|erase|capability`, which git calls.

use super::Exit;
use crate::engine::{credential, generation, in_force};
use crate::formats::git_credential::MAX_INPUT;
use crate::redact;
use crate::sys::Sys;
use crate::sys::process;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::PathBuf;

/// Runs the helper. The exit code stays 0 for a refusal that `quit=1` carries: git reports a failing helper twice.
pub(crate) fn run(mut sys: Sys, words: &[&OsStr]) -> u8 {
    if let [verb, place] = words
        && *verb == "netrc"
    {
        return netrc(sys, &place.to_string_lossy());
    }
    if words == [OsStr::new("netrc")] {
        return complain("usage: doorkey credential netrc HOST", Exit::Usage);
    }
    let mut generation = None;
    let mut verb = None;
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match word.to_str() {
            Some("--generation") => generation = rest.next().map(PathBuf::from),
            Some(text) if verb.is_none() => verb = Some(text),
            _ => {
                return complain(
                    "usage: doorkey credential [--generation FOLDER] get|store|erase|capability",
                    Exit::Usage,
                );
            }
        }
    }
    let Some(verb) = verb else {
        return complain(
            "usage: doorkey credential [--generation FOLDER] get|store|erase|capability",
            Exit::Usage,
        );
    };
    match verb {
        "capability" => return print(b"version 0\ncapability authtype\ncapability state\n"),
        "get" | "store" | "erase" => {}
        // gitcredentials(7): "If a helper receives any other operation, it should silently ignore the request."
        _ => return Exit::Fine as u8,
    }
    let Some(generation) = generation.or_else(|| generation::folder_in_force(&sys)) else {
        let (state, command) = in_force::way_on(&sys);
        return complain(&format!("{state}, so its helper has no answer; run: {command}"), Exit::Fine);
    };
    sys = generation::with_its_folders(sys, &generation);
    let Some(input) = process::read_wiped(io::stdin().lock(), MAX_INPUT + 1) else {
        return complain("the request could not be read", Exit::CouldNot);
    };
    match verb {
        "get" => {
            let reply = credential::get(&sys, &generation, input.expose());
            if let Some(said) = reply.said {
                complain(&said, Exit::Fine);
            }
            reply.answer.map_or(Exit::Fine as u8, |bytes| print(bytes.expose()))
        }
        "store" => ended(credential::store(&mut sys, &generation, input.expose())),
        _ => ended(credential::erase(&mut sys, &generation, input.expose())),
    }
}

/// One entry in the form of `.netrc`: into a pipe only, so that no file and no screen gets it by mistake.
fn netrc(sys: Sys, place: &str) -> u8 {
    if !process::output_is_a_pipe() {
        let use_it = format!(
            "it prints a token, so it writes into a pipe only: curl --netrc-file <(doorkey credential netrc {place}) URL"
        );
        return complain(&use_it, Exit::Usage);
    }
    let Some(folder) = generation::folder_in_force(&sys) else {
        let (state, command) = in_force::way_on(&sys);
        return complain(&format!("{state}, so its helper has no answer; run: {command}"), Exit::CouldNot);
    };
    let sys = generation::with_its_folders(sys, &folder);
    match credential::netrc(&sys, &folder, place) {
        Ok(entry) => print(entry.expose()),
        Err(said) => complain(&said, Exit::CouldNot),
    }
}

fn ended(result: Result<(), String>) -> u8 {
    match result {
        Ok(()) => Exit::Fine as u8,
        Err(said) => complain(&said, Exit::CouldNot),
    }
}

fn print(bytes: &[u8]) -> u8 {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => Exit::Fine as u8,
        Err(_) => Exit::CouldNot as u8,
    }
}

fn complain(text: &str, exit: Exit) -> u8 {
    let _ = writeln!(io::stderr().lock(), "doorkey: {}", redact::said(text));
    exit as u8
}
