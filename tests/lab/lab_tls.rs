//! The lab's TLS faults, in the words of git and of OpenSSL.

use crate::support::{Home, Lab, Output, trial};
use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("lab_tls_good_chain_needs_the_root", good_chain_needs_the_root),
        trial("lab_tls_git_has_one_text_for_four_faults", git_has_one_text_for_four_faults),
        trial("lab_tls_git_names_a_wrong_host", git_names_a_wrong_host),
        trial("lab_tls_openssl_tells_the_faults_apart", openssl_tells_the_faults_apart),
        trial("lab_tls_public_site_needs_no_setting", public_site_needs_no_setting),
        trial("lab_tls_unknown_name_does_not_resolve", unknown_name_does_not_resolve),
    ]
}

const UNVERIFIED: &str = "server certificate verification failed.";

fn ls_remote(home: &Home, host: &str) -> Output {
    let url = format!("https://{}@{host}/acme/app.git", Lab::get().identity("acme").pair());
    home.run(["git", "ls-remote", &url])
}

fn good_chain_needs_the_root() {
    let home = Home::fresh("tls");
    for host in ["git.test", "tenant-a.git.test", "tenant-b.git.test"] {
        ls_remote(&home, host).exits(128).says(UNVERIFIED);
    }
    assert_eq!(home.seen_https(), [], "no request before trust");
    home.trust_lab_root();
    for host in ["git.test", "tenant-a.git.test", "tenant-b.git.test"] {
        ls_remote(&home, host).ok().says("refs/heads/main");
    }
}

fn git_has_one_text_for_four_faults() {
    let home = Home::fresh("tls");
    home.trust_lab_root();
    for fault in ["nochain", "expired", "selfsigned", "untrusted"] {
        ls_remote(&home, &format!("{fault}.git.test")).exits(128).says(UNVERIFIED);
    }
    assert_eq!(home.seen_https(), []);
}

fn git_names_a_wrong_host() {
    let home = Home::fresh("tls");
    home.trust_lab_root();
    let expected =
        "certificate subject name (other.example.test) does not match target host name 'wronghost.git.test'";
    ls_remote(&home, "wronghost.git.test").exits(128).says(expected);
}

fn openssl_tells_the_faults_apart() {
    let home = Home::fresh("tls");
    let root = Lab::get().root_ca();
    // Verify codes of openssl-verification-options(1); the first that was met.
    for (fault, code) in
        [("nochain", 20), ("expired", 10), ("wronghost", 62), ("selfsigned", 18), ("untrusted", 20)]
    {
        let host = format!("{fault}.git.test");
        let output = home.run([
            "openssl",
            "s_client",
            "-connect",
            &format!("{host}:443"),
            "-servername",
            &host,
            "-verify_hostname",
            &host,
            "-verify_return_error",
            "-CAfile",
            root.to_str().expect("a path"),
        ]);
        output.says(&format!("verify error:num={code}:"));
    }
}

fn public_site_needs_no_setting() {
    let home = Home::fresh("tls");
    ls_remote(&home, "public.test").ok();
    home.run(["curl", "-sS", "https://public.test/ok.txt"]).ok().says("ok");
    home.run(["curl", "-sS", "https://git.test/ok.txt"])
        .exits(60)
        .says("unable to get local issuer certificate");
}

fn unknown_name_does_not_resolve() {
    let home = Home::fresh("tls");
    ls_remote(&home, "nosuch.git.test").exits(128).says("Could not resolve host: nosuch.git.test");
    home.run(["getent", "hosts", "nosuch.git.test"]).exits(2);
}
