//! Makes the files of a generation from the profiles. Pure: the same profiles give the same bytes.

use super::ambient;
use super::generation;
use super::profiles::route_text;
use super::trusted_hosts;
use crate::formats::proxy::setting::Proxy;
use crate::formats::shell;
use crate::model::name::ProfileName;
use crate::model::profile::{Host, Profile};
use crate::model::route::{Origin, Scheme};
use crate::model::route_table;
use crate::model::text::Text;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const GITCONFIG_HEAD: &str = include_str!("../../templates/gitconfig");
const SSH_CONFIG_HEAD: &str = include_str!("../../templates/ssh_config");

/// What the closing block of a host says: every way by which ssh proves who somebody is, and no shared connection.
const OFFERS_NOTHING: &str = "\tPubkeyAuthentication no\n\tHostbasedAuthentication no\n\tGSSAPIAuthentication no\n\
                              \tPasswordAuthentication no\n\tKbdInteractiveAuthentication no\n\tControlPath none\n\
                              \tForwardAgent no\n";

/// What a generation is made from.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// doorkey's state folder.
    pub state: &'a Path,
    /// doorkey's configuration folder.
    pub config: &'a Path,
    /// The home folder, for `~/.ssh`.
    pub home: &'a Path,
    /// The folder in which they will lie: a generation, or a session.
    pub folder: &'a Path,
    /// All profiles.
    pub profiles: &'a [Profile],
    /// The profile whose identity is in force.
    pub in_force: Option<&'a ProfileName>,
    /// The roots of each profile that brings some: PEM, with the public ones.
    pub roots: &'a BTreeMap<ProfileName, Vec<u8>>,
    /// The lines of the user's known_hosts for the hosts that a profile does not pin.
    pub trusted: &'a BTreeMap<ProfileName, Vec<u8>>,
}

/// Why a generation cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A path holds a character that git or ssh would read as something else.
    #[error("{} holds {character:?}, which {program} cannot read back", path.display())]
    Path {
        /// The path.
        path: PathBuf,
        /// The character.
        character: char,
        /// `git` or `ssh`.
        program: &'static str,
    },
}

/// The files, by name.
///
/// # Errors
/// A path cannot be written so that git or ssh read it back.
pub fn render(wanted: &Wanted<'_>) -> Result<BTreeMap<String, Text>, RenderError> {
    let mut files = BTreeMap::new();
    let roots = root_files(wanted, &mut files);
    files.insert("gitconfig".into(), gitconfig(wanted, &roots)?.into());
    files.insert("ssh_config".into(), ssh_config(wanted)?.into());
    files.insert(route_table::FILE.into(), route_table::write(wanted.profiles, None).into());
    let folders = ambient::folders(wanted.profiles, |profile| roots.get(&profile.name).map(PathBuf::as_path));
    files.insert(ambient::FOLDERS.into(), folders.into());
    for profile in wanted.profiles {
        if !profile.dirs.is_empty() && has_identity(profile) {
            files.insert(identity_file(profile), user_section(profile).into());
        }
        let pins = pinned_hosts(profile);
        if !pins.is_empty() {
            files.insert(format!("known_hosts.{}", profile.name), pins.into());
        }
    }
    for (profile, lines) in wanted.trusted {
        files.insert(format!("{}{profile}", trusted_hosts::PREFIX), lines.clone().into());
    }
    files.insert(generation::CONFIG.into(), readable(wanted.config, "git")?.into());
    files.insert(
        generation::IN_FORCE.into(),
        wanted.in_force.map(ToString::to_string).unwrap_or_default().into(),
    );
    Ok(files)
}

fn headed(head: &str, wanted: &Wanted<'_>) -> String {
    head.replace("{generation}", &wanted.folder.file_name().unwrap_or_default().to_string_lossy())
}

/// Bundles are named by content: profiles with the same roots share one file.
fn root_files(wanted: &Wanted<'_>, files: &mut BTreeMap<String, Text>) -> BTreeMap<ProfileName, PathBuf> {
    let mut paths = BTreeMap::new();
    for (profile, pem) in wanted.roots {
        let digest = Sha256::digest(pem);
        let short: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
        let file = format!("roots.{short}.pem");
        paths.insert(profile.clone(), wanted.folder.join(&file));
        files.insert(file, pem.clone().into());
    }
    paths
}

