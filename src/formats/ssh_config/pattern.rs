//! The patterns of ssh_config(5) and sshd(8): `*`, `?`, lists with commas, `!`.

/// Whether the text is what the pattern describes. Case counts.
#[must_use]
pub fn matches(text: &str, pattern: &str) -> bool {
    let (text, pattern) = (text.as_bytes(), pattern.as_bytes());
    let (mut t, mut p) = (0, 0);
    // Where to go on after the last star: the place in the pattern behind it, the place in the text it reaches to.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                p += 1;
                star = Some((p, t));
            }
            Some(&want) if want == b'?' || text.get(t) == Some(&want) => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((after, reached)) = star else { return false };
                star = Some((after, reached + 1));
                p = after;
                t = reached + 1;
            }
        }
    }
    pattern.get(p..).is_some_and(|rest| rest.iter().all(|&b| b == b'*'))
}

/// What a pattern list says of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// A pattern with `!` matches: the text is shut out, whatever else matches.
    Excluded,
    /// A pattern matches.
    Yes,
    /// None does.
    No,
}

/// Looks a text up in patterns parted by commas (`match_pattern_list`).
#[must_use]
pub fn in_list(text: &str, list: &str) -> Listed {
    let mut found = Listed::No;
    for pattern in list.split(',') {
        match pattern.strip_prefix('!') {
            Some(pattern) if matches(text, pattern) => return Listed::Excluded,
            Some(_) => {}
            None if matches(text, pattern) => found = Listed::Yes,
            None => {}
        }
    }
    found
}

/// The same for host names, where case does not count (`match_hostname`).
#[must_use]
pub fn host_in_list(host: &str, list: &str) -> Listed {
    in_list(&host.to_ascii_lowercase(), &list.to_ascii_lowercase())
}
