//! Why go cannot download a module: its settings, the module's files, its cache. No network, and nothing is run.

mod cache;
mod project;
mod settings;
mod way;

pub use settings::{Origin, Setting, Settings};
pub use way::Way;

use crate::engine::which;
use crate::formats::go::proxy_list::{self, Way as Kind};
use crate::formats::go::{patterns, version};
use crate::model::ladder::{Layer, Outcome, Rung};
use crate::sys::Sys;
use serde::Serialize;
use std::path::Path;

/// What go's own rules say of a module.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct GoRungs {
    /// The settings that decide, with their origin.
    pub settings: Settings,
    /// The way that go takes.
    pub way: Way,
    /// The repository behind a direct fetch, where the path tells it; with subgroups the host's `?go-get=1` page decides.
    pub repository: Option<String>,
    /// The profile that speaks for the module.
    pub profile: Option<String>,
    /// What stops go, or lets a private name out.
    pub rungs: Vec<Rung>,
    /// What does not stop go, and is wrong all the same.
    pub notes: Vec<Rung>,
}

pub(super) fn broken(
    code: &'static str,
    evidence: impl Into<String>,
    cause: impl Into<String>,
    repair: impl Into<String>,
) -> Rung {
    // Settings and files of others stand in each of them.
    let safe = |text: String| crate::redact::urls(&text);
    Rung::broken(Layer::Go, code, safe(evidence.into()), safe(cause.into()), safe(repair.into()))
}

/// Looks at all of it. `folder` is where go would be run.
#[must_use]
pub fn look(sys: &Sys, module: &str, version: Option<&str>, folder: &Path) -> GoRungs {
    let settings = Settings::look(sys);
    let way = Way::of(&settings, module);
    let claim = claim(sys, module);
    let mut rungs = Vec::new();
    let mut notes = Vec::new();
    rungs.extend(version.and_then(|version| asked_version(module, version)));
    rungs.extend(proxies(&settings, &way));
    if let Some((profile, pattern)) = &claim {
        rungs.extend(leak(&settings, &way, module, profile, pattern));
    }
    weakened(&settings, &way, claim.is_some(), &mut notes);
    never_matching(&settings, &mut notes);
    let project = project::look(sys, &settings, module, folder);
    let required = project.file.required(module).and_then(|r| r.module.version.clone());
    rungs.extend(project.rungs);
    notes.extend(project.notes);
    if let Some(version) = version.map(str::to_owned).or(required)
        && version::is_canonical(&version)
        && !module.split('/').any(|part| part == "..")
    {
        rungs.extend(cache::look(sys, Path::new(settings.value("GOMODCACHE")), module, &version));
    }
    if !rungs.iter().any(|r| r.outcome == Outcome::Broken) {
        rungs.push(Rung::ok(Layer::Go, format!("asks {}", way.asked.join(", then "))));
    }
    let repository = way::repository(module, claim.is_some());
    GoRungs { settings, way, repository, profile: claim.map(|(profile, _)| profile), rungs, notes }
}

/// The profile that speaks for the module, and the pattern for what it claims there. go fetches over https and ssh.
fn claim(sys: &Sys, module: &str) -> Option<(String, String)> {
    let path = version::split_path(module).map_or(module, |(path, _)| path);
    ["https://", "ssh://git@"].into_iter().find_map(|start| {
        let answer = which::ask(sys, &format!("{start}{path}")).ok()?;
        let (profile, route) = (answer.profile?, answer.route?);
        let rest = route.split_once("://").map_or(route.as_str(), |(_, rest)| rest);
        let (authority, owner) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        // Module paths have no port.
        let host = authority.rsplit('@').next()?.split(':').next()?;
        Some((profile.to_string(), format!("{host}{}", owner.trim_end_matches('/'))))
    })
}

/// A path without its major number, with the one that the version asks for (go.dev/ref/mod#major-version-suffixes).
fn with_major(base: &str, version: &str) -> String {
    match version::major(version) {
        Some("v0" | "v1") | None => base.to_owned(),
        Some(major) => format!("{base}/{major}"),
    }
}

fn asked_version(module: &str, asked: &str) -> Option<Rung> {
    if !asked.starts_with('v') && version::is_valid(&format!("v{asked}")) {
        let (version, base) =
            (format!("v{asked}"), version::split_path(module).map_or(module, |(base, _)| base));
        let fits = version::mismatch(module, &version).is_none();
        let right = if fits { module.to_owned() } else { with_major(base, &version) };
        return Some(broken(
            "go-version-illegal",
            format!("version {asked:?} invalid: must be of the form v1.2.3"),
            "versions of modules begin with v",
            format!("ask for {right}@{version}"),
        ));
    }
    let words = version::is_canonical(asked).then(|| version::mismatch(module, asked))??;
    let base = version::split_path(module).map_or(module, |(base, _)| base);
    let right = with_major(base, asked);
    Some(broken(
        "go-major-suffix-missing",
        format!("{module}@{asked}: {words}"),
        "from version 2 on, the major number is part of the module's path",
        format!("ask for {right}@{asked}, and import it by that path"),
    ))
}

