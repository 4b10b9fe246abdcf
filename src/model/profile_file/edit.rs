//! Changes a profile's file in place.

use super::{ProfileError, line_of, plain_words, repo_route};
use crate::model::profile::RepoRoute;
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};

/// Changes to a profile's file that keep everything else in it.
#[derive(Debug)]
pub struct Edit {
    doc: DocumentMut,
    /// A byte order mark, which the parser would drop.
    mark: &'static str,
    line_end: &'static str,
}

impl Edit {
    /// Starts from the text of a file that [`read`] accepts.
    ///
    /// # Errors
    /// It is not TOML.
    pub fn of(text: &str) -> Result<Self, ProfileError> {
        let (mark, text) = match text.strip_prefix('\u{feff}') {
            Some(rest) => ("\u{feff}", rest),
            None => ("", text),
        };
        let doc = text.parse::<DocumentMut>().map_err(|e| ProfileError {
            line: e.span().map_or(1, |s| line_of(text, s.start)),
            problem: plain_words(e.message()),
        })?;
        // toml_edit turns CRLF into LF; a file that came with CRLF goes back with it.
        let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Ok(Self { doc, mark, line_end })
    }

    /// Adds a single repository's route.
    pub fn add_route(&mut self, route: &RepoRoute) {
        let routes = self.doc.entry("route").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
        if let Item::ArrayOfTables(routes) = routes {
            let mut table = Table::new();
            table.insert("url", value(route.to_string()));
            routes.push(table);
        }
    }

    /// Removes a single repository's route, however its URL is written there.
    pub fn remove_route(&mut self, route: &RepoRoute) {
        if let Some(Item::ArrayOfTables(routes)) = self.doc.get_mut("route") {
            let same = |t: &Table| {
                t.get("url").and_then(Item::as_str).and_then(|u| repo_route(u).ok()).as_ref() == Some(route)
            };
            routes.retain(|t| !same(t));
        }
    }

    /// Sets a value of `[[host]]` number `index`; `path` is `["ssh", "key"]` or `["provider"]`.
    pub fn set_host(&mut self, index: usize, path: &[&str], text: &str) {
        let Some(Item::ArrayOfTables(hosts)) = self.doc.get_mut("host") else { return };
        let Some(table) = hosts.get_mut(index) else { return };
        match path {
            [key] => {
                table.insert(key, value(text));
            }
            [outer, key] => {
                let inner = table.entry(outer).or_insert_with(|| value(toml_edit::InlineTable::new()));
                if let Some(inner) = inner.as_table_like_mut() {
                    inner.insert(key, value(text));
                }
            }
            _ => {}
        }
    }

    /// Sets a value in a table such as `identity` or `proxy`.
    pub fn set(&mut self, table: &str, key: &str, text: &str) {
        let item = self.doc.entry(table).or_insert_with(|| Item::Table(Table::new()));
        if let Some(inner) = item.as_table_like_mut() {
            inner.insert(key, value(text));
        }
    }

    /// Adds a folder to `dirs`.
    pub fn add_dir(&mut self, dir: &str) {
        let list = self.doc.entry("dirs").or_insert_with(|| value(Array::new()));
        if let Some(list) = list.as_array_mut() {
            list.push(dir);
        }
    }

    /// Adds a CA file to `[trust]`.
    pub fn add_ca(&mut self, file: &str) {
        let trust = self.doc.entry("trust").or_insert_with(|| Item::Table(Table::new()));
        if let Some(trust) = trust.as_table_like_mut() {
            let list = trust.entry("ca").or_insert_with(|| value(Array::new()));
            if let Some(list) = list.as_array_mut() {
                list.push(file);
            }
        }
    }

    /// Takes a CA file out of `[trust]`, and an empty table with it.
    pub fn remove_ca(&mut self, file: &str) {
        let Some(trust) = self.doc.get_mut("trust").and_then(Item::as_table_like_mut) else { return };
        if let Some(list) = trust.get_mut("ca").and_then(Item::as_array_mut) {
            list.retain(|one| one.as_str() != Some(file));
            if !list.is_empty() {
                return;
            }
        }
        trust.remove("ca");
        if trust.is_empty() {
            self.doc.remove("trust");
        }
    }

    /// The new text.
    #[must_use]
    pub fn text(&self) -> String {
        let text = self.mark.to_owned() + &self.doc.to_string();
        if self.line_end == "\r\n" { text.replace("\r\n", "\n").replace('\n', "\r\n") } else { text }
    }
}
