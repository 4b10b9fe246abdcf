//! The claims of a generation as one small file, which the credential helper and ssh-match read in every git call.
//!
//! A line a claim, fields separated by a tab: `claim ORIGIN PROFILE fold|exact USER OWNER`, where `-` stands for
//! nothing. A line `registry ORIGIN docker|cargo PROFILE` for each package registry. A line
//! `from ORIGIN PROFILE gh|helper:NAME` for each token that another program gives. A line `compat PROFILE SETTING...` for
//! each profile that weakens rules. A line `only PROFILE` in a session's table: no other gets an answer there.

use super::bridge::Bridge;
use super::name::{HostName, ProfileName};
use super::profile::{Compat, Profile, Registry, RegistryKind, claims_of};
use super::route::{Claim, Decision, Origin, OwnerPath, Scheme, decide};
use std::fmt::{Display, Write};

/// The file's name in a generation.
pub const FILE: &str = "routes";
const HEAD: &str = "doorkey/routes/v1";

/// Writes the table of these profiles; `only` is the one for which there is an answer, in a session of its own.
#[must_use]
pub fn write(profiles: &[Profile], only: Option<&ProfileName>) -> String {
    let mut lines: Vec<String> = only.iter().map(|name| format!("only\t{name}")).collect();
    for claim in claims_of(profiles) {
        let user = claim.user.as_deref().unwrap_or("-");
        let fold = if claim.fold_case { "fold" } else { "exact" };
        let owner = if claim.owner.depth() == 0 { "-" } else { claim.owner.as_str() };
        lines.push(format!("claim\t{}\t{}\t{fold}\t{user}\t{owner}", claim.origin, claim.profile));
    }
    for profile in profiles {
        let mut settings = Vec::new();
        if profile.compat.store_unknown_origins {
            settings.push("store-unknown-origins");
        }
        if profile.compat.forget_on_erase {
            settings.push("forget-on-erase");
        }
        if !settings.is_empty() {
            lines.push(format!("compat\t{}\t{}", profile.name, settings.join("\t")));
        }
    }
    for profile in profiles {
        for host in &profile.hosts {
            if let Some(bridge) = &host.token_from {
                lines.push(format!("from\t{}\t{}\t{bridge}", host.https_origin(), profile.name));
            }
        }
    }
    for profile in profiles {
        let lines_of = profile.registries.iter();
        lines.extend(
            lines_of.map(|r| format!("registry\t{}\t{}\t{}", r.origin, r.kind.as_str(), profile.name)),
        );
    }
    lines.sort();
    lines.dedup();
    let mut out = String::from(HEAD);
    out.push('\n');
    for line in lines {
        let _ = writeln!(out, "{line}");
    }
    out
}

/// The part of the table that speaks about one origin.
#[derive(Debug, Default)]
pub struct Routes {
    /// The claims on that origin.
    pub claims: Vec<Claim>,
    /// Profiles whose token for that origin another program gives.
    pub bridges: Vec<(ProfileName, Bridge)>,
    /// Profiles that weaken rules, whatever the origin.
    pub compat: Vec<(ProfileName, Compat)>,
    /// Whether anything is claimed on another scheme or port of the same host.
    pub host_known: bool,
    /// Profiles that speak for a package registry there.
    pub registries: Vec<(RegistryKind, Claim)>,
    /// The profile of the session that the table is for; `None` outside of sessions.
    pub only: Option<ProfileName>,
}

impl Routes {
    /// Refuses another profile than that of the session, in words.
    ///
    /// # Errors
    /// The refusal.
    pub fn in_session(&self, profile: &ProfileName, place: impl Display) -> Result<(), String> {
        match &self.only {
            Some(own) if own != profile => Err(format!(
                "refused: this is a session of {own}, and {place} belongs to {profile}; leave it, or run: \
                 doorkey exec {profile} -- COMMAND"
            )),
            _ => Ok(()),
        }
    }

    /// Who speaks for the package registry of that kind: the profile that names it so, else the one that has the whole
    /// host. A registry's program says no path, so nobody speaks where owners share the host.
    #[must_use]
    pub fn registry(&self, kind: RegistryKind) -> Decision<'_> {
        let named: Vec<&Claim> = self.registries.iter().filter(|(k, _)| *k == kind).map(|(_, c)| c).collect();
        if named.is_empty() { decide(&self.claims, None) } else { decide(named, None) }
    }

    /// Whether that claim is one on a package registry alone.
    #[must_use]
    pub fn is_registry(&self, kind: RegistryKind, claim: &Claim) -> bool {
        self.registries.iter().any(|(k, c)| *k == kind && c == claim)
    }
}

