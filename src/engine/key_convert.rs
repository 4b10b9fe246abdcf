//! Writes an SSH key's file anew: in OpenSSH's own form, with another passphrase, more rounds, another comment.
//!
//! Both forms are sealed in the store before the file changes, so the way there and back needs no private byte in the
//! journal. What is written is opened again first: a file that does not give the same key is never put there.

use crate::engine::inspect::public_path;
use crate::engine::profiles;
use crate::engine::render::key_path;
use crate::formats::ssh_key::{self, Container, KeyFile, NotOpened, halves_belong};
use crate::model::name::ProfileName;
use crate::model::plan::{Plan, RecordId, Seal, Sealed, Step};
use crate::model::profile::Profile;
use crate::secret::Secret;
use crate::sys::Sys;
use crate::sys::fs::FsError;
use std::path::{Path, PathBuf};

/// The passphrase of the new file.
#[derive(Debug, Clone)]
pub enum NewPassphrase {
    /// That of the old one, or none where that has none.
    Same,
    /// None.
    None,
    /// Another.
    Other(Secret),
}

/// What is asked for.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// The key's file.
    pub path: &'a Path,
    /// Another file to write; `None` = the same.
    pub to: Option<&'a Path>,
    /// What opens it.
    pub passphrase: Option<Secret>,
    /// What opens the new one.
    pub new: NewPassphrase,
    /// Rounds of bcrypt.
    pub rounds: u32,
    /// Another comment.
    pub comment: Option<String>,
    /// In whose store the forms are sealed, where no profile names the key.
    pub profile: Option<&'a ProfileName>,
    /// Letters that tell this run apart.
    pub run: String,
}

