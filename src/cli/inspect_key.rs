//! `doorkey inspect FILE|FOLDER|-`: the files of SSH keys. Nothing private is shown.

use super::ask::{Source, secret_from};
use super::error::Failure;
use super::inspect_certs::Input;
use super::{Context, Exit, inspect_certs, json};
use crate::engine::inspect::{KeyLook, Surroundings};
use crate::engine::when;
use crate::formats::ssh_key::{self, Encryption, Half, KeyFile, NotOpened, Validity};
use crate::model::facts::Pair;
use crate::model::weakness::{Grade, Weakness};
use crate::redact::for_terminal;
use crate::secret::Secret;
use crate::sys::fs::{Kind, LIMIT};
use crate::sys::process::read_wiped;
use serde_json::{Map, Value, json};
use std::io;
use std::path::Path;

/// Exit code 0: a key that ssh can read; 1: no key, or one that ssh would refuse.
pub(super) fn run(context: &mut Context, file: &str, phrase: Option<i32>) -> Result<Exit, Failure> {
    let path = Path::new(file);
    if file != "-" && matches!(context.sys.look_through(path), Ok(Some(look)) if look.kind == Kind::Dir) {
        if phrase.is_some() {
            return Err(Failure::usage("a passphrase is for one file", "name it: doorkey inspect FILE"));
        }
        return super::inspect_keys::run(context, path);
    }
    let phrase =
        phrase.map(|fd| secret_from(context, Source::Descriptor(fd), "passphrase", false)).transpose()?;
    if file != "-"
        && inspect_certs::beginning(&context.sys, path).is_some_and(|b| inspect_certs::holds_certificates(&b))
    {
        return inspect_certs::run(context, &[Input::Path(path.into())], phrase.as_ref());
    }
    let around = Surroundings::look(&context.sys);
    let (bytes, key, weaknesses, look) = if file == "-" {
        let limit = usize::try_from(LIMIT).unwrap_or(usize::MAX);
        let bytes = read_wiped(io::stdin().lock(), limit).ok_or_else(|| {
            Failure::new(
                Exit::CouldNot,
                "standard input could not be read",
                "",
                "name a file: doorkey inspect FILE",
            )
        })?;
        if inspect_certs::holds_certificates(bytes.expose()) {
            return inspect_certs::run(context, &[Input::Bytes(bytes.expose().to_vec())], phrase.as_ref());
        }
        let (key, opened) = ssh_key::read_whole(bytes.expose());
        let weaknesses = around.judge(&context.sys, &key, opened.as_ref());
        (Some(bytes), key, weaknesses, None)
    } else {
        let look = around.key_file(&context.sys, path)?.ok_or_else(|| {
            Failure::usage(
                format!("there is no part of the machine and no file that is called {file:?}"),
                "name one of ssh, tokens, helpers, trust, proxy, all; a file or folder; or a server as HOST:PORT",
            )
        })?;
        (None, look.key.clone(), look.weaknesses.clone(), Some(look))
    };
    let (key, weaknesses) = match &phrase {
        Some(phrase) => {
            let bytes = match bytes {
                Some(bytes) => bytes,
                None => Secret::take(context.sys.read(path)?.unwrap_or_default()),
            };
            let opened = ssh_key::open(bytes.expose(), Some(phrase)).map_err(|why| not_opened(file, &why))?;
            let key = key.with_opened(&opened);
            let weaknesses = around.judge(&context.sys, &key, Some(&opened));
            (key, weaknesses)
        }
        None => (key, weaknesses),
    };
    let fine = is_fine(&key, &weaknesses) && look.as_ref().is_none_or(|look| !is_open(look));
    if context.flags.json {
        context.say.line(json::document("inspect-key", as_json(file, &key, &weaknesses, look.as_ref())));
    } else {
        for (name, value) in rows(&key, look.as_ref()) {
            context.say.line(format!("{name:<12} {}", for_terminal(&value, false)));
        }
        for fault in &key.byte_faults {
            context.say.line(format!("{:<12} {fault}", "ssh refuses"));
        }
        for weakness in &weaknesses {
            context.say.line(format!("{:<12} it {}", grade_word(weakness.grade), weakness.what));
            context.say.line(format!("{:<12} {}", "  why", weakness.why));
            context.say.line(format!("{:<12} {}", "  do", weakness.mend()));
        }
    }
    Ok(if fine { Exit::Fine } else { Exit::Findings })
}

/// Why a key did not open, and what to do.
pub(super) fn not_opened(file: &str, why: &NotOpened) -> Failure {
    let fix = match why {
        NotOpened::NeedsPassphrase => "give it by --passphrase-fd N",
        NotOpened::WrongPassphrase => "look whether it is the passphrase of this key",
        NotOpened::TooCostly(_) => "if the file is really yours: ssh-keygen -p -f FILE",
        NotOpened::NotPrivate => "name the file with the private half",
        NotOpened::NotOpenedHere => "see what ssh-keygen -y -f FILE says",
        NotOpened::Damaged => "put the file back from where it came",
    };
    Failure::new(Exit::CouldNot, format!("{file} was not opened: {why}"), "", fix)
}

/// Whether ssh can read the key, and nobody else can have it.
pub(super) fn is_fine(key: &KeyFile, weaknesses: &[Weakness]) -> bool {
    let is_sound = weaknesses.iter().all(|weakness| weakness.grade == Grade::Note);
    key.public.is_ok() && key.byte_faults.is_empty() && is_sound
}

