//! Checks over facts that cannot be planted from outside within a second: ages, ends, agents.

use doorkey::checks::{ALL, by_code};
use doorkey::model::facts::{Facts, Launcher, StoreFacts, StoredToken, TokenState};
use doorkey::model::finding::{Finding, Fix};

const DAY: i64 = 86400;

fn found(code: &str, facts: &Facts) -> Vec<Finding> {
    (by_code(code).unwrap().find)(facts)
}

fn token() -> StoredToken {
    StoredToken {
        profile: "acme".into(),
        origin: "https://git.test:8443".into(),
        path: String::new(),
        npm: None,
        user: "ada".into(),
        added: 0,
        state: TokenState::Active,
        since: 0,
        expires: None,
        expires_by: None,
        max_age_days: None,
        host: Default::default(),
    }
}

fn facts(now: i64, token: StoredToken) -> Facts {
    let mut facts = Facts { now, ..Facts::default() };
    facts.own.tokens = vec![token];
    facts
}

#[test]
fn a_token_is_told_old_only_above_its_limit() {
    let limited = || StoredToken { max_age_days: Some(90), ..token() };
    assert!(found("token-old", &facts(90 * DAY + 5, limited())).is_empty());
    let old = found("token-old", &facts(91 * DAY, limited()));
    assert_eq!(old.len(), 1);
    assert!(old[0].what.contains("91 days old; the profile allows 90"), "{}", old[0].what);
    assert!(found("token-old", &facts(1000 * DAY, token())).is_empty());
}

#[test]
fn a_token_ends_soon_then_has_ended_and_never_both() {
    let ends = || StoredToken { expires: Some(100 * DAY), ..token() };
    for (now, soon, over) in
        [(85 * DAY, 0, 0), (86 * DAY, 1, 0), (100 * DAY - 1, 1, 0), (100 * DAY, 0, 1), (200 * DAY, 0, 1)]
    {
        let facts = facts(now, ends());
        assert_eq!(found("token-expires-soon", &facts).len(), soon, "{now}");
        assert_eq!(found("token-expired", &facts).len(), over, "{now}");
    }
    let over = found("token-expired", &facts(100 * DAY, ends())).remove(0);
    let Fix::Command(text) = over.fix else { panic!("{over:?}") };
    assert_eq!(text, "doorkey token add acme --host git.test:8443 --user ada");
}

#[test]
fn an_agent_with_six_keys_is_too_many_unless_keys_are_chosen() {
    let mut facts = Facts::default();
    facts.ssh.agent.keys = vec!["SHA256:x".into(); 5];
    assert!(found("agent-offers-many-keys", &facts).is_empty());
    facts.ssh.agent.keys.push("SHA256:y".into());
    assert_eq!(found("agent-offers-many-keys", &facts).len(), 1);
}

#[test]
fn a_launcher_matters_only_while_doorkey_is_in_force() {
    let mut facts = Facts::default();
    facts.own.launcher = Launcher::Outdated;
    assert!(found("launcher-outdated", &facts).is_empty());
    facts.own.generation = Some("000001".into());
    assert_eq!(found("launcher-outdated", &facts).len(), 1);
    facts.own.launcher = Launcher::Fresh;
    assert!(found("launcher-outdated", &facts).is_empty() && found("launcher-missing", &facts).is_empty());
}

#[test]
fn without_profiles_no_store_is_missed() {
    let mut facts = Facts::default();
    assert!(found("store-missing", &facts).is_empty());
    facts.own.store = StoreFacts::Locked;
    assert!(found("store-locked", &facts).is_empty());
}

#[test]
fn each_trouble_of_the_store_has_one_code_of_its_own() {
    let store = |code| {
        let mut facts = Facts::default();
        facts.own.store = StoreFacts::Broken { code, problem: "p".into(), profile: Some("acme".into()) };
        let all =
            ALL.iter().filter(|check| check.code.starts_with("store-") || check.code.starts_with("key-file"));
        let codes: Vec<&str> = all.flat_map(|check| (check.find)(&facts)).map(|f| f.code).collect();
        codes.join(" ")
    };
    for code in ["store-damaged", "store-forged", "store-rolled-back", "store-unreachable", "key-file-wrong"]
    {
        assert_eq!(store(code), code);
    }
    assert_eq!(store("key-file-unusable"), "key-file-wrong");
    assert_eq!(store("store-newer"), "store-broken");
    assert_eq!(store(""), "store-broken");
    let mut facts = Facts::default();
    facts.own.store =
        StoreFacts::Broken { code: "store-rolled-back", problem: "p".into(), profile: Some("acme".into()) };
    let old = found("store-rolled-back", &facts).remove(0);
    assert!(matches!(old.fix, Fix::Command(text) if text == "doorkey store accept acme"));
}
