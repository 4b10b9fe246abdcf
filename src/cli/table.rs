//! Tables, where people compare.

use comfy_table::{ContentArrangement, Table};

/// A table without lines: columns two blanks apart.
pub(crate) fn of(heads: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(heads.iter().map(|h| h.to_uppercase()));
    for row in rows {
        table.add_row(row.into_iter().map(|cell| crate::redact::for_terminal(&cell, false)));
    }
    let text = table.to_string();
    let lines: Vec<&str> = text.lines().map(|l| l.trim_end()).collect();
    lines.join("\n")
}