fn gitconfig(wanted: &Wanted<'_>, roots: &BTreeMap<ProfileName, PathBuf>) -> Result<String, RenderError> {
    let mut out = headed(GITCONFIG_HEAD, wanted);
    if let Some(profile) = wanted.in_force.and_then(|n| wanted.profiles.iter().find(|p| p.name == *n)) {
        out.push_str(&user_section(profile));
    }
    for profile in wanted.profiles.iter().filter(|p| has_identity(p)) {
        let file = wanted.folder.join(identity_file(profile));
        for dir in &profile.dirs {
            // The final `/` stands for everything below (git-config(1), Conditional includes).
            let condition = format!("gitdir:{}/", folder_pattern(wanted.home, dir.trim_end_matches('/')));
            out.push_str(&format!(
                "[includeIf {}]\n\tpath = {}\n",
                git_value(&condition),
                git_value(&readable(&file, "git")?)
            ));
        }
    }
    let helper = git_helper(wanted)?;
    for (origin, speakers) in by_origin(wanted.profiles, |o| o.scheme != Scheme::Ssh) {
        out.push_str(&format!(
            "[credential \"{origin}\"]\n\tuseHttpPath = true\n\thelper =\n\thelper = {helper}\n"
        ));
        http_settings(&mut out, &origin, &speakers, roots)?;
    }
    Ok(out)
}

/// A folder as a pattern of gitignore(5). git fills `~` in as it is, so a home with the letters of a pattern is written out.
fn folder_pattern(home: &Path, dir: &str) -> String {
    let home = home.display().to_string();
    match dir.strip_prefix('~') {
        Some(rest) if escape_pattern(&home) != home => escape_pattern(&format!("{home}{rest}")),
        _ => escape_pattern(dir),
    }
}

/// The letters of a pattern, in glob(7) and in gitignore(5).
const OF_PATTERNS: [char; 5] = ['[', ']', '*', '?', '\\'];

/// The text as a pattern that stands for itself.
pub(super) fn escape_pattern(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if OF_PATTERNS.contains(&c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The text that [`escape_pattern`] was given.
pub(super) fn unescape_pattern(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        out.push(if c == '\\' { rest.next().unwrap_or(c) } else { c });
    }
    out
}

fn has_identity(profile: &Profile) -> bool {
    profile.identity.name.is_some() || profile.identity.email.is_some()
}

/// The file of a generation with one profile's identity, for the folders in which it is in force.
fn identity_file(profile: &Profile) -> String {
    format!("identity.{}", profile.name)
}

fn user_section(profile: &Profile) -> String {
    if !has_identity(profile) {
        return String::new();
    }
    let mut out = String::from("[user]\n");
    for (key, value) in [("name", &profile.identity.name), ("email", &profile.identity.email)] {
        if let Some(value) = value {
            out.push_str(&format!("\t{key} = {}\n", git_value(value)));
        }
    }
    out
}

/// What a profile asks of git's HTTP for one origin: its roots and its proxy.
#[derive(PartialEq, Eq, Clone)]
struct Http<'a> {
    roots: Option<&'a PathBuf>,
    proxy: Option<String>,
}

/// One block for the origin where all its profiles agree; otherwise one an owner, so that no tenant's root or proxy
/// is in force for another's repositories.
fn http_settings(
    out: &mut String,
    origin: &Origin,
    speakers: &[&Profile],
    roots: &BTreeMap<ProfileName, PathBuf>,
) -> Result<(), RenderError> {
    let wish =
        |profile: &Profile| Http { roots: roots.get(&profile.name), proxy: profile.proxy.for_origin(origin) };
    let wishes: Vec<Http<'_>> = speakers.iter().map(|p| wish(p)).collect();
    let agreed = wishes.windows(2).all(|w| matches!(w, [a, b] if a == b));
    if agreed {
        if let Some(wish) = wishes.first() {
            http_block(out, &origin.to_string(), wish)?;
        }
        return Ok(());
    }
    for (profile, wish) in speakers.iter().zip(&wishes) {
        for claim in profile.claims().iter().filter(|c| c.origin == *origin) {
            http_block(out, route_text(claim).as_str(), wish)?;
            // git compares whole segments here (config.txt, `http.<url>.*`), and `app.git` is another than `app`.
            if claim.owner.depth() > 1 {
                http_block(out, &format!("{}.git", route_text(claim)), wish)?;
            }
        }
    }
    Ok(())
}

fn http_block(out: &mut String, place: &str, wish: &Http<'_>) -> Result<(), RenderError> {
    if wish.roots.is_none() && wish.proxy.is_none() {
        return Ok(());
    }
    out.push_str(&format!("[http {}]\n", git_subsection(place)));
    if let Some(path) = wish.roots {
        out.push_str(&format!("\tsslCAInfo = {}\n", git_value(&readable(path, "git")?)));
    }
    if let Some(proxy) = &wish.proxy {
        out.push_str(&format!("\tproxy = {}\n", git_value(proxy)));
    }
    Ok(())
}

