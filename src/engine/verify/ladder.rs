//! All rungs of one repository, from what git said and what the probes saw.

use super::causes;
use super::lower::{Lower, Wall, reached};
use super::{Account, Heard, Said, Target};
use crate::model::ladder::{Layer, Outcome, Rung};
use crate::model::route::{Origin, Scheme};

/// The rungs of a kind of URL, from the ground up.
pub(super) fn layers(scheme: Scheme) -> &'static [Layer] {
    use Layer::{Authentication, Authorisation, Dns, HostKey, Proxy, Repository, Tcp, Tls};
    match scheme {
        Scheme::Ssh => &[Dns, Tcp, HostKey, Authentication, Authorisation, Repository],
        _ => &[Dns, Tcp, Proxy, Tls, Authentication, Authorisation, Repository],
    }
}

/// The rungs, and those above them, which were not tried.
pub(super) fn with_the_rest(scheme: Scheme, mut rungs: Vec<Rung>) -> Vec<Rung> {
    let missing = layers(scheme).iter().skip(rungs.len());
    rungs.extend(missing.map(|layer| Rung::not_tried(*layer, "a lower rung is broken")));
    rungs
}

/// One repository after git has spoken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Climb<'a> {
    pub(super) target: &'a Target,
    /// Of the URL that git uses.
    pub(super) origin: &'a Origin,
    /// The URL that git uses.
    pub(super) real: &'a str,
    pub(super) heard: &'a Heard,
}