/// Whether ssh refuses a private key since others can read it (`sshkey_perm_ok`: only where the file is the user's).
pub(super) fn is_open(look: &KeyLook) -> bool {
    look.key.half() == Some(Half::Private) && look.ours && look.look.mode & 0o077 != 0
}

pub(super) fn grade_word(grade: Grade) -> &'static str {
    match grade {
        Grade::Note => "note",
        Grade::Weak => "weak",
        Grade::Open => "OPEN",
    }
}

fn rows(key: &KeyFile, look: Option<&KeyLook>) -> Vec<(&'static str, String)> {
    let mut rows = vec![("format", key.container.name().to_owned())];
    match &key.public {
        Ok(half) => {
            rows.push(("type", half.key_type.clone()));
            rows.extend(half.bits.map(|bits| ("bits", bits.to_string())));
            rows.push(("fingerprint", half.fingerprint.clone()));
            rows.push(("", half.md5.clone()));
            rows.extend(half.comment.clone().map(|comment| ("comment", comment)));
        }
        Err(why) => rows.push(("not read", why.to_string())),
    }
    if let Some(certificate) = &key.certificate {
        rows.push(("valid", validity(certificate)));
    }
    if key.half() == Some(Half::Private) {
        rows.push(("passphrase", key.encryption.as_ref().map_or("none".into(), how)));
    }
    let Some(look) = look else { return rows };
    let owner = if look.ours { "yours".to_owned() } else { format!("of user {}", look.look.uid) };
    rows.push((
        "file",
        format!("mode {:04o}, {owner}, changed {}", look.look.mode, when::date(look.look.modified)),
    ));
    if is_open(look) {
        rows.push((
            "ssh refuses",
            "the mode: others can read it (doorkey doctor --fix mends that in ~/.ssh)".into(),
        ));
    }
    rows.extend(look.pair.map(|pair| ("public half", pair_words(pair).to_owned())));
    rows.extend(
        look.in_agent.map(|has| ("agent", if has { "has it" } else { "does not have it" }.to_owned())),
    );
    rows.extend(look.profiles.iter().map(|profile| ("profile", profile.clone())));
    rows.extend(look.named_by.iter().map(|block| ("named by", block.clone())));
    rows
}

pub(super) fn how(encryption: &Encryption) -> String {
    let cipher = encryption.cipher.as_deref().unwrap_or("yes; the cipher is not read in this form");
    match (&encryption.kdf, encryption.rounds) {
        (Some(kdf), Some(rounds)) => format!("{cipher}, {kdf}, rounds {rounds}"),
        (Some(kdf), None) => format!("{cipher}, {kdf}"),
        _ => cipher.to_owned(),
    }
}

/// `from 2026-01-01 00:00 UTC to 2027-01-01 00:00 UTC`; `for ever` stands for the largest number.
fn validity(certificate: &Validity) -> String {
    let until = match certificate.valid_before {
        i64::MAX => "for ever".to_owned(),
        end => format!("to {}", when::date_time(end)),
    };
    format!("from {} {until}", when::date_time(certificate.valid_after))
}

pub(super) fn pair_words(pair: Pair) -> &'static str {
    match pair {
        Pair::Same => "beside it, and belongs to it",
        Pair::Other => "beside it, but of another key",
        Pair::Missing => "not beside it",
        Pair::Unknown => "cannot be compared",
    }
}

fn weakness(one: &Weakness) -> Value {
    json!({ "code": one.code, "grade": one.grade, "what": format!("it {}", one.what), "why": one.why, "do": one.mend() })
}

pub(super) fn as_json(file: &str, key: &KeyFile, weaknesses: &[Weakness], look: Option<&KeyLook>) -> Value {
    let half = key.public.as_ref().ok();
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| body.insert(name.into(), value);
    put("file", json!(file));
    put("format", json!(key.container.name()));
    put("half", json!(key.half().map(|h| if h == Half::Private { "private" } else { "public" })));
    put("type", json!(half.map(|h| &h.key_type)));
    put("bits", json!(half.and_then(|h| h.bits)));
    put("fingerprint", json!(half.map(|h| &h.fingerprint)));
    put("md5", json!(half.map(|h| &h.md5)));
    put("comment", json!(half.and_then(|h| h.comment.as_ref())));
    put("not-read", json!(key.public.as_ref().err().map(ToString::to_string)));
    put("encrypted", json!(key.encrypted));
    if let Some(encryption) = &key.encryption {
        put("cipher", json!(encryption.cipher));
        put("kdf", json!(encryption.kdf));
        put("rounds", json!(encryption.rounds));
    }
    put("ssh-refuses", json!(key.byte_faults.iter().map(ToString::to_string).collect::<Vec<_>>()));
    put("weaknesses", json!(weaknesses.iter().map(weakness).collect::<Vec<_>>()));
    if let Some(certificate) = &key.certificate {
        put("valid-after", json!(certificate.valid_after));
        put("valid-before", json!(certificate.valid_before));
    }
    if let Some(look) = look {
        put("mode", json!(format!("{:04o}", look.look.mode)));
        put("uid", json!(look.look.uid));
        put("modified", json!(look.look.modified));
        put("pair", json!(look.pair));
        put("in-agent", json!(look.in_agent));
        put("profiles", json!(look.profiles));
        put("named-by", json!(look.named_by));
    }
    Value::Object(body)
}
