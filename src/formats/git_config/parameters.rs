//! `GIT_CONFIG_PARAMETERS`, by which `git -c` hands settings to the programs it starts (config.c,
//! `git_config_from_parameters`; quote.c, `sq_dequote_step`).

/// The settings in it, in order: `'key'='value'`, and `'key=value'` as git wrote before 2.31. A value of `None` means
/// true. `None` for all of it when git would refuse to run.
#[must_use]
pub fn parameters(text: &str) -> Option<Vec<(String, Option<String>)>> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (word, after) = dequoted(rest)?;
        let (key, value, after) = match after.strip_prefix('=') {
            Some(after) if after.starts_with('\'') => {
                let (value, after) = dequoted(after)?;
                (word, Some(value), after)
            }
            Some(after) => (word, None, after),
            None => match word.split_once('=') {
                Some((key, value)) => (key.to_owned(), Some(value.to_owned()), after),
                None => (word, None, after),
            },
        };
        if !after.is_empty() && !after.starts_with(is_space) {
            return None;
        }
        found.push((key, value));
        rest = after.trim_start_matches(is_space);
    }
    Some(found)
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// One word in single quotes, in which `'\''` and `'\!'` stand for a quote and an exclamation mark; and what follows.
fn dequoted(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('\'')?;
    let mut word = String::new();
    loop {
        let (part, after) = rest.split_once('\'')?;
        word.push_str(part);
        match after.strip_prefix('\\').and_then(|escaped| {
            let sign = escaped.chars().next().filter(|c| matches!(c, '\'' | '!'))?;
            Some((sign, escaped.get(1..)?.strip_prefix('\'')?))
        }) {
            Some((sign, after)) => {
                word.push(sign);
                rest = after;
            }
            None => return Some((word, after)),
        }
    }
}
