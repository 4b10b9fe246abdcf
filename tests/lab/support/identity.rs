//! Who may do what: each owner of repositories has one user, one token and one SSH key.

/// An account of the lab's host. What it owns lies under `/OWNER/`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Identity {
    /// Owner of repositories, first part of their path; also the name of the identity in logs.
    pub(crate) owner: &'static str,
    /// User name that goes with the token in Basic authentication.
    pub(crate) user: &'static str,
    /// Personal access token.
    pub(crate) token: &'static str,
}

/// `personal` is a real account without repositories: what a client uses when it falls back to the user's defaults.
/// No token is part of another, so that a search for one finds no other.
pub(crate) const IDENTITIES: [Identity; 5] = [
    Identity { owner: "acme", user: "alice", token: "pat_acmeaaaaaaaaaaaaaaaaaaaa" },
    Identity { owner: "globex", user: "bob", token: "pat_globexbbbbbbbbbbbbbbbbbb" },
    Identity { owner: "acme-labs", user: "carol", token: "pat_acmelabscccccccccccccccc" },
    Identity { owner: "initech", user: "dave", token: "pat_initechddddddddddddddddd" },
    Identity { owner: "personal", user: "erin", token: "pat_personaleeeeeeeeeeeeeeee" },
];

/// A valid token without the scope to read repositories: 403.
pub(crate) const NO_SCOPE: Identity =
    Identity { owner: "noscope", user: "frank", token: "pat_noscopeffffffffffffffffff" };

impl Identity {
    /// The identity that owns `/OWNER/`, or `personal`, or `noscope`.
    pub(crate) fn of(owner: &str) -> Self {
        IDENTITIES
            .into_iter()
            .chain([NO_SCOPE])
            .find(|identity| identity.owner == owner)
            .unwrap_or_else(|| panic!("no identity {owner:?} in the lab"))
    }

    /// `user:token`.
    pub(crate) fn pair(self) -> String {
        format!("{}:{}", self.user, self.token)
    }

    /// The value of the Authorization header that git sends (RFC 7617 section 2).
    pub(crate) fn basic(self) -> String {
        use base64::Engine;
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(self.pair()))
    }
}