/// Reads what the table says of `origin`. `None` when the file is not such a table.
#[must_use]
pub fn read(text: &str, origin: &Origin) -> Option<Routes> {
    let body = text.strip_prefix(HEAD)?.strip_prefix('\n')?;
    let mut found = Routes::default();
    for line in lines_with(body, &format!("claim\t{origin}\t")) {
        found.claims.push(claim(line, origin)?);
    }
    found.host_known = [Scheme::Https, Scheme::Http, Scheme::Ssh].into_iter().any(|scheme| {
        let host = format!("claim\t{}://{}", scheme.as_str(), origin.host.in_url());
        lines_with(body, &host)
            .any(|line| line.get(host.len()..).is_some_and(|rest| rest.starts_with([':', '\t'])))
    });
    for line in lines_with(body, &format!("from\t{origin}\t")) {
        let mut fields = line.split('\t').skip(2);
        let profile = ProfileName::new(fields.next()?).ok()?;
        found.bridges.push((profile, Bridge::parse(fields.next()?)?));
    }
    for line in lines_with(body, &format!("registry\t{origin}\t")) {
        let mut fields = line.split('\t').skip(2);
        let kind = RegistryKind::parse(fields.next()?)?;
        let profile = ProfileName::new(fields.next()?).ok()?;
        let owner = OwnerPath::whole_host();
        found
            .registries
            .push((kind, Claim { profile, origin: origin.clone(), owner, fold_case: false, user: None }));
    }
    if let Some(line) = lines_with(body, "only\t").next() {
        found.only = Some(ProfileName::new(line.split('\t').nth(1)?).ok()?);
    }
    for line in lines_with(body, "compat\t") {
        let mut fields = line.split('\t').skip(1);
        let profile = ProfileName::new(fields.next()?).ok()?;
        let mut compat = Compat::default();
        for setting in fields {
            match setting {
                "store-unknown-origins" => compat.store_unknown_origins = true,
                "forget-on-erase" => compat.forget_on_erase = true,
                _ => return None,
            }
        }
        found.compat.push((profile, compat));
    }
    Some(found)
}

/// Everything that one profile claims. `None` when the file is not such a table.
#[must_use]
pub fn claims_of_profile(text: &str, profile: &ProfileName) -> Option<Vec<Claim>> {
    let body = text.strip_prefix(HEAD)?.strip_prefix('\n')?;
    let claims = body.lines().filter(|line| line.starts_with("claim\t"));
    let mine = claims.filter(|line| line.split('\t').nth(2) == Some(profile.as_str()));
    mine.map(|line| claim(line, &Origin::parse(line.split('\t').nth(1)?).ok()?)).collect()
}

/// The package registries of one profile.
#[must_use]
pub fn registries_of_profile(text: &str, profile: &ProfileName) -> Vec<Registry> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("registry\t"));
    let mine = lines.filter(|line| line.split('\t').nth(2) == Some(profile.as_str()));
    let read = |line: &str| {
        let mut fields = line.split('\t');
        let origin = Origin::parse(fields.next()?).ok()?;
        Some(Registry { kind: RegistryKind::parse(fields.next()?)?, origin })
    };
    mine.filter_map(read).collect()
}

fn claim(line: &str, origin: &Origin) -> Option<Claim> {
    let mut fields = line.split('\t').skip(2);
    let profile = ProfileName::new(fields.next()?).ok()?;
    let fold_case = fields.next()? == "fold";
    let user = Some(fields.next()?).filter(|u| *u != "-").map(str::to_owned);
    let owner = match fields.next()? {
        "-" => OwnerPath::whole_host(),
        owner => OwnerPath::of_clean(owner).ok()?,
    };
    Some(Claim { profile, origin: origin.clone(), owner, fold_case, user })
}

/// The lines that begin with `prefix`, found by halving: the lines are sorted by their bytes, and a thousand profiles
/// must not slow every git call down.
fn lines_with<'a>(body: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    let (mut low, mut high) = (0, body.len());
    while low < high {
        let middle = body.as_bytes().get(..low.midpoint(high)).unwrap_or_default();
        let start = middle.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1).max(low);
        let line = body.get(start..).and_then(|tail| tail.split('\n').next()).unwrap_or_default();
        if line < prefix {
            low = (start + line.len() + 1).min(high);
        } else {
            high = start;
        }
    }
    body.get(low..).unwrap_or_default().lines().take_while(move |line| line.starts_with(prefix))
}

/// The ports of a host on which anything is claimed for a scheme.
#[must_use]
pub fn ports(text: &str, scheme: Scheme, host: &HostName) -> Vec<u16> {
    let body = text.split_once('\n').map_or("", |(_, body)| body);
    let prefix = format!("claim\t{}://{}", scheme.as_str(), host.in_url());
    let mut found: Vec<u16> = lines_with(body, &prefix)
        .filter_map(|line| line.strip_prefix("claim\t")?.split('\t').next())
        .filter_map(|origin| Origin::parse(origin).ok())
        .filter(|origin| origin.scheme == scheme && origin.host == *host)
        .map(|origin| origin.port)
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}
