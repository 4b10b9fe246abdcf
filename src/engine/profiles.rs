//! All profiles of this machine, read from their files.

use crate::model::name::{BadName, ProfileName};
use crate::model::profile::{Profile, claims_of};
use crate::model::profile_file::{self, ProfileError};
use crate::model::route::{Claim, conflicts};
use crate::sys::Sys;
use crate::sys::fs::{FsError, Kind};
use std::path::{Path, PathBuf};

/// Why a profile, or all of them, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProfilesError {
    /// HOME is not set.
    #[error("there is no home folder to work in")]
    NoConfig,
    /// A file or folder cannot be read.
    #[error(transparent)]
    Fs(#[from] FsError),
    /// A file cannot be understood.
    #[error("{}: {source}", path.display())]
    Broken {
        /// The profile's file.
        path: PathBuf,
        /// Line and problem.
        source: ProfileError,
    },
    /// A file's name is no profile name.
    #[error("{}: {problem}", path.display())]
    BadName {
        /// The file.
        path: PathBuf,
        /// What is wrong with its name.
        problem: String,
    },
    /// Two profiles claim exactly one route.
    #[error("profiles {} and {} both claim {}", .0.profile, .1.profile, route_text(.0))]
    Conflict(Box<Claim>, Box<Claim>),
    /// Something else stands where the folder of the profiles, or one above it, should be.
    #[error("{} {problem}, not a folder", path.display())]
    NotAFolder {
        /// What stands there.
        path: PathBuf,
        /// What it is, in words that follow the path.
        problem: &'static str,
    },
    /// There is no profile of that name.
    #[error("there is no profile {0}")]
    Unknown(String),
}

/// A route in words: `https://git.test/acme`.
#[must_use]
pub fn route_text(claim: &Claim) -> String {
    if claim.owner.depth() == 0 {
        claim.origin.to_string()
    } else {
        format!("{}/{}", claim.origin, claim.owner.as_str())
    }
}

/// All profiles, sorted by name, and what could not be read.
#[derive(Debug, Default)]
pub struct Profiles {
    /// Those that can be used.
    pub good: Vec<Profile>,
    /// Those that cannot.
    pub bad: Vec<ProfilesError>,
}

/// The folder of the profiles' files.
///
/// # Errors
/// There is no home folder.
pub fn folder(sys: &Sys) -> Result<PathBuf, ProfilesError> {
    sys.places().config().map(|c| c.join("profiles")).ok_or(ProfilesError::NoConfig)
}

/// The file of a profile.
///
/// # Errors
/// There is no home folder.
pub fn file(sys: &Sys, name: &ProfileName) -> Result<PathBuf, ProfilesError> {
    Ok(folder(sys)?.join(format!("{name}.toml")))
}

/// Reads one profile.
///
/// # Errors
/// It is not there, or cannot be read or understood.
pub fn one(sys: &Sys, name: &ProfileName) -> Result<Profile, ProfilesError> {
    let path = file(sys, name)?;
    match read(sys, name, &path)? {
        Some(profile) => Ok(profile),
        // Not there, or hidden by what stands in the place of the folder.
        None => Err(files(sys).err().unwrap_or_else(|| ProfilesError::Unknown(name.to_string()))),
    }
}

fn read(sys: &Sys, name: &ProfileName, path: &Path) -> Result<Option<Profile>, ProfilesError> {
    let Some(bytes) = sys.read_trusted(path)? else { return Ok(None) };
    let broken = |source| ProfilesError::Broken { path: path.into(), source };
    let text = String::from_utf8(bytes)
        .map_err(|_| broken(ProfileError { line: 1, problem: "the file is not UTF-8 text".into() }))?;
    profile_file::read(name, text.strip_prefix('\u{feff}').unwrap_or(&text)).map(Some).map_err(broken)
}

/// Reads all profiles; a bad one does not hide the others.
///
/// # Errors
/// The folder cannot be listed.
pub fn all(sys: &Sys) -> Result<Profiles, ProfilesError> {
    let mut found = Profiles::default();
    for path in files(sys)? {
        match name_of(&path) {
            Ok(name) => match read(sys, &name, &path) {
                Ok(profile) => found.good.extend(profile),
                Err(error) => found.bad.push(error),
            },
            Err(e) => found.bad.push(ProfilesError::BadName { path, problem: e.to_string() }),
        }
    }
    Ok(found)
}

/// The names of the profiles beside `known` whose files cannot be used.
///
/// # Errors
/// The folder cannot be listed.
pub fn unusable(sys: &Sys, known: &[Profile]) -> Result<Vec<ProfileName>, ProfilesError> {
    let mut found = Vec::new();
    for path in files(sys)? {
        if let Ok(name) = name_of(&path)
            && !known.iter().any(|p| p.name == name)
            && read(sys, &name, &path).is_err()
        {
            found.push(name);
        }
    }
    Ok(found)
}

/// The profiles' files. No folder yet means none; something else in its place does not.
///
/// # Errors
/// The folder cannot be listed, or is none.
pub fn files(sys: &Sys) -> Result<Vec<PathBuf>, ProfilesError> {
    let folder = folder(sys)?;
    for step in folder.ancestors() {
        let problem = match (sys.look(step)?.map(|l| l.kind), sys.look_through(step)?.map(|l| l.kind)) {
            (None, _) => continue,
            (_, Some(Kind::Dir)) => break,
            (_, Some(_)) => "is a file",
            (_, None) => "is a link that leads nowhere",
        };
        return Err(ProfilesError::NotAFolder { path: step.into(), problem });
    }
    let mut found = sys.list(&folder)?;
    found.retain(|path| path.extension().is_some_and(|e| e == "toml"));
    Ok(found)
}

fn name_of(file: &Path) -> Result<ProfileName, BadName> {
    ProfileName::new(file.file_stem().and_then(|s| s.to_str()).unwrap_or_default())
}

/// Reads all profiles where one that is wrong must stop the rest.
///
/// # Errors
/// The first one that is wrong, or two that claim one route.
pub fn all_good(sys: &Sys) -> Result<Vec<Profile>, ProfilesError> {
    let Profiles { good, bad } = all(sys)?;
    if let Some(error) = bad.into_iter().next() {
        return Err(error);
    }
    check_routes(&good)?;
    Ok(good)
}

/// No two profiles claim exactly one route.
///
/// # Errors
/// Names both.
pub fn check_routes(profiles: &[Profile]) -> Result<(), ProfilesError> {
    let claims = claims_of(profiles);
    match conflicts(&claims).first() {
        Some((a, b)) => Err(ProfilesError::Conflict(Box::new((*a).clone()), Box::new((*b).clone()))),
        None => Ok(()),
    }
}
