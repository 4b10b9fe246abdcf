//! Which roots git uses: the real git is asked, with a server of our own.

use crate::pki::{self, Three, ca_params, params, pem_of, self_signed};
use crate::server::{config, serve};
use doorkey::probes::judge::{Expect, judge};
use doorkey::sys::Sys;
use doorkey::trust::bundle::Problem;
use doorkey::trust::git;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A chain that is valid by the real clock, which is the one git looks at.
fn lasting() -> Three {
    let mut leaf = params("localhost", &["localhost"], 1_600_000_000, 2_500_000_000);
    leaf.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    let mut root = ca_params("Git Root CA");
    root.not_after = rcgen::date_time_ymd(2049, 1, 1);
    let mut middle = ca_params("Git Issuing CA");
    middle.not_after = rcgen::date_time_ymd(2049, 1, 1);
    let root = self_signed(root);
    let middle = pki::signed_by(middle, &root);
    let leaf = pki::signed_by(leaf, &middle);
    Three { root, middle, leaf }
}

struct Case {
    env: Vec<(&'static str, String)>,
    config: Vec<(&'static str, String)>,
    /// Whether git gets through.
    trusts: bool,
    /// Whether git stops because the file itself is unusable.
    stops: bool,
}

#[test]
fn finds_the_roots_that_git_uses() {
    let pki = lasting();
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    };
    let good = write("good.pem", &pki.root.pem());
    let other = write("other.pem", &pem_of(&self_signed(ca_params("Other")).der));
    let junk = write("junk.pem", "no certificate\n");
    let missing = folder.path().join("missing.pem").to_str().expect("UTF-8").to_owned();
    let dir = folder.path().join("dir");
    std::fs::create_dir(&dir).expect("a folder");
    std::fs::write(dir.join("any-name.pem"), pki.root.pem()).expect("written");
    let dir = dir.to_str().expect("UTF-8").to_owned();

    let reached = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&reached);
    let server = Arc::new(config(&pki.leaf, &[&pki.leaf.der, &pki.middle.der]));
    let address = serve(move |stream| {
        let connection = rustls::ServerConnection::new(Arc::clone(&server)).expect("a connection");
        let mut tls = rustls::StreamOwned::new(connection, stream);
        if tls.read(&mut [0; 16]).is_ok_and(|count| count > 0) {
            heard.store(true, Ordering::SeqCst);
        }
    });
    let url = format!("https://localhost:{}/x.git", address.port());
    let own = format!("http.https://localhost:{}/.sslCAInfo", address.port());