fn proxies(settings: &Settings, way: &Way) -> Vec<Rung> {
    let written = settings.value("GOPROXY");
    let all = proxy_list::read(written);
    let again = settings.unset("GOPROXY");
    let seen = format!("GOPROXY={written}");
    if all.is_empty() {
        let cause = "GOPROXY holds no entry, only separators";
        return vec![broken("go-proxy-invalid", seen, cause, again)];
    }
    // go refuses the list as a whole, also for modules that it keeps away from proxies.
    for entry in &all {
        if let Kind::Invalid(problem) = entry.way {
            let cause = format!("the entry {} of GOPROXY is wrong: {problem}", entry.text);
            return vec![broken("go-proxy-invalid", seen, cause, again)];
        }
    }
    if way.proxies.first().is_some_and(|e| e.way == Kind::Off) {
        let cause = "GOPROXY=off forbids every download";
        return vec![broken("go-proxy-off", seen, cause, again)];
    }
    Vec::new()
}

fn leak(settings: &Settings, way: &Way, module: &str, profile: &str, pattern: &str) -> Option<Rung> {
    let (proxy, database) = (way.public_proxy(), way.public_database());
    let asked: Vec<&str> = proxy.into_iter().chain(database).collect();
    if asked.is_empty() {
        return None;
    }
    let added = |name: &str| match settings.value(name) {
        "" => pattern.to_owned(),
        now => format!("{now},{pattern}"),
    };
    let own = |name: &str| {
        settings.get(name).is_some_and(|s| !matches!(s.origin, Origin::Private | Origin::Default))
    };
    // What is set itself does not follow GOPRIVATE; and a proxy of one's own may be what serves the module.
    let mut repairs = Vec::new();
    if proxy.is_some() && own("GONOPROXY") {
        repairs.push(settings.set("GONOPROXY", &added("GONOPROXY")));
    }
    if database.is_some() && (own("GONOSUMDB") || proxy.is_none()) {
        repairs.push(settings.set("GONOSUMDB", &added("GONOSUMDB")));
    }
    let by_private = (proxy.is_some() && !own("GONOPROXY")) || (database.is_some() && repairs.is_empty());
    if by_private {
        repairs.insert(0, settings.set("GOPRIVATE", &added("GOPRIVATE")));
    }
    Some(broken(
        "go-private-name-leaks",
        format!("{module} would be asked for at {}", asked.join(" and ")),
        format!("profile {profile} speaks for {pattern}, and no pattern of GOPRIVATE matches the module"),
        repairs.join(" && "),
    ))
}

/// Settings that switch a check off, and a list that has no way to a private host.
fn weakened(settings: &Settings, way: &Way, claimed: bool, notes: &mut Vec<Rung>) {
    let mut note = |name: &str, code, cause: &str| {
        let seen = format!("{name}={}", settings.value(name));
        notes.push(broken(code, seen, cause, settings.unset(name)));
    };
    if !settings.value("GOINSECURE").is_empty() {
        note(
            "GOINSECURE",
            "go-insecure-set",
            "go takes these modules over plain http or from a server with a wrong certificate",
        );
    }
    if settings.value("GOSUMDB") == "off" {
        note(
            "GOSUMDB",
            "go-sumdb-off",
            "no new module is checked against the checksum database, public ones neither",
        );
    }
    let direct = way.private_by.is_some() || way.proxies.iter().any(|e| e.way == Kind::Direct);
    let off = way.proxies.iter().any(|e| e.way == Kind::Off);
    if claimed && !direct && !off && way.public_proxy().is_some() {
        let now = settings.value("GOPROXY");
        notes.push(broken(
            "go-proxy-without-direct",
            format!("GOPROXY={now}"),
            "after the proxies nothing is asked: a module that they do not have is never fetched from its own host",
            settings.set("GOPROXY", &format!("{now},direct")),
        ));
    }
}

fn never_matching(settings: &Settings, notes: &mut Vec<Rung>) {
    for name in ["GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOINSECURE"] {
        let Some(setting) = settings.get(name).filter(|s| s.origin != Origin::Private) else { continue };
        for (pattern, fault) in patterns::faults(&setting.value).into_iter().take(20) {
            let repair = match patterns::mended(pattern) {
                Some(mended) => {
                    let list =
                        setting.value.split(',').map(|p| if p == pattern { mended.as_str() } else { p });
                    settings.set(name, &list.collect::<Vec<_>>().join(","))
                }
                None => format!("write it as HOST/OWNER, and patterns parted by commas, in {name}"),
            };
            let cause = format!("the pattern {pattern:?} {}, so it matches no module", fault.words());
            notes.push(broken(
                "go-pattern-never-matches",
                format!("{name}={}", setting.value),
                cause,
                repair,
            ));
        }
    }
}