/// The helper line: by absolute path, with its generation.
fn git_helper(wanted: &Wanted<'_>) -> Result<String, RenderError> {
    let launcher = readable(&generation::launcher(wanted.state), "git")?;
    let folder = readable(wanted.folder, "git")?;
    // git runs an absolute path through the shell with ` get` behind it (gitcredentials(7), CUSTOM HELPERS); a path the
    // shell would take apart is quoted, and then needs the `!` that says "a shell snippet".
    let bang = if [&launcher, &folder].iter().all(|text| shell::is_plain(text)) { "" } else { "!" };
    let command =
        format!("{bang}{} credential --generation {}", shell::word(&launcher), shell::word(&folder));
    Ok(git_value(&command))
}

/// Profiles by the origins they claim something on, each once.
fn by_origin(profiles: &[Profile], wanted: impl Fn(&Origin) -> bool) -> BTreeMap<Origin, Vec<&Profile>> {
    let mut found: BTreeMap<Origin, Vec<&Profile>> = BTreeMap::new();
    for profile in profiles {
        for claim in profile.claims() {
            let speakers = found.entry(claim.origin.clone()).or_default();
            if wanted(&claim.origin) && !speakers.iter().any(|p| p.name == profile.name) {
                speakers.push(profile);
            }
        }
    }
    found.retain(|origin, _| wanted(origin));
    found
}

fn ssh_config(wanted: &Wanted<'_>) -> Result<String, RenderError> {
    let mut out = headed(SSH_CONFIG_HEAD, wanted);
    let mut hosts: BTreeMap<String, Vec<&Profile>> = BTreeMap::new();
    for (origin, speakers) in by_origin(wanted.profiles, |o| o.scheme == Scheme::Ssh) {
        let known = hosts.entry(origin.host.to_string()).or_default();
        for profile in speakers {
            // Without a key there is nothing to offer, and a block would only take the host away from the user.
            if ssh_host(profile, origin.host.as_str()).is_some()
                && !known.iter().any(|p| p.name == profile.name)
            {
                known.push(profile);
            }
        }
    }
    hosts.retain(|_, speakers| !speakers.is_empty());
    for (host, speakers) in &hosts {
        let names = ssh_names(host);
        // Never a plain block, not even for a whole host: the port, other profiles' routes on the host (with a key or
        // without) and what was removed since are known to ssh-match alone.
        for profile in speakers {
            let command = ssh_match(wanted, host, &[profile.name.as_str()], false)?;
            out.push_str(&format!("Match host {names} exec \"{command}\"\n"));
            ssh_block(&mut out, wanted, profile, host)?;
        }
        let all: Vec<&str> = speakers.iter().map(|p| p.name.as_str()).collect();
        let command = ssh_match(wanted, host, &all, true)?;
        out.push_str(&format!("Match host {names} !exec \"{command}\"\n"));
        out.push_str(OFFERS_NOTHING);
    }
    out.push_str("Match all\n");
    Ok(out)
}

/// The spellings of a host that lead to it: `Match host` folds case, which `Host` does not (ssh_config(5)), and the
/// final dot of a full name is one more.
fn ssh_names(host: &str) -> String {
    let is_address = host.parse::<std::net::IpAddr>().is_ok();
    if is_address { host.to_owned() } else { format!("{host},{host}.") }
}

/// The entry by which a profile has a key for a host.
#[must_use]
pub fn ssh_host<'a>(profile: &'a Profile, host: &str) -> Option<&'a Host> {
    profile.hosts.iter().find(|h| h.name.as_str() == host && h.transport.ssh() && h.ssh_key.is_some())
}

/// The command of `Match exec`. The inner `exec` takes the shell out from between ssh and doorkey (routing.md, SSH).
fn ssh_match(
    wanted: &Wanted<'_>,
    host: &str,
    profiles: &[&str],
    closing: bool,
) -> Result<String, RenderError> {
    let launcher = ssh_shell_word(&generation::launcher(wanted.state))?;
    let folder = ssh_shell_word(wanted.folder)?;
    let verb = if closing { "ssh-match --closing" } else { "ssh-match" };
    // ssh puts the port that it knows by then into the place of %p (ssh_config(5), TOKENS).
    Ok(format!("exec {launcher} {verb} --generation {folder} --host {host} --port %p {}", profiles.join(" ")))
}

