//! A `.netrc` entry for a host that a profile manages.

use super::{Check, Group, advice};
use crate::model::facts::{Facts, Keeper};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "netrc-entry-for-managed-host",
    title: ".netrc answers for a host that a profile manages",
    group: Group::Tokens,
    severity: Severity::Error,
    sees: "the entries of ~/.netrc, `default` too, against the HTTPS hosts of all profiles",
    hurts: "git sends the password of .netrc before it asks any helper, so every owner on the host gets that one account",
    mends: "nothing by itself: doorkey token adopt --kind netrc moves the password into the store and takes the entry out; curl, go and pip read that file too",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for token in facts.tokens.plain.iter().filter(|t| t.keeper == Keeper::Netrc) {
        let at = facts.at(&token.spot);
        let (what, speakers) = match &token.host {
            Some(host) => (format!("{at} answers for {host}"), facts.own.speakers(host, None)),
            None => {
                let all = facts.own.http_origins();
                let hosts: Vec<&str> = all.iter().map(|o| o.host.as_str()).collect();
                let speakers = hosts.iter().flat_map(|h| facts.own.speakers(h, None)).collect();
                (format!("{at} answers for every host, so for {} too", hosts.join(", ")), speakers)
            }
        };
        let Some(profile) = speakers.first() else { continue };
        let fix = match &token.host {
            Some(_) => "doorkey token adopt --kind netrc".to_owned(),
            None => format!(
                "keep that password in the store (doorkey token add {profile}), then delete the entry from {}",
                facts.shown(&token.spot.path)
            ),
        };
        found.push(CHECK.found(what, advice(fix)));
    }
    found
}
