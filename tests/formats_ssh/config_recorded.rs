//! What `ssh -G` of OpenSSH 10.5 printed for the files of OpenSSH's own tests (vectors/README.md).

use crate::config_oracle::lines_of;
use doorkey::formats::ssh_config::{self, ConfigFile, ExecAnswer, Query, pattern, resolve};
use serde_json::Value;

/// The options of which the answers were kept.
const RECORDED: &[&str] = &[
    "hostname",
    "user",
    "port",
    "identityfile",
    "userknownhostsfile",
    "identitiesonly",
    "forwardagent",
    "pubkeyauthentication",
    "stricthostkeychecking",
    "controlmaster",
];

#[test]
fn recorded_answers() {
    let mut cases = 0;
    for line in include_str!("vectors/ssh_config.jsonl").lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let files: Vec<(&str, &str)> = case["files"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str().unwrap()))
            .collect();
        let text = files.iter().find(|(name, _)| *name == case["file"]).unwrap().1;
        let config = ssh_config::parse(text.as_bytes());
        let environment: Vec<(String, String)> = case["environment"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect();
        let query = Query {
            host: case["host"].as_str().unwrap(),
            local_user: "root",
            home: "/root",
            environment: &environment,
            ..Query::default()
        };
        let found = resolve(
            &[ConfigFile { path: "config", config: &config, user_config: true }],
            &query,
            |wanted, _| {
                let wanted = wanted.strip_prefix("{DIR}/").unwrap();
                let mut found: Vec<_> =
                    files.iter().filter(|(name, _)| pattern::matches(name, wanted)).collect();
                found.sort();
                found.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
            },
            |_| ExecAnswer::Unknown,
        );
        assert_eq!(case["refused"], !found.refusals.is_empty(), "{line}\n{:?}", found.refusals);
        if found.refusals.is_empty() {
            let printed = case["printed"].as_str().unwrap().replace("{HOME}", query.home);
            let ours = ssh_config::print(&found, query.host);
            for keyword in RECORDED {
                // Each release tries a few default keys more or less.
                if *keyword == "identityfile" && found.first(keyword).is_none() {
                    continue;
                }
                let ours = ours.iter().filter(|(k, _)| k == keyword).map(|(_, v)| v.as_str());
                assert_eq!(ours.collect::<Vec<_>>(), lines_of(&printed, keyword), "{keyword}: {line}");
            }
        }
        cases += 1;
    }
    assert_eq!(cases, 32);
}
