//! A tenant's proxy and CA hold for its own routes, in every spelling that leads there, and for nobody else's.

use crate::home::Home;

const PROXY: &str = "http://proxy.acme.test:3128";

/// acme with a proxy, globex without, both on one host.
fn two_tenants(host: &str) -> Home {
    let home = Home::empty();
    let add = |name: &str, more: &[&str]| {
        let arguments = ["profile", "add", name, "--host", host, "--owner", name, "--yes"];
        home.run(&[&arguments[..], more].concat()).ok();
    };
    add("acme", &["--proxy", PROXY]);
    add("globex", &[]);
    home.run(&["route", "add", &format!("https://{host}/partner/shared"), "acme", "--yes"]).ok();
    home.run(&["use", "acme", "--yes"]).ok();
    home
}

fn proxy_of(home: &Home, url: &str) -> String {
    let mut command = home.program("git");
    command.args(["config", "--get-urlmatch", "http.proxy", url]);
    String::from_utf8(command.output().unwrap().stdout).unwrap().trim().to_owned()
}

#[test]
fn a_repository_has_its_proxy_with_and_without_the_ending() {
    let home = two_tenants("git.test");
    for path in ["partner/shared", "partner/shared.git", "partner/shared.git/info/refs", "acme/app.git"] {
        assert_eq!(proxy_of(&home, &format!("https://git.test/{path}")), PROXY, "{path}");
    }
    for path in ["partner/shared2.git", "partner/other", "globex/app.git", "acme.git/x", "acme-labs/x"] {
        assert_eq!(proxy_of(&home, &format!("https://git.test/{path}")), "", "{path}");
    }
}
