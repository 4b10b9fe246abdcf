//! The module cache: whether what lies there is what was downloaded (`cmd/go/internal/modcmd`, verify.go).

use super::broken;
use crate::formats::shell;
use crate::model::ladder::Rung;
use crate::sys::Sys;
use crate::sys::fs::{FsError, Kind};
use base64::Engine as _;
use sha2::{Digest, Sha256};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Looks at one module of the cache.
pub(super) fn look(sys: &Sys, cache: &Path, module: &str, version: &str) -> Vec<Rung> {
    let mut found = Vec::new();
    found.extend(not_writable(sys, cache));
    let (path, at) = (escaped(module), escaped(version));
    let stem = cache.join("cache/download").join(&path).join("@v");
    let (zip, hash) = (stem.join(format!("{at}.zip")), stem.join(format!("{at}.ziphash")));
    let folder = cache.join(format!("{path}@{at}"));
    let remove = format!(
        "remove these copies, and go downloads and checks them anew: chmod -R u+w {0}; rm -rf {0} {1} {2}",
        copied(&folder),
        copied(&zip),
        copied(&hash)
    );
    if let Ok(Some((mut file, length))) = sys.open(&zip)
        && !has_directory(&mut file, length)
    {
        found.push(broken(
            "go-cache-zip-damaged",
            format!("{}: not a valid zip file ({length} bytes)", zip.display()),
            "the downloaded archive has no end: the download was cut off, or the disk was full",
            remove.clone(),
        ));
        return found;
    }
    let Ok(Some(bytes)) = sys.read(&hash) else { return found };
    let wanted = String::from_utf8_lossy(&bytes).trim().to_owned();
    if !matches!(sys.look(&folder), Ok(Some(look)) if look.kind == Kind::Dir) {
        return found;
    }
    match hash_of_folder(sys, &folder, &format!("{module}@{version}")) {
        Ok(now) if now == wanted => {}
        Ok(now) => found.push(broken(
            "go-cache-edited",
            format!("{}: dir has been modified ({now}, and {wanted} was downloaded)", folder.display()),
            "files of this module were changed in the cache; go build does not notice, go mod verify does",
            remove,
        )),
        Err(error) => found.push(broken(
            "go-cache-unreadable",
            error.to_string(),
            "the module's files in the cache cannot be read",
            remove,
        )),
    }
    found
}

/// A path as one word of a command that people copy.
fn copied(path: &Path) -> String {
    shell::word(&path.display().to_string())
}

/// A capital is written as `!` and its small letter (`module.EscapePath`).
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_uppercase() {
            out.push('!');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// Whether the record stands at the end that every zip archive ends with (APPNOTE.TXT, 4.3.16).
fn has_directory(file: &mut (impl Read + Seek), length: u64) -> bool {
    // 22 bytes, and a comment of up to 65535.
    let mut tail = Vec::new();
    let start = length.saturating_sub(22 + 65_535);
    file.seek(SeekFrom::Start(start)).is_ok()
        && file.take(22 + 65_535).read_to_end(&mut tail).is_ok()
        && tail.windows(4).any(|four| four == b"PK\x05\x06")
}

/// `golang.org/x/mod/sumdb/dirhash`, `Hash1` over `DirFiles`.
fn hash_of_folder(sys: &Sys, folder: &Path, prefix: &str) -> Result<String, FsError> {
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(dir) = folders.pop() {
        for path in sys.list(&dir)? {
            match sys.look(&path)?.map(|l| l.kind) {
                Some(Kind::Dir) => folders.push(path),
                Some(_) => {
                    let rest = path.strip_prefix(folder).unwrap_or(&path).display();
                    files.push((format!("{prefix}/{rest}"), path.clone()));
                }
                None => {}
            }
        }
    }
    files.sort();
    let mut all = Sha256::new();
    let mut piece = vec![0; 64 << 10];
    for (name, path) in files {
        let mut one = Sha256::new();
        if let Some((mut file, _)) = sys.open(&path)? {
            loop {
                let read = file.read(&mut piece).map_err(|e| FsError::io("read", &path, e))?;
                if read == 0 {
                    break;
                }
                one.update(piece.get(..read).unwrap_or_default());
            }
        }
        let hex: String = one.finalize().iter().map(|b| format!("{b:02x}")).collect();
        all.update(format!("{hex}  {name}\n"));
    }
    Ok(format!("h1:{}", base64::engine::general_purpose::STANDARD.encode(all.finalize())))
}

fn not_writable(sys: &Sys, cache: &Path) -> Option<Rung> {
    if sys.is_root() {
        return None;
    }
    [cache.to_path_buf(), cache.join("cache"), cache.join("cache/download")].into_iter().find_map(|folder| {
        let look = sys.look_through(&folder).ok()??;
        let mine = look.uid == sys.uid();
        // A group may be allowed to write; that is not looked at, so it is not called a fault.
        let may = if mine { look.mode & 0o200 != 0 } else { look.mode & 0o022 != 0 };
        (!may).then(|| {
            broken(
                "go-cache-not-writable",
                format!("{} belongs to user {}, mode {:o}", folder.display(), look.uid, look.mode),
                "go cannot write into its module cache; often go was run with sudo once",
                if mine {
                    format!("chmod u+w {}", copied(&folder))
                } else {
                    format!("give it back to yourself: sudo chown -R \"$USER\" {}", copied(cache))
                },
            )
        })
    })
}
