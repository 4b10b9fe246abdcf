//! Certificate policies along a path: RFC 5280 section 6.1 with the graph of RFC 9618, which does not grow without
//! limit as the tree of RFC 5280 does.

use super::cause::{Cause, POLICY_MAPPED_ANY, POLICY_MISSING};
use super::member::Member;
use std::collections::{BTreeMap, BTreeSet};

/// anyPolicy (RFC 5280 section 4.2.1.4).
const ANY: &str = "2.5.29.32.0";

/// What the caller wants of policies (section 6.1.1 (c) and (e) to (g)).
#[derive(Debug, Clone, Default)]
pub struct Policies {
    /// The policies that are acceptable, by number; empty: any.
    pub wanted: Vec<String>,
    /// A path needs a policy.
    pub explicit: bool,
    /// Mappings do not count.
    pub no_mapping: bool,
    /// anyPolicy does not count.
    pub no_any: bool,
}

#[derive(Debug, Clone)]
struct Node {
    parents: BTreeSet<String>,
    expected: BTreeSet<String>,
}

/// Nodes by their policy.
type Level = BTreeMap<String, Node>;

struct State {
    /// Empty: the graph is NULL.
    levels: Vec<Level>,
    explicit: usize,
    mapping: usize,
    any: usize,
}

/// Follows the policies from the root down. `path` begins with the leaf; the root's own policies do not count.
pub(super) fn judge(path: &[&Member<'_>], wants: &Policies) -> Option<Cause> {
    let count = path.len().saturating_sub(1);
    let start = |zero: bool| if zero { 0 } else { count + 1 };
    let root = Node { parents: BTreeSet::new(), expected: BTreeSet::from([ANY.to_owned()]) };
    let mut state = State {
        levels: vec![Level::from([(ANY.to_owned(), root)])],
        explicit: start(wants.explicit),
        mapping: start(wants.no_mapping),
        any: start(wants.no_any),
    };
    for (depth, member) in path.iter().enumerate().take(count).rev() {
        let last = depth == 0;
        state.take_policies(member, last);
        if state.explicit == 0 && state.levels.is_empty() {
            return Some(missing(depth));
        }
        if last {
            state.wrap_up(member);
        } else if state.prepare(member).is_err() {
            return Some(POLICY_MAPPED_ANY.at(depth, "it maps a policy to or from anyPolicy"));
        }
    }
    (state.explicit == 0 && !state.is_wanted(&wants.wanted)).then(|| missing(0))
}

fn missing(depth: usize) -> Cause {
    POLICY_MISSING
        .at(depth, "no certificate policy is valid from the root down to here, and the path needs one")
}

impl State {
    /// Section 6.1.3 (d) and (e).
    fn take_policies(&mut self, member: &Member<'_>, last: bool) {
        let Some(policies) = &member.ext.policies else {
            self.levels.clear();
            return;
        };
        let Some(above) = self.levels.last() else { return };
        let mut level = Level::new();
        let own: Vec<String> = policies.value.iter().map(|p| p.policy_id.to_id_string()).collect();
        for policy in own.iter().filter(|p| *p != ANY) {
            let mut parents: BTreeSet<String> = expecting(above, policy);
            if parents.is_empty() && above.contains_key(ANY) {
                parents.insert(ANY.to_owned());
            }
            if !parents.is_empty() {
                level.insert(policy.clone(), Node { parents, expected: BTreeSet::from([policy.clone()]) });
            }
        }
        let counts = self.any > 0 || (!last && member.is_self_issued());
        if counts && own.iter().any(|p| p == ANY) {
            let expected: BTreeSet<String> =
                above.values().flat_map(|node| node.expected.iter().cloned()).collect();
            for policy in expected {
                if !level.contains_key(&policy) {
                    let parents = expecting(above, &policy);
                    level.insert(policy.clone(), Node { parents, expected: BTreeSet::from([policy]) });
                }
            }
        }
        self.levels.push(level);
        self.prune();
    }

    /// Removes nodes without children, from the last level up (section 6.1.3 (d)(3)).
    fn prune(&mut self) {
        for index in (0..self.levels.len()).rev() {
            if let Some(below) = self.levels.get(index + 1) {
                let kept: BTreeSet<String> =
                    below.values().flat_map(|node| node.parents.iter().cloned()).collect();
                if let Some(level) = self.levels.get_mut(index) {
                    level.retain(|policy, _| kept.contains(policy));
                }
            }
        }
        if self.levels.iter().any(Level::is_empty) {
            self.levels.clear();
        }
    }

    /// Section 6.1.4 (a), (b), (h) to (j).
    fn prepare(&mut self, member: &Member<'_>) -> Result<(), ()> {
        if let Some(mappings) = &member.ext.policy_mappings {
            let mut by_issuer: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for one in &mappings.value.mappings {
                let (from, to) =
                    (one.issuer_domain_policy.to_id_string(), one.subject_domain_policy.to_id_string());
                if from == ANY || to == ANY {
                    return Err(());
                }
                by_issuer.entry(from).or_default().insert(to);
            }
            self.map(by_issuer);
        }
        if !member.is_self_issued() {
            self.explicit = self.explicit.saturating_sub(1);
            self.mapping = self.mapping.saturating_sub(1);
            self.any = self.any.saturating_sub(1);
        }
        let limit = |value: Option<u32>, now: usize| value.map_or(now, |v| now.min(v as usize));
        if let Some(limits) = &member.ext.policy_constraints {
            self.explicit = limit(limits.value.require_explicit_policy, self.explicit);
            self.mapping = limit(limits.value.inhibit_policy_mapping, self.mapping);
        }
        self.any = limit(member.ext.inhibit_any.as_ref().map(|any| any.value.skip_certs), self.any);
        Ok(())
    }

    fn map(&mut self, by_issuer: BTreeMap<String, BTreeSet<String>>) {
        let counts = self.mapping > 0;
        let Some(level) = self.levels.last_mut() else { return };
        for (from, to) in by_issuer {
            if !counts {
                level.remove(&from);
            } else if let Some(node) = level.get_mut(&from) {
                node.expected = to;
            } else if level.contains_key(ANY) {
                level.insert(from, Node { parents: BTreeSet::from([ANY.to_owned()]), expected: to });
            }
        }
        self.prune();
    }

    /// Section 6.1.5 (a) and (b).
    fn wrap_up(&mut self, leaf: &Member<'_>) {
        self.explicit = self.explicit.saturating_sub(1);
        let limits = leaf.ext.policy_constraints.as_ref();
        if limits.is_some_and(|limits| limits.value.require_explicit_policy == Some(0)) {
            self.explicit = 0;
        }
    }

    /// Section 6.1.5 (g), as RFC 9618 section 5.5 has it: whether a wanted policy is left.
    fn is_wanted(&self, wanted: &[String]) -> bool {
        let Some(last) = self.levels.last() else { return false };
        if wanted.is_empty() || wanted.iter().any(|w| w == ANY) || last.contains_key(ANY) {
            return true;
        }
        let below_any = self.levels.iter().flat_map(|level| {
            level.iter().filter(|(policy, node)| *policy != ANY && node.parents.contains(ANY))
        });
        below_any.into_iter().any(|(policy, _)| wanted.contains(policy))
    }
}

fn expecting(level: &Level, policy: &str) -> BTreeSet<String> {
    let hits = level.iter().filter(|(_, node)| node.expected.contains(policy));
    hits.map(|(policy, _)| policy.clone()).collect()
}
