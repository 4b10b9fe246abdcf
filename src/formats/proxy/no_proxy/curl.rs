//! libcurl (lib/noproxy.c; measured with git), and so curl, git, cargo and PHP.

use super::{Does, Match, Target};
use std::net::Ipv4Addr;

/// libcurl before 8, where blanks divide as well.
///
/// `*` counts only alone. An entry fits the name itself and every name below it, with or without a leading dot;
/// `*.x` and `x:8080` fit nothing. For an IPv4 address, an entry fits when it is the same address or a CIDR block
/// around it (since 7.86). An IPv6 address is compared as text, as if it were a name. Names are never looked up.
#[must_use]
pub fn curl(target: &Target, list: &str) -> Option<Match> {
    let host = target.host.as_str();
    if host.is_empty() {
        return None;
    }
    if list == "*" {
        return Some(Match::of("*"));
    }
    let bare = host.strip_suffix('.').unwrap_or(host);
    let address: Option<Ipv4Addr> = host.parse().ok();
    let mut after_blank = false;
    for piece in list.split(',') {
        let words: Vec<&str> = piece.split([' ', '\t']).filter(|w| !w.is_empty()).collect();
        for (index, word) in words.iter().enumerate() {
            after_blank |= index > 0;
            let fits = match address {
                Some(address) => fits_address(address, word),
                None => fits_name(bare, word),
            };
            if fits {
                let does = if after_blank { Does::FitsAfterBlank } else { Does::Fits };
                return Some(Match { entry: (*word).to_owned(), does });
            }
        }
    }
    None
}

/// As libcurl 8 and later: blanks alone divide nothing, and end what is read.
#[must_use]
pub fn curl_8(target: &Target, list: &str) -> Option<Match> {
    curl(target, list).filter(|found| found.does == Does::Fits)
}

fn fits_name(host: &str, entry: &str) -> bool {
    let entry = entry.strip_suffix('.').unwrap_or(entry);
    let entry = entry.strip_prefix('.').unwrap_or(entry);
    let (host, entry) = (host.to_ascii_lowercase(), entry.to_ascii_lowercase());
    !entry.is_empty() && host.strip_suffix(&entry).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Zero bits mean all of them, as in libcurl; so does what is no number.
fn fits_address(address: Ipv4Addr, entry: &str) -> bool {
    let (block, bits) = match entry.split_once('/') {
        Some((block, bits)) => (block, bits.parse::<u32>().unwrap_or(0)),
        None => (entry, 0),
    };
    let Ok(block) = block.parse::<Ipv4Addr>() else { return false };
    let mask = match bits {
        0 | 32 => u32::MAX,
        1..32 => u32::MAX << (32 - bits),
        _ => return false,
    };
    address.to_bits() & mask == block.to_bits() & mask
}
