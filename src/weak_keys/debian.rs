//! The keys that Debian's OpenSSL of 2006 to 2008 could make (CVE-2008-0166), by the lists of the package
//! `openssh-blacklist`, where they are there.

use crate::model::weakness::{Grade, Weakness};
use crate::sys::Sys;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Where the package and the machine's owner put them (`ssh-vulnkey(1)` of Debian 7).
const FOLDERS: [&str; 2] = ["/usr/share/ssh", "/etc/ssh"];

/// The lists that were asked for so far, by the end of their names.
#[derive(Debug, Default)]
pub struct Blacklists(Mutex<BTreeMap<String, Arc<Vec<Vec<u8>>>>>);

impl Blacklists {
    /// Whether a key is in a list. `key_type` is that of RFC 4253, `md5` what `ssh-keygen -l -E md5` prints.
    pub fn judge(&self, sys: &Sys, key_type: &str, bits: Option<u32>, md5: &str) -> Option<Weakness> {
        let kind = match key_type {
            "ssh-rsa" => "RSA",
            "ssh-dss" => "DSA",
            _ => return None,
        };
        let lists = self.lists(sys, &format!("blacklist.{kind}-{}", bits?));
        // A line is the last twenty digits.
        let digits: Vec<u8> = md5.strip_prefix("MD5:")?.bytes().filter(|b| *b != b':').collect();
        let line = digits.get(12..)?;
        lists.iter().any(|list| has(list, line)).then(|| Weakness {
            code: "debian-2008",
            grade: Grade::Open,
            what: "is one of the keys that Debian's OpenSSL could make from 2006 to 2008".into(),
            why: "there are only some thousand of them, and everybody has them all (CVE-2008-0166)",
            mend: None,
        })
    }

    fn lists(&self, sys: &Sys, name: &str) -> Arc<Vec<Vec<u8>>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let read = || {
            FOLDERS
                .iter()
                .filter_map(|folder| sys.read(&Path::new(folder).join(name)).ok().flatten())
                .collect()
        };
        Arc::clone(known.entry(name.to_owned()).or_insert_with(|| Arc::new(read())))
    }
}

fn has(list: &[u8], line: &[u8]) -> bool {
    list.split(|b| *b == b'\n').any(|known| known.trim_ascii() == line)
}
