//! What git hosts say to an ssh that asks for no command: whose key it is.

/// Who a host says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Greeting {
    /// An account.
    Account(String),
    /// A key of one repository: its name, or the repository's.
    DeployKey(String),
    /// It let the key in, and named nobody.
    Unknown,
}

/// Reads the words of GitHub (GitHub docs, "Testing your SSH connection"), GitLab (GitLab docs, "Verify that you can
/// connect"), and of Gitea and Forgejo (`cmd/serv.go`). Others name nobody.
#[must_use]
pub fn read(said: &str) -> Greeting {
    for line in said.lines() {
        if let Some(name) = line.strip_prefix("Welcome to GitLab, @") {
            return Greeting::Account(name.trim_end_matches('!').to_owned());
        }
        if let Some((_, key)) = line.split_once("with the deploy key named ") {
            return Greeting::DeployKey(key.split(", but ").next().unwrap_or(key).to_owned());
        }
        let name = line.strip_prefix("Hi there, ").or_else(|| line.strip_prefix("Hi "));
        if let Some((name, _)) = name.and_then(|rest| rest.split_once("! You've successfully authenticated"))
        {
            // GitHub names a repository where the key is one of a repository.
            let deploy = name.contains('/');
            return if deploy { Greeting::DeployKey(name.into()) } else { Greeting::Account(name.into()) };
        }
    }
    Greeting::Unknown
}