impl Climb<'_> {
    /// Every rung; above the broken one they are not tried.
    pub(super) fn rungs(&self, lower: &Lower<'_>) -> Vec<Rung> {
        let mut rungs = match self.origin.scheme {
            Scheme::Ssh => self.below_ssh(lower),
            _ => self.below_http(lower),
        };
        match rungs.iter_mut().find(|r| r.outcome == Outcome::Broken) {
            None => rungs.extend(self.above()),
            // Beside what the probe saw, git's own word, which people search for.
            Some(rung) if rung.layer < Layer::Authentication => {
                if let Some(line) = self.heard.words.lines().last().filter(|l| !rung.evidence.contains(*l)) {
                    rung.evidence.push_str(&format!("\ngit: {line}"));
                }
            }
            Some(_) => {}
        }
        // git's own time stands at the rung where it ended.
        if let Some(last) = rungs.last_mut().filter(|r| r.layer >= Layer::Authentication) {
            last.took_ms = u64::try_from(self.heard.took.as_millis()).unwrap_or(u64::MAX);
        }
        with_the_rest(self.origin.scheme, rungs)
    }

    /// Whether the host refused a login, and why no other is tried there.
    pub(super) fn refused(&self) -> Option<String> {
        let refused = match self.heard.said {
            Said::LoginRefused => true,
            // Without a log it is not known whether a key was offered: then it counts.
            Said::KeyRefused => !self.heard.ssh.is_there || !self.heard.ssh.offered.is_empty(),
            _ => false,
        };
        refused.then(|| {
            format!(
                "{} refused the login {} a moment ago; another try might lock the account out",
                self.origin.host,
                self.who().map_or_else(|| "before this one".to_owned(), |who| format!("of {who}")),
            )
        })
    }

    /// `alice (acme)`, or what is known of it.
    pub(super) fn who(&self) -> Option<String> {
        match (&self.heard.account, &self.target.profile) {
            (Some(Account { profile, user }), _) => Some(format!("{user} ({profile})")),
            (None, Some(profile)) if self.origin.scheme == Scheme::Ssh => Some(profile.to_string()),
            _ => None,
        }
    }

    fn below_http(&self, lower: &Lower<'_>) -> Vec<Rung> {
        let said = self.heard.said;
        let wall = Wall {
            url: self.real,
            origin: self.origin,
            profile: self.target.profile.as_ref().map(|p| p.as_str()),
            proxy_login_refused: (said == Said::Below(Layer::Proxy) && self.heard.words.contains("407"))
                .then_some(self.heard.words.as_str()),
        };
        if said == Said::Served {
            return self.git_wins(lower.glance(&wall));
        }
        let mut rungs = lower.climb(&wall);
        match said {
            Said::Below(layer) if rungs.iter().all(|r| r.outcome != Outcome::Broken) => {
                self.git_fails_at(layer, &mut rungs);
                rungs
            }
            Said::Below(_) | Said::Unknown | Said::TooSlow => rungs,
            _ => self.git_wins(rungs),
        }
    }

    fn below_ssh(&self, lower: &Lower<'_>) -> Vec<Rung> {
        let log = &self.heard.ssh;
        let passed = !matches!(self.heard.said, Said::Below(_) | Said::Unknown | Said::TooSlow);
        if !passed && let Some(broken) = self.ssh_proxy_failed() {
            return vec![reached(Layer::Dns), broken];
        }
        if !passed && !log.connected {
            let (host, port) = self.ssh_stop();
            let mut rungs = lower.connection(&host, port);
            if let Said::Below(layer) = self.heard.said
                && rungs.iter().all(|r| r.outcome != Outcome::Broken)
            {
                self.git_fails_at(layer, &mut rungs);
            } else if rungs.len() == 2 && rungs.iter().all(|r| r.outcome == Outcome::Ok) {
                rungs.push(Rung::not_tried(Layer::HostKey, "git did not say"));
            }
            return rungs;
        }
        let name = match (&log.connecting, log.address()) {
            (Some(place), Some(address)) => {
                let host = place.split(' ').next().unwrap_or_default();
                Rung::ok(Layer::Dns, format!("{host} is {address}"))
            }
            _ => reached(Layer::Dns),
        };
        let connection = match log.connecting.as_ref().and_then(|c| c.rsplit_once(" port ")) {
            Some((_, port)) => Rung::ok(Layer::Tcp, format!("ssh connected to port {port}")),
            None => reached(Layer::Tcp),
        };
        let mut rungs = vec![name, connection];
        for rung in &mut rungs {
            rung.evidence = crate::redact::for_terminal(&rung.evidence, false);
        }
        match (self.heard.said, &log.host_key) {
            (Said::HostKey(code), _) => rungs.push(causes::host_key(self, code)),
            (Said::Below(_), _) => self.git_fails_at(Layer::HostKey, &mut rungs),
            (_, Some(key)) => {
                let known = if log.host_key_known { ", a known one" } else { "" };
                let key = crate::redact::for_terminal(key, false);
                rungs.push(Rung::ok(Layer::HostKey, format!("{key}{known}")));
            }
            (_, None) => rungs.push(reached(Layer::HostKey)),
        }
        rungs
    }

    /// What doorkey said where ssh goes through a proxy and found no way ([`crate::cli`], ssh-connect).
    fn ssh_proxy_failed(&self) -> Option<Rung> {
        let said = self.heard.refusal.as_ref()?.strip_prefix("ssh goes through ")?;
        let (said, repair) = said.split_once("; ").unwrap_or((said, "ask whoever runs the proxy"));
        let (evidence, cause) = said.rsplit_once(": ").unwrap_or((said, said));
        Some(Rung::broken(Layer::Tcp, "ssh-proxy-failed", evidence, cause, repair))
    }

    /// Where ssh connects to: it says so itself, and knows better than the URL (`HostName` in its configuration).
    fn ssh_stop(&self) -> (String, u16) {
        let from_url = (self.origin.host.to_string(), self.origin.port);
        let words = &self.heard.words;
        if let Some((_, rest)) = words.split_once("connect to host ") {
            let mut parts = rest.split([' ', ':']);
            if let (Some(host), Some("port"), Some(port)) = (parts.next(), parts.next(), parts.next())
                && let Ok(port) = port.parse()
            {
                return (host.to_owned(), port);
            }
        }
        if let Some((_, rest)) = words.split_once("resolve hostname ")
            && let Some((host, _)) = rest.split_once(':')
        {
            return (host.to_owned(), self.origin.port);
        }
        from_url
    }

    /// git came past these rungs, so they hold, whatever a probe says.
    fn git_wins(&self, probed: Vec<Rung>) -> Vec<Rung> {
        let below = layers(self.origin.scheme).iter().filter(|l| **l < Layer::Authentication);
        let mut probed = probed.into_iter();
        below
            .map(|layer| match probed.next() {
                Some(rung) if rung.outcome != Outcome::Broken => rung,
                _ => reached(*layer),
            })
            .collect()
    }

    /// The probes hold, yet git says that it failed at this layer.
    fn git_fails_at(&self, layer: Layer, rungs: &mut Vec<Rung>) {
        rungs.retain(|r| r.layer < layer);
        let below = layers(self.origin.scheme).iter().filter(|l| **l < layer).skip(rungs.len());
        rungs.extend(below.map(|layer| Rung::not_tried(*layer, "git did not say")));
        rungs.push(causes::git_failed(self, layer));
    }

    fn above(&self) -> Vec<Rung> {
        let known = || Rung::ok(Layer::Authentication, causes::known_as(self));
        let allowed = |words: &str| Rung::ok(Layer::Authorisation, words);
        match self.heard.said {
            Said::Served => {
                let head = self.heard.head.as_deref().and_then(|id| id.get(..12));
                let seen = head.map_or_else(|| "it has no HEAD yet".to_owned(), |id| format!("HEAD is {id}"));
                vec![known(), allowed("read"), Rung::ok(Layer::Repository, seen)]
            }
            Said::LoginRefused => vec![causes::login_refused(self)],
            Said::NoLogin => vec![causes::no_login(self)],
            Said::KeyRefused => vec![causes::key_refused(self)],
            Said::Forbidden { sso } => vec![known(), causes::forbidden(self, sso)],
            Said::RateLimited => vec![known(), causes::rate_limited(self)],
            Said::NotFound => {
                let unsaid = "no refusal was said; hosts hide what an account may not see";
                vec![known(), allowed(unsaid), causes::not_found(self)]
            }
            Said::ServerFailed => {
                let unsaid = |layer| Rung::not_tried(layer, "the server failed");
                vec![unsaid(Layer::Authentication), unsaid(Layer::Authorisation), causes::server_failed(self)]
            }
            Said::HostKey(_) | Said::Below(_) | Said::TooSlow | Said::Unknown => {
                let unsaid = |layer| Rung::not_tried(layer, "git did not say");
                vec![
                    unsaid(Layer::Authentication),
                    unsaid(Layer::Authorisation),
                    causes::git_failed(self, Layer::Repository),
                ]
            }
        }
    }
}
