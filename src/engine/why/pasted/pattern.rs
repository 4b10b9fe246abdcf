//! Patterns of the table: literal pieces in their order, `*` between them, and named places.

use memchr::memmem;

/// What a named place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Host,
    Port,
    Url,
    Module,
    Path,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Any,
    Place(Kind),
}

/// A pattern. It may begin and end anywhere in a line.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    pieces: Vec<Piece>,
    /// Its longest literal piece.
    pub(super) anchor: String,
    /// How many bytes are literal: more is more specific.
    pub(super) weight: usize,
}

/// What one try may cost, so that no line makes the search slow.
const MAX_STEPS: usize = 4000;

impl Pattern {
    pub(super) fn read(written: &str) -> Self {
        let mut pieces = vec![Piece::Any];
        let mut literal = String::new();
        let mut rest = written;
        while let Some(c) = rest.chars().next() {
            let special = match c {
                '*' => Some((Piece::Any, 1)),
                '{' => place(rest),
                _ => None,
            };
            let long = special.as_ref().map_or(c.len_utf8(), |(_, long)| *long);
            match special {
                Some((piece, _)) => {
                    if !literal.is_empty() {
                        pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                    }
                    pieces.push(piece);
                }
                None => literal.push(c),
            }
            rest = rest.get(long..).unwrap_or_default();
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        let literals = || {
            pieces.iter().filter_map(|p| match p {
                Piece::Literal(text) => Some(text),
                _ => None,
            })
        };
        let anchor = literals().max_by_key(|text| text.len()).cloned().unwrap_or_default();
        let weight = literals().map(String::len).sum();
        Self { pieces, anchor, weight }
    }

    /// What the places hold in a line that fits.
    pub(super) fn fit<'a>(&self, line: &'a str) -> Option<Vec<(Kind, &'a str)>> {
        let mut places = Vec::new();
        let mut steps = MAX_STEPS;
        rest_fits(&self.pieces, line, 0, &mut places, &mut steps).then(|| {
            places.reverse();
            places
        })
    }
}

fn place(rest: &str) -> Option<(Piece, usize)> {
    let end = rest.find('}')?;
    let kind = match rest.get(1..end)? {
        "host" => Kind::Host,
        "port" => Kind::Port,
        "url" => Kind::Url,
        "module" => Kind::Module,
        "path" => Kind::Path,
        _ => return None,
    };
    Some((Piece::Place(kind), end + 1))
}

/// Whether a character can stand in a place.
fn stands(kind: Kind, c: char) -> bool {
    match kind {
        Kind::Host => c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']'),
        Kind::Port => c.is_ascii_digit(),
        Kind::Url | Kind::Module | Kind::Path => {
            !c.is_whitespace() && !c.is_control() && !matches!(c, '\'' | '"' | '`' | '<' | '>' | ')')
        }
    }
}

fn rest_fits<'a>(
    pieces: &[Piece],
    line: &'a str,
    at: usize,
    places: &mut Vec<(Kind, &'a str)>,
    steps: &mut usize,
) -> bool {
    let Some(left) = steps.checked_sub(1) else { return false };
    *steps = left;
    let (Some((first, rest)), Some(tail)) = (pieces.split_first(), line.get(at..)) else {
        return pieces.is_empty();
    };
    match first {
        Piece::Literal(text) => {
            tail.starts_with(text.as_str()) && rest_fits(rest, line, at + text.len(), places, steps)
        }
        Piece::Any => match rest.first() {
            Some(Piece::Literal(text)) => {
                let places_of = memmem::find_iter(tail.as_bytes(), text.as_bytes());
                places_of.into_iter().any(|skip| rest_fits(rest, line, at + skip, places, steps))
            }
            Some(_) => tail.char_indices().any(|(skip, _)| rest_fits(rest, line, at + skip, places, steps)),
            None => true,
        },
        Piece::Place(kind) => {
            let full: usize = tail.chars().take_while(|c| stands(*kind, *c)).map(char::len_utf8).sum();
            let held = tail.get(..full).unwrap_or_default();
            // At the end of a pattern a full stop or colon is the sentence's.
            let held = if rest.is_empty() { held.trim_end_matches(['.', ':', ',', ';']) } else { held };
            let ends = held.char_indices().rev().map(|(i, c)| i + c.len_utf8());
            for end in ends {
                if rest_fits(rest, line, at + end, places, steps) {
                    places.push((*kind, held.get(..end).unwrap_or_default()));
                    return true;
                }
            }
            false
        }
    }
}
