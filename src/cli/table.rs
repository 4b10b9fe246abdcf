//! Tables, where people compare.

use crate::redact;
use crate::sys::tty;
use comfy_table::{ContentArrangement, Table};

/// A table without lines: columns two blanks apart. On a terminal that is too narrow for it, a line a field.
pub(crate) fn of(heads: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|row| row.into_iter().map(|cell| redact::for_terminal(&cell, false)).collect())
        .collect();
    let text = wide(heads, &rows);
    match tty::width() {
        Some(width) if text.lines().any(|line| line.chars().count() > width) => narrow(heads, &rows),
        _ => text,
    }
}

/// `head: cell`, one below the other; a blank line between rows.
fn narrow(heads: &[&str], rows: &[Vec<String>]) -> String {
    let longest = heads.iter().map(|head| head.chars().count()).max().unwrap_or_default();
    let record = |row: &Vec<String>| {
        let fields = heads.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
        fields.map(|(head, cell)| format!("{head:longest$}  {cell}")).collect::<Vec<_>>().join("\n")
    };
    rows.iter().map(record).collect::<Vec<_>>().join("\n\n")
}

fn wide(heads: &[&str], rows: &[Vec<String>]) -> String {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(heads.iter().map(|h| h.to_uppercase()));
    for row in rows {
        table.add_row(row);
    }
    let text = table.to_string();
    let lines: Vec<&str> = text.lines().map(|l| l.trim_end()).collect();
    lines.join("\n")
}
