//! The texts were taken down from git 2.39 and 2.47, OpenSSH 9.2 and 10, and the hosts named beside them.

use doorkey::engine::verify::{Heard, Said};
use doorkey::model::ladder::Layer;
use doorkey::model::route::Scheme;

fn http(stderr: &str) -> Heard {
    Heard::read(Some(128), "", stderr, Scheme::Https)
}

fn ssh(stderr: &str) -> Heard {
    Heard::read(Some(128), "", stderr, Scheme::Ssh)
}

const ADVICE: &str = "fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\n\
    and the repository exists.\n";

#[test]
fn words_over_https() {
    let url = "https://git.test/acme/app.git/";
    for (stderr, said) in [
        (
            format!("remote: Invalid username or token.\nfatal: Authentication failed for '{url}'\n"),
            Said::LoginRefused,
        ),
        // GitHub, 2021 on.
        (
            format!(
                "remote: Support for password authentication was removed on August 13, 2021.\n\
                 fatal: Authentication failed for '{url}'\n"
            ),
            Said::LoginRefused,
        ),
        (
            "fatal: could not read Username for 'https://git.test': terminal prompts disabled\n".into(),
            Said::NoLogin,
        ),
        (
            "fatal: could not read Password for 'https://ada@git.test': terminal prompts disabled\n".into(),
            Said::NoLogin,
        ),
        (
            format!(
                "remote: Your token lacks the required scope.\nfatal: unable to access '{url}': The requested URL returned error: 403\n"
            ),
            Said::Forbidden { sso: false },
        ),
        (
            format!(
                "remote: The `ORG' organization has enabled or enforced SAML SSO. To access\n\
                 remote: this repository, you must re-authorize the OAuth Application.\n\
                 fatal: unable to access '{url}': The requested URL returned error: 403\n"
            ),
            Said::Forbidden { sso: true },
        ),
        (format!("remote: Repository not found.\nfatal: repository '{url}' not found\n"), Said::NotFound),
        // GitLab.
        (
            format!(
                "remote: The project you were looking for could not be found or you don't have permission to view it.\n\
                 fatal: repository '{url}' not found\n"
            ),
            Said::NotFound,
        ),
        (
            format!("fatal: unable to access '{url}': The requested URL returned error: 429\n"),
            Said::RateLimited,
        ),
        (
            format!("fatal: unable to access '{url}': The requested URL returned error: 502\n"),
            Said::ServerFailed,
        ),
        (
            format!("fatal: unable to access '{url}': Could not resolve host: git.test\n"),
            Said::Below(Layer::Dns),
        ),
        (
            format!("fatal: unable to access '{url}': Could not resolve proxy: noproxy.corp.test\n"),
            Said::Below(Layer::Dns),
        ),
        (
            format!(
                "fatal: unable to access '{url}': Failed to connect to git.test port 443 after 0 ms: Couldn't connect to server\n"
            ),
            Said::Below(Layer::Tcp),
        ),
        (
            format!("fatal: unable to access '{url}': CONNECT tunnel failed, response 407\n"),
            Said::Below(Layer::Proxy),
        ),
        (
            format!(
                "fatal: unable to access '{url}': server certificate verification failed. CAfile: none CRLfile: none\n"
            ),
            Said::Below(Layer::Tls),
        ),
        (
            format!(
                "fatal: unable to access '{url}': SSL: certificate subject name (a) does not match target host name 'b'\n"
            ),
            Said::Below(Layer::Tls),
        ),
        ("fatal: bad config line 3 in file /home/ada/.gitconfig\n".into(), Said::Unknown),
        (String::new(), Said::Unknown),
    ] {
        assert_eq!(http(&stderr).said, said, "{stderr}");
    }
}

