//! The greetings of git hosts, as their documentation and sources have them.

use doorkey::formats::ssh_greeting::{Greeting, read};

#[test]
fn each_host_names_whose_key_it_is() {
    let account = |name: &str| Greeting::Account(name.into());
    let deploy = |name: &str| Greeting::DeployKey(name.into());
    for (said, expected) in [
        (
            "Hi alice! You've successfully authenticated, but GitHub does not provide shell access.",
            account("alice"),
        ),
        (
            "Hi acme/app! You've successfully authenticated, but GitHub does not provide shell access.",
            deploy("acme/app"),
        ),
        ("Welcome to GitLab, @alice!", account("alice")),
        ("Welcome to GitLab, Anonymous!", Greeting::Unknown),
        (
            "Hi there, alice! You've successfully authenticated with the key named laptop, but Gitea does not provide shell access.",
            account("alice"),
        ),
        (
            "Hi there, alice! You've successfully authenticated with the key named a! b, but Forgejo does not provide shell access.",
            account("alice"),
        ),
        (
            "Hi there! You've successfully authenticated with the deploy key named ci, but Gitea does not provide shell access.",
            deploy("ci"),
        ),
        (
            "authenticated via ssh key.\n\nYou can use git to connect to Bitbucket. Shell access is disabled",
            Greeting::Unknown,
        ),
        ("remote: Shell access is not supported.\nshell request failed on channel 0", Greeting::Unknown),
        ("A banner first\nHi bob! You've successfully authenticated, but it is late.", account("bob")),
        ("", Greeting::Unknown),
    ] {
        assert_eq!(read(said), expected, "{said}");
    }
}