/// Why a key is not written anew.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// The file cannot be read.
    #[error(transparent)]
    Fs(#[from] FsError),
    /// The profiles cannot be read.
    #[error(transparent)]
    Profiles(#[from] profiles::ProfilesError),
    /// There is no such file.
    #[error("{} is not there", .0.display())]
    Absent(PathBuf),
    /// The file to write is there.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// It does not open.
    #[error("{0}")]
    NotOpened(NotOpened),
    /// Its halves do not belong together.
    #[error("its private half belongs to another public half")]
    Mixed,
    /// No profile names it.
    #[error("no profile names this key")]
    NoProfile,
    /// The profile has no host.
    #[error("profile {0} has no host")]
    NoHost(ProfileName),
    /// It could not be written, or does not open again.
    #[error("the new form could not be made")]
    NotMade,
}

/// The plan, and both forms.
#[derive(Debug)]
pub struct Converted {
    /// What is to be done; empty when the file is as it is wanted.
    pub plan: Plan,
    /// The file that is written.
    pub path: PathBuf,
    /// The old form.
    pub before: KeyFile,
    /// The new one.
    pub after: KeyFile,
}

/// Makes the new form and the plan for it.
///
/// # Errors
/// The key does not open, or nobody's store can keep its old form.
pub fn plan(sys: &Sys, wanted: &Wanted<'_>) -> Result<Converted, ConvertError> {
    let old = sys.read(wanted.path)?.ok_or_else(|| ConvertError::Absent(wanted.path.into()))?;
    let old = Secret::take(old);
    let before = ssh_key::read(old.expose());
    let mut key = ssh_key::open(old.expose(), wanted.passphrase.as_ref()).map_err(ConvertError::NotOpened)?;
    if halves_belong(&key) == Some(false) {
        return Err(ConvertError::Mixed);
    }
    let path = target(wanted, &before);
    let other_file = path != wanted.path;
    if other_file && sys.look(&path)?.is_some() {
        return Err(ConvertError::Exists(path));
    }
    if let Some(comment) = &wanted.comment {
        key.set_comment(comment.as_str());
    }
    let passphrase = match &wanted.new {
        NewPassphrase::Same if before.encrypted => wanted.passphrase.as_ref(),
        NewPassphrase::Same | NewPassphrase::None => None,
        NewPassphrase::Other(passphrase) => Some(passphrase),
    };
    let new = sys.ssh_key_text(&key, passphrase.map(|phrase| (phrase, wanted.rounds)));
    let new = new.ok_or(ConvertError::NotMade)?;
    let again = ssh_key::open(new.expose(), passphrase).map_err(|_| ConvertError::NotMade)?;
    if again.key_data() != key.key_data() || halves_belong(&again) == Some(false) {
        return Err(ConvertError::NotMade);
    }
    let after = ssh_key::read(new.expose());
    let mut plan = Plan::new(format!("ssh convert {}", sys.shown(wanted.path)));
    if !other_file && is_as_wanted(wanted, &before, &after) {
        return Ok(Converted { plan, path, before, after });
    }
    let (profile, record) = keeper(sys, wanted)?;
    let seal = |name: &str| Seal {
        profile: profile.clone(),
        record: record.clone(),
        name: format!("{name}, {}", wanted.run),
        what: Sealed::Key,
    };
    let (was, is) = (seal("it was"), seal("it will be"));
    let shown = |form: &KeyFile| format!("(the key, {})\n", in_words(form)).into_bytes().into();
    plan.secrets = vec![old, new];
    plan.push(Step::SealText { seal: is.clone(), slot: 1 });
    if other_file {
        plan.push(Step::Create { path: path.clone(), text: Vec::new().into(), mode: 0o600 });
    } else {
        plan.steps.insert(0, Step::SealText { seal: was.clone(), slot: 0 });
        plan.push(Step::TakeOut {
            path: path.clone(),
            at: 0,
            seal: was,
            shown: shown(&before),
            new: Vec::new().into(),
            slot: Some(0),
        });
    }
    plan.push(Step::PutIn {
        path: path.clone(),
        at: 0,
        old: Vec::new().into(),
        seal: is,
        shown: shown(&after),
        slot: Some(1),
    });
    plan.steps.extend(public_half(sys, wanted, &path, &key)?);
    Ok(Converted { plan, path, before, after })
}

/// PuTTY's files keep their name, and the new one has it without the end.
fn target(wanted: &Wanted<'_>, before: &KeyFile) -> PathBuf {
    match wanted.to {
        Some(to) => to.into(),
        None if before.container == Container::Ppk
            && wanted.path.extension().is_some_and(|end| end == "ppk") =>
        {
            wanted.path.with_extension("")
        }
        None => wanted.path.into(),
    }
}

/// Whether the file says the same as the new one, but for its salt.
fn is_as_wanted(wanted: &Wanted<'_>, before: &KeyFile, after: &KeyFile) -> bool {
    let same = matches!(wanted.new, NewPassphrase::Same) || (!before.encrypted && !after.encrypted);
    let sound = before.container == Container::OpenSsh && before.byte_faults.is_empty();
    sound && same && wanted.comment.is_none() && before.encryption == after.encryption
}

/// In whose store the forms are sealed: of the profile that names the key.
fn keeper(sys: &Sys, wanted: &Wanted<'_>) -> Result<(ProfileName, RecordId), ConvertError> {
    let home = sys.places().home().map(Path::to_path_buf).unwrap_or_default();
    let real = sys.real_path(wanted.path);
    let names_it = |profile: &Profile| {
        let mut keys = profile.hosts.iter().filter_map(|host| host.ssh_key.as_ref());
        keys.any(|key| sys.real_path(&key_path(&home, key)) == real)
    };
    let profile = match wanted.profile {
        Some(name) => profiles::one(sys, name)?,
        None => profiles::all_good(sys)?.into_iter().find(names_it).ok_or(ConvertError::NoProfile)?,
    };
    let host = profile.hosts.first().ok_or_else(|| ConvertError::NoHost(profile.name.clone()))?;
    let origin = host.https_origin().to_string();
    Ok((profile.name.clone(), RecordId { origin, path: String::new(), user: "ssh key".into() }))
}

/// `OpenSSH, aes256-ctr, bcrypt, rounds 24`
#[must_use]
pub fn in_words(form: &KeyFile) -> String {
    let how = match &form.encryption {
        None => "no passphrase".to_owned(),
        Some(encryption) => {
            let parts = [encryption.cipher.clone(), encryption.kdf.clone()];
            let mut parts: Vec<String> = parts.into_iter().flatten().collect();
            parts.extend(encryption.rounds.map(|rounds| format!("rounds {rounds}")));
            if parts.is_empty() { "encrypted".into() } else { parts.join(", ") }
        }
    };
    format!("{}, {how}", form.container.name())
}

/// The file with the public half, where there is none, or it has another comment.
fn public_half(
    sys: &Sys,
    wanted: &Wanted<'_>,
    path: &Path,
    key: &::ssh_key::PrivateKey,
) -> Result<Option<Step>, ConvertError> {
    let path = public_path(path);
    let line = key.public_key().to_openssh().map_err(|_| ConvertError::NotMade)? + "\n";
    Ok(match sys.read(&path)? {
        None => Some(Step::Create { path, text: line.into_bytes().into(), mode: 0o644 }),
        // Another key's, or with options before it: that is doctor's to tell.
        Some(there) if wanted.comment.is_some() && is_half_of(&there, key) && there != line.as_bytes() => {
            Some(Step::edit(path, &there, line.as_bytes()))
        }
        Some(_) => None,
    })
}

fn is_half_of(there: &[u8], key: &::ssh_key::PrivateKey) -> bool {
    let file = ssh_key::read(there);
    let is_line =
        file.container == Container::PublicLine && there.starts_with(key.algorithm().as_str().as_bytes());
    is_line && file.public.is_ok_and(|half| half.key == *key.public_key().key_data())
}
