//! Writes the file of a new profile.

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
        if profile.proxy.for_ssh {
            proxy.insert("ssh", value(true));
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
        table.insert(
            "owners",
            value(host.owners.iter().map(OwnerPath::written).collect::<toml_edit::Array>()),
        );
    }
    table.insert("transport", value(host.transport.as_str()));
    if let Some(user) = &host.token_user {
        let mut token = toml_edit::InlineTable::new();
        token.insert("user", user.into());
        if let Some(from) = &host.token_from {
            token.insert("from", from.to_string().into());
        }
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
