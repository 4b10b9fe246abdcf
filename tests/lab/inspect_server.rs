//! `doorkey inspect HOST:PORT`: each fault of a chain by its own cause, directly and through each proxy.

use crate::support::{Home, Lab, Output, trial};
use libtest_mimic::Trial;
use serde_json::Value;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("inspect_server_names_each_fault", each_fault),
        trial("inspect_server_through_proxies", through_proxies),
        trial("inspect_server_says_what_stood_in_the_way", what_stood_in_the_way),
        trial("ca_fetch_and_forecast_of_a_server", fetch_and_forecast),
    ]
}

fn seen(home: &Home, arguments: &[&str], code: i32) -> (Value, Output) {
    let whole = [&["inspect"][..], arguments].concat();
    let document = home.doorkey([&whole[..], &["--json"]].concat()).exits(code).stdout.clone();
    let people = home.doorkey(whole);
    people.exits(code);
    (serde_json::from_str(&document).unwrap_or_else(|e| panic!("{e}: {document}")), people)
}

fn codes(document: &Value) -> Vec<&str> {
    let causes = document["paths"]["causes"].as_array().expect("causes");
    causes.iter().map(|cause| cause["code"].as_str().expect("a code")).collect()
}

fn each_fault() {
    let home = Home::fresh("inspect_server");
    let (document, people) = seen(&home, &["public.test:443"], 0);
    assert_eq!(document["verdict"], "valid", "{document:#}");
    assert!(people.stdout.contains("valid: it leads to "), "{people}");
    // The private root is not one of the system's: the chain ends below it.
    for (host, code) in [
        ("git.test", "issuer-missing"),
        ("nochain.git.test", "issuer-missing"),
        ("selfsigned.git.test", "root-not-trusted"),
        ("untrusted.git.test", "issuer-missing"),
    ] {
        let (document, people) = seen(&home, &[&format!("{host}:443")], 1);
        assert_eq!(document["verdict"], "not-valid", "{document:#}");
        assert_eq!(codes(&document), [code], "{host}: {document:#}");
        assert_eq!(document["interceptor"], Value::Null);
        assert!(people.stdout.contains("not valid: it leads to no root of this system"), "{people}");
    }
    let sent = |host: &str| {
        let (document, _) = seen(&home, &[&format!("https://{host}/acme/app.git")], 1);
        document["handshake"]["chain"]["sent"].as_array().expect("certificates").len()
    };
    assert_eq!((sent("git.test"), sent("nochain.git.test")), (2, 1));
    // Nothing but a handshake was seen, and no request.
    assert_eq!(home.seen_https(), []);
    // Another name than the one that is asked for.
    let (document, _) = seen(&home, &["public.test:443", "--sni", "git.test"], 1);
    assert_ne!(codes(&document), Vec::<&str>::new(), "{document:#}");
}

fn through_proxies() {
    let (lab, home) = (Lab::get(), Home::fresh("inspect_server"));
    let (document, people) = seen(&home, &["git.test:443", "--proxy", lab.intercepting_proxy()], 1);
    assert_eq!(document["signed-directly-by"], "O=Lab Corp, CN=Lab Corp Issuing CA 1", "{document:#}");
    assert!(
        people.stdout.contains("opened by the proxy: past it, the server's certificate is signed by"),
        "{people}"
    );
    assert!(people.stdout.contains("--proxy names http://proxy.corp.test:3128"), "{people}");
    let (document, _) = seen(&home, &["git.test:443", "--proxy", lab.tunnel_proxy()], 3);
    assert_eq!(document["rungs"][2]["code"], "proxy-auth-required", "{document:#}");
    let account = format!("http://{}@proxy.corp.test:3130", lab.proxy_account());
    home.doorkey(["inspect", "git.test:443", "--proxy", &account]).exits(2).says("is seen by every program");
}

fn what_stood_in_the_way() {
    let home = Home::fresh("inspect_server");
    let (document, people) = seen(&home, &["nobody.test:443"], 3);
    assert_eq!(document["rungs"][0]["code"], "dns-no-such-name", "{people}");
    let (document, _) = seen(&home, &["git.test:81"], 3);
    assert_eq!(document["rungs"][1]["code"], "tcp-refused");
    let (document, people) = seen(&home, &["git.test:22"], 3);
    assert_eq!(document["rungs"][2]["code"], "tls-not-tls", "{people}");
    for wrong in [&["git.test"][..], &["git.test", "--sni", "a"], &["ssh", "--direct"], &["http://git.test/"]]
    {
        home.doorkey([&["inspect"], wrong].concat()).exits(2);
    }
}

/// A self-signed server sends its own root; a chain that ends below its root is said.
fn fetch_and_forecast() {
    let (lab, home) = (Lab::get(), Home::fresh("inspect_server"));
    let fetched = home.doorkey(["ca", "fetch", "git.test:443", "--json"]);
    fetched.exits(1);
    let said = format!("{}{}", fetched.stdout, fetched.stderr);
    assert!(
        said.contains("the root is not among what was sent") && said.contains("ask your administrator"),
        "{said}"
    );
    home.doorkey(["ca", "fetch", "nobody.test:443"]).exits(3);
    home.doorkey(["ca", "fetch", "git.test"]).exits(2);
    // What the proxy signs, with its root named.
    let (proxy, root) = (lab.intercepting_proxy(), lab.proxy_ca());
    let root = root.to_str().expect("a path");
    let arguments = ["ca", "forecast", "git.test:443", "--proxy", proxy, "--root", root, "--json"];
    let output = home.doorkey(arguments);
    let document: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|e| panic!("{e}: {output}"));
    assert_eq!(document["root"]["subject"], "O=Lab Corp, CN=Lab Corp Proxy Interception CA", "{document:#}");
    assert_eq!(document["leaf"]["dns-names"][0], "git.test", "{document:#}");
    let accepts = |name: &str| {
        let rows = document["runtimes"].as_array().expect("runtimes");
        rows.iter().find(|row| row["name"] == name).expect(name)["accepts"] == true
    };
    assert!(accepts("OpenSSL") && accepts("Go") && accepts("Node.js"), "{document:#}");
}
