//! The lab's two proxies.

use crate::support::{Home, HttpsSeen, Lab, Output, homes_have_addresses, trial};
use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("lab_proxy_intercepts", intercepts),
        trial("lab_proxy_checks_upstream", checks_upstream),
        trial("lab_proxy_tunnel_wants_its_account", tunnel_wants_its_account),
    ]
}

fn through(home: &Home, proxy: &str, ca: &std::path::Path) -> Output {
    let url = format!("https://{}@git.test/acme/app.git", Lab::get().identity("acme").pair());
    let (proxy, ca) = (format!("http.proxy={proxy}"), format!("http.sslCAInfo={}", ca.display()));
    home.run(["git", "-c", &proxy, "-c", &ca, "ls-remote", &url])
}

fn intercepts() {
    let (lab, home) = (Lab::get(), Home::fresh("proxy"));
    let proxy = lab.intercepting_proxy();
    through(&home, proxy, &lab.root_ca()).exits(128).says("server certificate verification failed.");
    let before = lab.mark();
    through(&home, proxy, &lab.proxy_ca()).ok().says("refs/heads/main");
    if homes_have_addresses() {
        assert_eq!(home.seen_https(), [], "nothing came directly");
    }
    let seen = lab.seen_https(&before);
    let relayed = |seen: &HttpsSeen| seen.client.to_string() == "127.0.0.1";
    assert!(seen.iter().any(|seen| relayed(seen) && seen.identity.as_deref() == Some("acme")), "{seen:#?}");
}

fn checks_upstream() {
    let (lab, home) = (Lab::get(), Home::fresh("proxy"));
    let (proxy, ca) = (lab.intercepting_proxy(), lab.proxy_ca());
    for (host, status, text) in [
        ("git.test", "200", "ok"),
        ("nochain.git.test", "502", "unable to get local issuer certificate"),
        ("expired.git.test", "502", "certificate has expired"),
        ("wronghost.git.test", "502", "mismatch"),
    ] {
        let url = format!("https://{host}/ok.txt");
        let ca = ca.to_str().expect("a path");
        let output =
            home.run(["curl", "-sS", "-x", proxy, "--cacert", ca, "-w", " status %{http_code}", &url]);
        output.says(&format!(" status {status}")).says(text);
    }
}

fn tunnel_wants_its_account() {
    let (lab, home) = (Lab::get(), Home::fresh("proxy"));
    let proxy = lab.tunnel_proxy();
    through(&home, proxy, &lab.root_ca()).exits(128).says("CONNECT tunnel failed, response 407");
    let with = |account: &str| proxy.replace("://", &format!("://{account}@"));
    through(&home, &with("corpuser:wrong"), &lab.root_ca()).exits(128).says("response 407");
    through(&home, &with(lab.proxy_account()), &lab.root_ca()).ok().says("refs/heads/main");
    let seen = home.seen_connects();
    assert!(seen.iter().all(|seen| seen.target == "git.test:443"), "{seen:#?}");
    let last = seen.last().expect("a request");
    assert_eq!((last.account.as_deref(), last.status), (Some(lab.proxy_account()), 200));
}
