//! The words of one line of go.mod (`modfile`, `input.readToken`).

/// A word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    Text(String),
    Open,
    Close,
    Arrow,
    Comma,
}

/// The words, and the comment behind them without its slashes.
pub(super) fn words(line: &str) -> Result<(Vec<Word>, &str), &'static str> {
    let mut found = Vec::new();
    let mut rest = line.trim_start();
    loop {
        let Some(first) = rest.chars().next() else { return Ok((found, "")) };
        if let Some(comment) = rest.strip_prefix("//") {
            return Ok((found, comment));
        }
        if rest.starts_with("/*") {
            return Err("mod files must use // comments (not /* */ comments)");
        }
        let (word, length) = match first {
            '(' => (Word::Open, 1),
            ')' => (Word::Close, 1),
            ',' => (Word::Comma, 1),
            // Brackets of a retracted range; in paths they do not occur.
            '[' | ']' => (Word::Text(first.into()), 1),
            '=' if rest.starts_with("=>") => (Word::Arrow, 2),
            '"' => quoted(rest)?,
            '`' => {
                let inner = rest.get(1..).unwrap_or_default();
                let end = inner.find('`').ok_or("a quoted string has no end")?;
                (Word::Text(inner.get(..end).unwrap_or_default().into()), end + 2)
            }
            _ => {
                let end = plain_end(rest);
                (Word::Text(rest.get(..end).unwrap_or(rest).into()), end)
            }
        };
        found.push(word);
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
}

fn plain_end(text: &str) -> usize {
    let stop = |(at, c): &(usize, char)| {
        c.is_whitespace()
            || "(),[]\"`".contains(*c)
            || text.get(*at..).is_some_and(|t| t.starts_with("//") || t.starts_with("=>"))
    };
    text.char_indices().skip(1).find(stop).map_or(text.len(), |(at, _)| at)
}

/// A string as Go writes one; of the escapes those that a path can need.
fn quoted(text: &str) -> Result<(Word, usize), &'static str> {
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((Word::Text(value), at + 1)),
            '\\' => match chars.next() {
                Some((_, c @ ('\\' | '"'))) => value.push(c),
                Some((_, 't')) => value.push('\t'),
                _ => return Err("a quoted string holds an escape that no path needs"),
            },
            c => value.push(c),
        }
    }
    Err("a quoted string has no end")
}
