//! Profiles whose file cannot be used. What they spoke for stays theirs, so that it falls to no other tenant and not to
//! the user's own keys (SECURITY rule 8): the helper and ssh-match refuse it as long as the file cannot be read.

use super::identity::folders;
use super::profiles::{self, ProfilesError};
use super::{generation, in_force};
use crate::formats::git_config::{self, Entry};
use crate::model::name::ProfileName;
use crate::model::profile::{Host, Identity, Profile, RepoRoute, Transport};
use crate::model::route::{Claim, OwnerPath, Scheme};
use crate::model::route_table;
use crate::sys::Sys;

/// These profiles, and what is left of those beside them whose files cannot be used, by name. `removed` is one that
/// is being taken away.
///
/// # Errors
/// The folder of the profiles cannot be listed.
pub(super) fn with_closed(
    sys: &Sys,
    profiles: &[Profile],
    removed: Option<&ProfileName>,
) -> Result<Vec<Profile>, ProfilesError> {
    let mut found = profiles.to_vec();
    let closed = profiles::unusable(sys, profiles)?.into_iter().filter(|name| removed != Some(name));
    found.extend(closed.filter_map(|name| left_of(sys, &name)));
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// What the generation in force, or the last one, says of a profile: claims, folders and identity. Nothing else of it
/// is in force any more: no roots, no proxy, no key.
fn left_of(sys: &Sys, name: &ProfileName) -> Option<Profile> {
    let last = generation::current(sys).or_else(|| generation::before_off(sys))?;
    let folder = generation::folder(sys.places().state()?, &last);
    let text =
        |file: &str| sys.read(&folder.join(file)).ok().flatten().and_then(|b| String::from_utf8(b).ok());
    let claims = route_table::claims_of_profile(&text(route_table::FILE)?, name)?;
    let settings = entries(&text("gitconfig").unwrap_or_default());
    let ssh = text("ssh_config").unwrap_or_default();
    let was_in_force = in_force::profile_in_force(sys).as_ref() == Some(name);
    let own_file = format!("identity.{name}");
    let identity = match text(&own_file) {
        Some(own) => identity(&entries(&own)),
        None if was_in_force => identity(&settings),
        None => Identity::default(),
    };
    let folders = folders(&settings).into_iter().filter(|(profile, _)| profile == name);
    let mut left = Profile {
        name: name.clone(),
        title: None,
        dirs: folders.map(|(_, folder)| folder).collect(),
        identity,
        hosts: Vec::new(),
        routes: Vec::new(),
        registries: route_table::registries_of_profile(&text(route_table::FILE)?, name),
        npm: Vec::new(),
        trust: Default::default(),
        proxy: Default::default(),
        verify: Vec::new(),
        compat: Default::default(),
    };
    for claim in claims {
        match claim.origin.scheme {
            // A host entry would claim HTTPS too.
            Scheme::Http => left.routes.push(RepoRoute { origin: claim.origin, path: claim.owner }),
            Scheme::Https => left.hosts.push(host(claim, Transport::Https, None)),
            Scheme::Ssh => {
                // Where ssh had no block, the host was left to the user's own keys, and is now.
                let key =
                    ssh.contains(&format!("\nMatch host {}", claim.origin.host)).then(|| "/dev/null".into());
                left.hosts.push(host(claim, Transport::Ssh, key));
            }
        }
    }
    Some(left)
}

/// A host entry that makes this one claim.
fn host(claim: Claim, transport: Transport, ssh_key: Option<String>) -> Host {
    let port = |scheme: Scheme| {
        if claim.origin.scheme == scheme { claim.origin.port } else { scheme.default_port() }
    };
    Host {
        port: port(Scheme::Https),
        ssh_port: port(Scheme::Ssh),
        name: claim.origin.host,
        // One that takes upper and lower case for one, where this host does.
        provider: claim.fold_case.then(|| "gitlab".into()),
        owners: Some(claim.owner).filter(|owner| *owner != OwnerPath::whole_host()).into_iter().collect(),
        transport,
        plain_http_port: None,
        token_user: claim.user,
        token_from: None,
        token_scopes: Vec::new(),
        token_max_age_days: None,
        ssh_user: "git".into(),
        ssh_key,
        known_hosts: Vec::new(),
    }
}

fn entries(text: &str) -> Vec<Entry> {
    git_config::parse(text.as_bytes()).unwrap_or_default()
}

fn identity(settings: &[Entry]) -> Identity {
    let value = |key| settings.iter().find(|e| e.is("user", key)).and_then(|e| e.text()).map(str::to_owned);
    Identity { name: value("name"), email: value("email"), signing_key: None }
}