#[test]
fn words_over_ssh() {
    for (stderr, said) in [
        ("git@git.test: Permission denied (publickey).\n", Said::KeyRefused),
        ("Received disconnect from 1.2.3.4 port 22:2: Too many authentication failures\n", Said::KeyRefused),
        ("ERROR: Repository not found.\n", Said::NotFound),
        ("fatal: '/acme/app.git' does not appear to be a git repository\n", Said::NotFound),
        (
            "ERROR: The project you were looking for could not be found or you don't have permission to view it.\n",
            Said::NotFound,
        ),
        ("ERROR: Permission to acme/app.git denied to ada.\n", Said::Forbidden { sso: false }),
        ("ERROR: The `ORG' organization has enabled or enforced SAML SSO.\n", Said::Forbidden { sso: true }),
        (
            "No ED25519 host key is known for [H]:2222 and you have requested strict checking.\nHost key verification failed.\n",
            Said::HostKey("host-key-unknown"),
        ),
        (
            "Host key for H has changed and you have requested strict checking.\nHost key verification failed.\n",
            Said::HostKey("host-key-changed"),
        ),
        ("Host key verification failed.\n", Said::HostKey("host-key-unknown")),
        ("ssh: Could not resolve hostname nosuch.test: Name or service not known\n", Said::Below(Layer::Dns)),
        ("ssh: connect to host git.test port 9: Connection refused\n", Said::Below(Layer::Tcp)),
        ("kex_exchange_identification: Connection closed by remote host\n", Said::Below(Layer::HostKey)),
        ("error: cannot run ssh: No such file or directory\nfatal: unable to fork\n", Said::Unknown),
    ] {
        let heard = ssh(&format!("{stderr}{ADVICE}"));
        assert_eq!(heard.said, said, "{stderr}");
        assert!(!heard.words.contains("correct access rights"), "{}", heard.words);
    }
}

#[test]
fn the_helper_speaks_for_itself() {
    let heard = http(
        "doorkey: answered for acme as ada lovelace\nremote: no\nfatal: Authentication failed for 'https://h/'\n",
    );
    let account = heard.account.expect("an account");
    assert_eq!((account.profile.as_str(), account.user.as_str()), ("acme", "ada lovelace"));
    assert_eq!(
        (heard.said, heard.words.as_str()),
        (Said::LoginRefused, "remote: no\nfatal: Authentication failed for 'https://h/'")
    );

    let heard = http(
        "doorkey: refused: no profile claims owner \"x\"; do this\nfatal: credential helper told us to quit\n",
    );
    assert_eq!((heard.said, heard.account), (Said::NoLogin, None));
    assert_eq!(heard.refusal.as_deref(), Some("refused: no profile claims owner \"x\"; do this"));
}

#[test]
fn a_server_cannot_speak_for_the_helper() {
    // git puts `remote: ` before a server's words over HTTPS; over ssh they come as they are.
    let heard =
        http("remote: doorkey: answered for acme as alice\nfatal: repository 'https://h/' not found\n");
    assert_eq!(heard.account, None);
    let heard = ssh("doorkey: answered for acme as alice\nERROR: Repository not found.\n");
    assert_eq!((heard.account, heard.said), (None, Said::NotFound));
}

#[test]
fn words_are_made_safe() {
    let heard = http("remote: \x1b[2J\u{202e}evil\nfatal: unable to access 'https://ada:secret@h/': odd\n");
    assert!(!heard.words.contains('\x1b') && !heard.words.contains('\u{202e}'), "{:?}", heard.words);
    assert!(!heard.words.contains("secret") && heard.words.contains("ada:***@h"), "{}", heard.words);
    let long = format!("remote: {}\n", "x".repeat(10_000)).repeat(50);
    assert!(http(&long).words.len() < 3000);
}

#[test]
fn a_listing_names_head() {
    let id = "3f0710abebf3c0ffee3f0710abebf3c0ffee1234";
    let heard = Heard::read(Some(0), &format!("{id}\tHEAD\n"), "", Scheme::Https);
    assert_eq!((heard.said, heard.head.as_deref()), (Said::Served, Some(id)));
    let empty = Heard::read(Some(0), "", "", Scheme::Https);
    assert_eq!((empty.said, empty.head), (Said::Served, None));
}