    let case = |env: &[(&'static str, &str)], config: &[(&'static str, &str)], trusts, stops| Case {
        env: env.iter().map(|(k, v)| (*k, (*v).to_owned())).collect(),
        config: config.iter().map(|(k, v)| (*k, (*v).to_owned())).collect(),
        trusts,
        stops,
    };
    let cases = [
        case(&[], &[], false, false),
        case(&[("GIT_SSL_CAINFO", &good)], &[], true, false),
        case(&[], &[("http.sslCAInfo", &good)], true, false),
        case(&[], &[("OWN", &good)], true, false),
        case(&[], &[("http.sslCAInfo", &other), ("OWN", &good)], true, false),
        case(&[], &[("http.sslCAInfo", &good), ("OWN", &other)], false, false),
        // A stale variable defeats the configuration.
        case(&[("GIT_SSL_CAINFO", &other)], &[("OWN", &good)], false, false),
        case(&[("GIT_SSL_CAINFO", &missing)], &[("OWN", &good)], false, true),
        case(&[("GIT_SSL_CAINFO", &junk)], &[], false, false),
        case(&[("GIT_SSL_CAPATH", &dir)], &[], true, false),
        case(&[], &[("http.sslCAPath", &dir)], true, false),
        case(&[("GIT_SSL_CAPATH", &dir)], &[("http.sslCAInfo", &other)], true, false),
        case(&[("SSL_CERT_FILE", &good), ("CURL_CA_BUNDLE", &good)], &[], false, false),
        case(&[("GIT_SSL_CAINFO", "")], &[("http.sslCAInfo", &good)], false, true),
        case(&[], &[("http.sslCAInfo", "")], false, true),
        case(&[("GIT_SSL_CAPATH", "")], &[("http.sslCAInfo", &good)], true, false),
        case(&[("GIT_SSL_CAPATH", &missing)], &[("http.sslCAInfo", &good)], true, false),
        case(&[("GIT_SSL_CAINFO", &dir)], &[], false, true),
        case(&[("GIT_SSL_NO_VERIFY", "1")], &[], true, false),
        case(&[("GIT_SSL_NO_VERIFY", "")], &[], true, false),
        case(&[], &[("http.sslVerify", "false")], true, false),
        case(&[("GIT_SSL_NO_VERIFY", "0")], &[("http.sslVerify", "true")], true, false),
        case(&[], &[("http.sslVerify", "off"), ("http.sslCAInfo", &other)], true, false),
        case(&[], &[("http.sslVerify", "on"), ("http.sslCAInfo", &good)], true, false),
    ];
    let sys = Sys::capture();
    let mut wrong = Vec::new();
    for case in &cases {
        let mut command = Command::new("git");
        command.env_clear().env("PATH", std::env::var_os("PATH").expect("PATH"));
        command.env("HOME", folder.path()).env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_TERMINAL_PROMPT", "0");
        command.envs(case.env.iter().map(|(k, v)| (k, v)));
        for (key, value) in &case.config {
            command.args(["-c", &format!("{}={value}", if *key == "OWN" { own.as_str() } else { key })]);
        }
        reached.store(false, Ordering::SeqCst);
        command.args(["ls-remote", &url]).stdin(Stdio::null());
        let output = command.output().expect("git runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let git = reached.load(Ordering::SeqCst);

        let env = |name: &str| case.env.iter().find(|(k, _)| *k == name).map(|(_, v)| v.clone());
        let config = |asked: &str, key: &str| {
            assert_eq!(asked, url);
            let found = |wanted: &str| case.config.iter().find(|(k, _)| *k == wanted).map(|(_, v)| v.clone());
            (key == "http.sslCAInfo").then(|| found("OWN")).flatten().or_else(|| found(key))
        };
        let trust = git::look_in(&sys, &env, config, &url);
        let sent = [pki.leaf.der.clone(), pki.middle.der.clone()];
        let stops = trust.stops_git();
        let judged = judge(&sent, &Expect::new("localhost", &trust.roots, sys.now())).is_ok();
        let ours = trust.unverified_by.is_some() || (judged && stops.is_none());
        if (git, ours, stops.is_some()) != (case.trusts, case.trusts, case.stops) {
            wrong.push(format!(
                "{:?} {:?}: git {git} ({}), doorkey {ours}, stops {stops:?}",
                case.env,
                case.config,
                said.trim()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn says_which_setting_won_and_which_lost() {
    let sys = Sys::capture();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, self_signed(ca_params("Mine")).pem()).expect("written");
    let env = |name: &str| (name == "GIT_SSL_CAINFO").then(|| "/nonexistent/ca.pem".to_owned());
    let config =
        |_: &str, key: &str| (key == "http.sslCAInfo").then(|| file.to_str().expect("UTF-8").to_owned());
    let trust = git::look_in(&sys, &env, config, "https://git.test/");
    assert_eq!(trust.places[0].source.setting, "GIT_SSL_CAINFO");
    assert_eq!(trust.places[0].bundle.problem, Some(Problem::Missing));
    assert_eq!(trust.shadowed[0].path, file);
    assert!(trust.in_words(&sys).starts_with("GIT_SSL_CAINFO /nonexistent/ca.pem is not there"));
    let trust = git::look_in(&sys, &|_| None, config, "https://git.test/");
    assert_eq!(trust.places[0].bundle.certs.len(), 1);
    assert!(trust.shadowed.is_empty());
    if Path::new("/etc/debian_version").exists() {
        assert!(trust.with_system && trust.roots.len() > 100, "{}", trust.roots.len());
    }
    let json = serde_json::to_value(&trust).expect("JSON");
    assert_eq!(json["places"][0]["setting"], "http.sslCAInfo");
}
