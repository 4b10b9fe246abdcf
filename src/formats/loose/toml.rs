//! TOML: cargo's credentials, poetry's `auth.toml`.

use super::{Loose, is_literal};
use toml_edit::{Document, Item, TableLike};

/// `credentials.toml` and `config.toml` of cargo: `registry.token`, `registries.NAME.token`.
#[must_use]
pub fn cargo(bytes: &[u8]) -> Vec<Loose> {
    let Some(file) = document(bytes) else { return Vec::new() };
    let mut found = Vec::new();
    let table = |name: &str| file.get(name).and_then(Item::as_table_like);
    found.extend(table("registry").and_then(|t| secret(bytes, t, "token", Some("crates.io"), None)));
    for (name, registry) in table("registries").into_iter().flat_map(TableLike::iter) {
        let Some(registry) = registry.as_table_like() else { continue };
        let index = registry.get("index").and_then(Item::as_str).and_then(super::authority);
        found.extend(secret(bytes, registry, "token", Some(index.unwrap_or(name)), None));
    }
    found
}

/// `auth.toml` of poetry: `http-basic.NAME.password`, `pypi-token.NAME`.
#[must_use]
pub fn poetry(bytes: &[u8]) -> Vec<Loose> {
    let Some(file) = document(bytes) else { return Vec::new() };
    let mut found = Vec::new();
    let table = |name: &str| file.get(name).and_then(Item::as_table_like);
    for (name, login) in table("http-basic").into_iter().flat_map(TableLike::iter) {
        let Some(login) = login.as_table_like() else { continue };
        let user = login.get("username").and_then(Item::as_str);
        found.extend(secret(bytes, login, "password", Some(name), user));
    }
    if let Some(tokens) = table("pypi-token") {
        let names = tokens.iter().map(|(name, _)| name);
        found.extend(names.filter_map(|name| secret(bytes, tokens, name, Some(name), None)));
    }
    found
}

fn document(bytes: &[u8]) -> Option<Document<&str>> {
    Document::parse(std::str::from_utf8(bytes).ok()?).ok()
}

fn secret(
    bytes: &[u8],
    table: &dyn TableLike,
    key: &str,
    host: Option<&str>,
    user: Option<&str>,
) -> Option<Loose> {
    let item = table.get(key)?;
    let text = item.as_str().filter(|text| is_literal(text.as_bytes()))?;
    let span = super::unquoted(bytes, item.span()?);
    let loose = Loose::plain(bytes, span, key).at(host, user);
    let value = crate::secret::Secret::copy_of(text.as_bytes());
    Some(Loose { value, ..loose })
}
