//! `docker-credential-doorkey get|store|erase|list`, which docker, podman and skopeo call.

use super::Exit;
use crate::engine::credential::registry::{self, NoLogin};
use crate::engine::{generation, in_force};
use crate::formats::docker_credential::{MAX_INPUT, NOT_FOUND};
use crate::redact;
use crate::sys::Sys;
use crate::sys::process;
use std::ffi::OsStr;
use std::io::{self, Write};

/// The name under which docker looks for it in PATH.
pub(crate) const NAME: &str = "docker-credential-doorkey";

/// Runs the helper. An error is told on standard output, where its callers look for it.
pub(crate) fn run(sys: Sys, words: &[&OsStr]) -> u8 {
    let verb = match words {
        [verb] => verb.to_str().unwrap_or_default(),
        _ => "",
    };
    match verb {
        "get" | "store" | "erase" => {}
        // It is asked for by `credsStore`, which doorkey is not meant for: it speaks for single registries.
        "list" => return print(b"{}\n", Exit::Fine),
        "version" => {
            return print(concat!("doorkey ", env!("CARGO_PKG_VERSION"), "\n").as_bytes(), Exit::Fine);
        }
        _ => {
            return fail(&format!("usage: {NAME} get|store|erase|list, with the registry on standard input"));
        }
    }
    let Some(input) = process::read_wiped(io::stdin().lock(), MAX_INPUT + 1).filter(|i| i.len() <= MAX_INPUT)
    else {
        return fail("the request could not be read");
    };
    let Some(folder) = generation::folder_in_force(&sys) else {
        let (state, command) = in_force::way_on(&sys);
        return fail(&format!("{state}, so its helper has no answer; run: {command}"));
    };
    let mut sys = generation::with_its_folders(sys, &folder);
    let done = match verb {
        "get" => match registry::get(&sys, &folder, input.expose()) {
            Ok(answer) => return print(answer.expose(), Exit::Fine),
            Err(NoLogin::Refused(said)) => Err(said),
            Err(NoLogin::NotOurs) => return print(format!("{NOT_FOUND}\n").as_bytes(), Exit::Findings),
            Err(NoLogin::NotFound(said)) => {
                let _ = writeln!(io::stderr().lock(), "doorkey: {}", redact::said(&said));
                return print(format!("{NOT_FOUND}\n").as_bytes(), Exit::Findings);
            }
        },
        "store" => registry::store(&mut sys, &folder, input.expose()),
        _ => registry::erase(&mut sys, &folder, input.expose()),
    };
    done.map_or_else(|said| fail(&said), |()| Exit::Fine as u8)
}

fn fail(text: &str) -> u8 {
    print(format!("doorkey: {}\n", redact::said(text)).as_bytes(), Exit::Findings)
}

fn print(bytes: &[u8], exit: Exit) -> u8 {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => exit as u8,
        Err(_) => Exit::CouldNot as u8,
    }
}
