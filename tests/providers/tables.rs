//! The tables and the registration: every kind has facts, a provider and a file.

use doorkey::model::provider;
use doorkey::model::route::Origin;
use doorkey::providers::page::{Wish, page};
use doorkey::providers::{ALL, by_name, facts};
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn every_kind_has_its_facts_and_its_provider() {
    let named: BTreeSet<&str> = provider::providers().map(|p| p.name).collect();
    let facts: BTreeSet<&str> = facts::all().iter().map(|f| f.name.as_str()).collect();
    let registered: BTreeSet<&str> = ALL.iter().map(|p| p.name()).collect();
    assert_eq!(named, facts, "templates/hosts.txt and templates/providers.toml name the same kinds");
    assert_eq!(named, registered);
    assert!(ALL.len() == registered.len() && ALL.len() >= 7);
    for known in provider::known_hosts() {
        assert!(by_name(known.provider).is_some(), "{}", known.name);
    }
    let checked = facts::checked();
    assert!(checked.len() == 7 && checked.starts_with("20"), "{checked}");
}

#[test]
fn every_file_is_registered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/providers");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let providers =
        files.filter(|path| std::fs::read_to_string(path).unwrap().contains("\nimpl Provider for "));
    assert_eq!(providers.count(), ALL.len(), "a provider's file stands in the list of src/providers/mod.rs");
}

fn made(kind: &str, host: &str, owner: &str, write: bool) -> (String, String) {
    let host = Origin::parse(host).unwrap();
    let wish = Wish {
        host: &host,
        name: "doorkey acme & co".into(),
        user: "alice",
        owner,
        days: 90,
        date: "2027-02-23".into(),
        write,
        scopes: &[],
    };
    let page = page(facts::of(kind).unwrap(), &wish);
    (page.url.unwrap_or_default(), page.choose.join("\n"))
}

#[test]
fn pages_are_filled_in_and_said_in_words() {
    let (url, words) = made("github", "https://github.com", "acme", true);
    assert_eq!(
        url,
        "https://github.com/settings/personal-access-tokens/new?name=doorkey%20acme%20%26%20co&description=doorkey%20acme%20%26%20co\
         &target_name=acme&expires_in=90&contents=write&metadata=read"
    );
    for word in
        ["alice", "doorkey acme & co", "resource owner: acme", "2027-02-23 (90 days)", "Contents write"]
    {
        assert!(words.contains(word), "{word}: {words}");
    }
    // Without an owner there is nothing to fill in.
    let (url, words) = made("github", "https://acme.ghe.com", "", false);
    assert!(url.starts_with("https://acme.ghe.com/settings/") && !url.contains("target_name"), "{url}");
    assert!(url.contains("contents=read") && !words.contains("resource owner"), "{url}\n{words}");
    // Enterprise Server has the classic page only.
    let (url, _) = made("github", "https://git.test:8443", "acme", true);
    assert_eq!(
        url,
        "https://git.test:8443/settings/tokens/new?description=doorkey%20acme%20%26%20co&scopes=repo"
    );
    let (url, words) = made("gitlab", "https://gitlab.com", "acme", true);
    assert!(url.ends_with("?name=doorkey%20acme%20%26%20co&scopes=write_repository%2Cread_user"), "{url}");
    assert!(words.contains("scopes: write_repository, read_user"), "{words}");
    assert!(
        made("gitlab", "https://gitlab.com", "acme", false).1.contains("scopes: read_repository, read_user")
    );
    assert_eq!(
        made("azure-devops", "https://dev.azure.com", "acme", false).0,
        "https://dev.azure.com/acme/_usersSettings/tokens"
    );
    let (url, words) = made("generic", "https://git.test", "acme", false);
    assert!(url.is_empty() && words.contains("--expires 2027-02-23"), "{words}");
}

#[test]
fn no_page_leaves_a_mark_unfilled() {
    for facts in facts::all() {
        for host in
            ["https://github.com", "https://dev.azure.com", "https://bitbucket.org", "https://git.test"]
        {
            let (url, words) = made(&facts.name, host, "acme", true);
            assert!(!url.contains(['{', '}']) && !words.contains(['{', '}']), "{url}\n{words}");
        }
    }
}
