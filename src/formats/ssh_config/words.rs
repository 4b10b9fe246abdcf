//! How a line falls into words (`strdelim` and `argv_split` of OpenSSH's `misc.c`).

/// What parts words.
pub(super) const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

/// The keyword and what follows it and its one `=`. `None` for a blank line and a comment.
pub(super) fn keyword(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start_matches(BLANK);
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    if let Some(quoted) = line.strip_prefix('"') {
        return quoted.split_once('"').filter(|(keyword, _)| !keyword.is_empty());
    }
    let end = line.find(|c| BLANK.contains(&c) || c == '=' || c == '"').unwrap_or(line.len());
    let (keyword, rest) = line.split_at_checked(end)?;
    let rest = rest.trim_start_matches(BLANK);
    Some((keyword, rest.strip_prefix('=').unwrap_or(rest)))
}

/// The words of the rest, up to a word that begins with `#`. `None` where a quote is not closed.
pub(super) fn split(rest: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut chars = rest.chars().peekable();
    loop {
        while chars.next_if(|c| matches!(c, ' ' | '\t')).is_some() {}
        match chars.peek() {
            None | Some('#') => return Some(words),
            Some(_) => {}
        }
        let mut word = String::new();
        let mut quote = None;
        while let Some(c) = chars.next() {
            match (c, quote) {
                ('\\', _) => {
                    let escaped = chars.next_if(|&next| {
                        matches!(next, '\'' | '"' | '\\') || (quote.is_none() && next == ' ')
                    });
                    word.push(escaped.unwrap_or('\\'));
                }
                (' ' | '\t', None) => break,
                ('"' | '\'', None) => quote = Some(c),
                (_, Some(open)) if open == c => quote = None,
                _ => word.push(c),
            }
        }
        if quote.is_some() {
            return None;
        }
        words.push(word);
    }
}
