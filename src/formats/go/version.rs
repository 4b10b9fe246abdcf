//! Versions of modules: which are legal, and which go with a module path.
//!
//! `golang.org/x/mod/semver` and `golang.org/x/mod/module`; go.dev/ref/mod#versions.

/// A version's parts.
struct Parts<'a> {
    major: &'a str,
    shortened: bool,
    build: &'a str,
}

/// Whether it is `vMAJOR.MINOR.PATCH` with an optional pre-release and build; `v1` and `v1.2` count, as in `semver.IsValid`.
#[must_use]
pub fn is_valid(text: &str) -> bool {
    parts(text).is_some()
}

/// Whether `go` keeps it as it is: all three numbers, and no build but `+incompatible` (`module.CanonicalVersion`).
#[must_use]
pub fn is_canonical(text: &str) -> bool {
    parts(text).is_some_and(|p| !p.shortened && (p.build.is_empty() || p.build == "+incompatible"))
}

/// The major number's text, with the `v`.
#[must_use]
pub fn major(text: &str) -> Option<&str> {
    parts(text).map(|p| p.major)
}

fn parts(text: &str) -> Option<Parts<'_>> {
    let rest = text.strip_prefix('v')?;
    let (rest, build) = rest.split_at(rest.find('+').unwrap_or(rest.len()));
    let (numbers, pre) = rest.split_at(rest.find('-').unwrap_or(rest.len()));
    let list: Vec<&str> = numbers.splitn(4, '.').collect();
    let number = |n: &&str| {
        !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()) && (*n == "0" || !n.starts_with('0'))
    };
    let whole = list.len() == 3;
    // A shortened one has nothing behind its numbers.
    let bare = pre.is_empty() && build.is_empty();
    if list.len() > 3 || !list.iter().all(number) || !(whole || bare) {
        return None;
    }
    let identifiers = |text: &str, zeros: bool| {
        text.is_empty()
            || text.get(1..).unwrap_or_default().split('.').all(|one| {
                let digits = one.bytes().all(|b| b.is_ascii_digit());
                !one.is_empty()
                    && one.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                    && (zeros || !digits || one == "0" || !one.starts_with('0'))
            })
    };
    let major = text.get(..=list.first()?.len())?;
    (identifiers(pre, false) && identifiers(build, true)).then_some(Parts { major, shortened: !whole, build })
}

/// A path without its major suffix, and the suffix: `/v2`, or `.v2` at gopkg.in (`module.SplitPathVersion`). `None` where
/// the suffix is none that go takes, such as `/v1` or `/v02`.
#[must_use]
pub fn split_path(path: &str) -> Option<(&str, &str)> {
    if path.starts_with("gopkg.in/") {
        let bare = path.strip_suffix("-unstable").unwrap_or(path);
        let dot = bare.rfind(".v")?;
        let number = bare.get(dot + 2..)?;
        return is_number(number).then(|| path.split_at(dot));
    }
    let Some(slash) = path.rfind("/v") else { return Some((path, "")) };
    let number = path.get(slash + 2..).unwrap_or_default();
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return Some((path, ""));
    }
    (is_number(number) && number != "0" && number != "1").then(|| path.split_at(slash))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'))
}

/// What the version should have been, in go's words, where path and version do not go together
/// (`module.CheckPathMajor`; go.dev/ref/mod#major-version-suffixes).
#[must_use]
pub fn mismatch(path: &str, version: &str) -> Option<String> {
    let Some((_, suffix)) = split_path(path) else {
        return Some(format!("module path {path} has a major version suffix that go does not take"));
    };
    let major = major(version)?;
    let wanted = suffix.trim_start_matches(['/', '.']).trim_end_matches("-unstable");
    // A package that gopkg.in served before it had tags (`module.MatchPathMajor`).
    if wanted == "v1" && version.starts_with("v0.0.0-") {
        return None;
    }
    let fits = if wanted.is_empty() {
        major == "v0" || major == "v1" || version.ends_with("+incompatible")
    } else {
        major == wanted
    };
    let should = if wanted.is_empty() { "v0 or v1" } else { wanted };
    (!fits).then(|| format!("should be {should}, not {major}"))
}