fn ssh_block(
    out: &mut String,
    wanted: &Wanted<'_>,
    profile: &Profile,
    host: &str,
) -> Result<(), RenderError> {
    let Some(entry) = ssh_host(profile, host) else { return Ok(()) };
    let key = key_path(wanted.home, entry.ssh_key.as_deref().unwrap_or_default());
    let own = known_hosts_file(wanted.state, &profile.name);
    let known = if entry.known_hosts.is_empty() {
        // Not pinned: new keys are noted in the profile's own file, the second is what the user trusted already.
        let trusted = format!("{}{}", trusted_hosts::PREFIX, profile.name);
        let trusted = wanted.folder.join(trusted);
        format!("{} {}", ssh_path(&own)?, ssh_path(&trusted)?)
    } else {
        let pins = wanted.folder.join(format!("known_hosts.{}", profile.name));
        let pins = ssh_path(&pins)?;
        format!("{pins}\n\tGlobalKnownHostsFile {pins}")
    };
    out.push_str(&format!(
        "\tIdentityFile {}\n\tIdentitiesOnly yes\n\tUserKnownHostsFile {known}\n\tControlPath none\n\tForwardAgent no\n",
        ssh_path(&key)?,
    ));
    if let Some(command) = ssh_proxy_command(wanted.state, profile, entry)? {
        out.push_str(&format!("\tProxyCommand {command}\n"));
    }
    Ok(())
}

/// ssh's way through the profile's proxy, where it says so: a ProxyCommand, which ssh starts by the user's shell with exec
/// in front (ssh_config(5)). Without user and password, which have no place on a command line.
///
/// # Errors
/// A path cannot be written so that ssh reads it back.
pub fn ssh_proxy_command(
    state: &Path,
    profile: &Profile,
    host: &Host,
) -> Result<Option<String>, RenderError> {
    let proxy = profile.proxy.for_ssh_to(&host.ssh_origin()).as_deref().and_then(Proxy::read);
    let Some(proxy) = proxy else { return Ok(None) };
    let launcher = ssh_shell_word(&generation::launcher(state))?;
    Ok(Some(format!("{launcher} ssh-connect {} '%h' %p", proxy.shown())))
}

/// Where the host keys are noted that a user accepts for a profile.
#[must_use]
pub fn known_hosts_file(state: &Path, profile: &ProfileName) -> PathBuf {
    state.join("known_hosts").join(profile.as_str())
}

/// The file of an SSH key as a profile writes it: a name below `~/.ssh`, `~/path`, or a path.
#[must_use]
pub fn key_path(home: &Path, key: &str) -> PathBuf {
    match key.strip_prefix("~/") {
        Some(rest) => home.join(rest),
        None if key.starts_with('/') => PathBuf::from(key),
        None => home.join(".ssh").join(key),
    }
}

fn pinned_hosts(profile: &Profile) -> String {
    let mut out = String::new();
    for host in &profile.hosts {
        let name = if host.ssh_port == 22 {
            host.name.to_string()
        } else {
            format!("[{}]:{}", host.name, host.ssh_port)
        };
        for key in &host.known_hosts {
            out.push_str(&format!("{name} {key}\n"));
        }
    }
    out
}

/// A path as text, if `program` can read it back.
fn readable(path: &Path, program: &'static str) -> Result<String, RenderError> {
    let text = path.to_str().unwrap_or("\u{fffd}");
    match text.chars().find(|c| c.is_control() || *c == '\u{fffd}') {
        Some(character) => Err(RenderError::Path { path: path.into(), character, program }),
        None => Ok(text.into()),
    }
}

/// A value for git's configuration, quoted so that git reads it back (git-config(1), Syntax).
fn git_value(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

fn git_subsection(name: &str) -> String {
    git_value(name)
}

/// A path for ssh_config: in double quotes, `%` doubled (ssh_config(5), TOKENS). `${` would be an environment variable.
pub(super) fn ssh_path(path: &Path) -> Result<String, RenderError> {
    let text = readable(path, "ssh")?;
    match text.chars().find(|c| *c == '"' || *c == '$' || *c == '\\') {
        Some(character) => Err(RenderError::Path { path: path.into(), character, program: "ssh" }),
        None => Ok(format!("\"{}\"", text.replace('%', "%%"))),
    }
}

/// A path as a word of the shell inside ssh_config's double quotes.
fn ssh_shell_word(path: &Path) -> Result<String, RenderError> {
    let text = readable(path, "ssh")?;
    match text.chars().find(|c| "\"'\\".contains(*c)) {
        Some(character) => Err(RenderError::Path { path: path.into(), character, program: "ssh" }),
        None => Ok(format!("'{}'", text.replace('%', "%%"))),
    }
}
