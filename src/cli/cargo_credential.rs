//! `doorkey --cargo-plugin`, which cargo runs for `credential-provider = ["ABS/doorkey"]`.

use super::Exit;
use crate::engine::credential::registry::{self, NoLogin};
use crate::engine::{generation, in_force};
use crate::formats::cargo_credential::{self as protocol, Verb};
use crate::redact;
use crate::sys::Sys;
use crate::sys::process;
use std::io::{self, Write};

/// Answers until cargo closes standard input.
pub(crate) fn run(mut sys: Sys) -> u8 {
    let mut input = io::stdin().lock();
    if !say(protocol::HELLO.as_bytes()) {
        return Exit::CouldNot as u8;
    }
    let folder = generation::folder_in_force(&sys);
    if let Some(folder) = &folder {
        sys = generation::with_its_folders(sys, folder);
    }
    while let Some(line) = process::read_line_wiped(&mut input, protocol::MAX_INPUT) {
        let said = match protocol::question(line.expose()) {
            None => say(protocol::error("doorkey: refused: that is no question of cargo's").as_bytes()),
            Some(question) => match &folder {
                None => {
                    let (state, command) = in_force::way_on(&sys);
                    fail(&format!("{state}, so it has no answer; run: {command}"))
                }
                Some(folder) => answer(&mut sys, folder, question),
            },
        };
        if !said {
            return Exit::CouldNot as u8;
        }
    }
    Exit::Fine as u8
}

fn answer(sys: &mut Sys, folder: &std::path::Path, question: protocol::Question) -> bool {
    let protocol::Question { verb, index, token } = question;
    let done = match (verb, token) {
        (Verb::Get, _) => {
            return match registry::cargo_token(sys, folder, &index) {
                Ok(bytes) => say(bytes.expose()),
                Err(NoLogin::NotOurs) => say(protocol::NOT_OURS.as_bytes()),
                Err(NoLogin::NotFound(said)) => {
                    let _ = writeln!(io::stderr().lock(), "doorkey: {}", redact::said(&said));
                    say(protocol::NOT_FOUND.as_bytes())
                }
                Err(NoLogin::Refused(said)) => fail(&said),
            };
        }
        (Verb::Login, Some(token)) => registry::cargo_login(sys, folder, &index, token),
        (Verb::Login, None) => {
            Err("nobody is asked for a token here; give it by a pipe: cargo login --registry NAME < FILE"
                .into())
        }
        (Verb::Logout, _) => registry::cargo_logout(sys, folder, &index),
        (Verb::Other, _) => Ok(()),
    };
    match done {
        Ok(()) => say(protocol::done(verb).as_bytes()),
        Err(said) => fail(&said),
    }
}

fn fail(text: &str) -> bool {
    say(protocol::error(&format!("doorkey: {}", redact::said(text))).as_bytes())
}

fn say(bytes: &[u8]) -> bool {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).is_ok()
}
