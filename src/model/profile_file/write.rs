//! The file of a profile as doorkey writes it: new, or with one thing changed and everything else kept.

use super::{ProfileError, line_of, plain_words};
use crate::model::profile::{Host, Profile};
use crate::model::route::OwnerPath;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

/// A new profile's file.
#[must_use]
pub fn write_new(profile: &Profile) -> String {
    let mut doc = DocumentMut::new();
    doc.insert("version", value(1));
    if let Some(title) = &profile.title {
        doc.insert("title", value(title));
    }
    if !profile.dirs.is_empty() {
        doc.insert("dirs", value(profile.dirs.iter().collect::<toml_edit::Array>()));
    }
    let mut identity = Table::new();
    for (key, text) in [("name", &profile.identity.name), ("email", &profile.identity.email)] {
        if let Some(text) = text {
            identity.insert(key, value(text));
        }
    }
    if !identity.is_empty() {
        doc.insert("identity", Item::Table(identity));
    }
    let mut hosts = ArrayOfTables::new();
    for host in &profile.hosts {
        hosts.push(host_table(host));
    }
    if !hosts.is_empty() {
        doc.insert("host", Item::ArrayOfTables(hosts));
    }
    if !profile.trust.ca.is_empty() {
        let mut trust = Table::new();
        trust.insert("ca", value(profile.trust.ca.iter().collect::<toml_edit::Array>()));
        doc.insert("trust", Item::Table(trust));
    }
    if profile.proxy.url.is_some() || !profile.proxy.no_proxy.is_empty() {
        let mut proxy = Table::new();
        if let Some(url) = &profile.proxy.url {
            proxy.insert("https", value(url));
        }
        if !profile.proxy.no_proxy.is_empty() {
            proxy.insert("no-proxy", value(profile.proxy.no_proxy.iter().collect::<toml_edit::Array>()));
        }
        doc.insert("proxy", Item::Table(proxy));
    }
    let mut verify = ArrayOfTables::new();
    for wanted in &profile.verify {
        let mut table = Table::new();
        table.insert("repo", value(&wanted.repo));
        table.insert("access", value(&wanted.access));
        verify.push(table);
    }
    if !verify.is_empty() {
        doc.insert("verify", Item::ArrayOfTables(verify));
    }
    doc.to_string()
}

fn host_table(host: &Host) -> Table {
    let mut table = Table::new();
    table.insert("name", value(host.name.as_str()));
    if host.port != 443 {
        table.insert("port", value(i64::from(host.port)));
    }
    if let Some(provider) = &host.provider {
        table.insert("provider", value(provider));
    }
    if !host.owners.is_empty() {
        table
            .insert("owners", value(host.owners.iter().map(OwnerPath::as_str).collect::<toml_edit::Array>()));
    }
    table.insert("transport", value(host.transport.as_str()));
    if let Some(user) = &host.token_user {
        let mut token = toml_edit::InlineTable::new();
        token.insert("user", user.into());
        table.insert("token", value(token));
    }
    let mut ssh = toml_edit::InlineTable::new();
    if host.ssh_port != 22 {
        ssh.insert("port", i64::from(host.ssh_port).into());
    }
    if let Some(key) = &host.ssh_key {
        ssh.insert("key", key.into());
    }
    if !ssh.is_empty() {
        table.insert("ssh", value(ssh));
    }
    table
}

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
    pub fn add_route(&mut self, url: &str) {
        let routes = self.doc.entry("route").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
        if let Item::ArrayOfTables(routes) = routes {
            let mut table = Table::new();
            table.insert("url", value(url));
            routes.push(table);
        }
    }

    /// Removes a single repository's route; says whether it was there.
    pub fn remove_route(&mut self, url: &str) -> bool {
        let Some(Item::ArrayOfTables(routes)) = self.doc.get_mut("route") else { return false };
        let before = routes.len();
        routes.retain(|t| t.get("url").and_then(Item::as_str) != Some(url));
        before != routes.len()
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

    /// The new text.
    #[must_use]
    pub fn text(&self) -> String {
        let text = self.mark.to_owned() + &self.doc.to_string();
        if self.line_end == "\r\n" { text.replace("\r\n", "\n").replace('\n', "\r\n") } else { text }
    }
}
