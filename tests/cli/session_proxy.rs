//! In a session every tool goes the profile's way, and no setting of the user's leads elsewhere.

use crate::counting::Counting;
use crate::home::Home;
use serde_json::Value;
use std::collections::BTreeMap;

/// Where each tool would go, asked in a session of the profile.
fn ways(home: &Home, url: &str) -> BTreeMap<String, String> {
    let doorkey = env!("CARGO_BIN_EXE_doorkey");
    let ran = home.run(&["exec", "net", "--", doorkey, "inspect", "proxy", "--for", url, "--json"]).ok();
    let json: Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {ran:#?}"));
    let tools = json["urls"][0]["tools"].as_array().unwrap();
    let way = |tool: &Value| tool["proxy"].as_str().or(tool["goes"].as_str()).unwrap().to_owned();
    tools.iter().map(|tool| (tool["tool"].as_str().unwrap().to_owned(), way(tool))).collect()
}

fn tenant(proxy: &str, direct: &str) -> Home {
    let home = Home::prepared();
    let other = "http://127.0.0.1:1";
    home.write(".curlrc", format!("proxy = {other}\nuser = ada:c0rrect\n"), 0o600);
    home.write(
        ".wgetrc",
        format!("https_proxy = {other}\nhttp_proxy = {other}\npassword = c0rrect\n"),
        0o600,
    );
    home.write(".npmrc", format!("proxy={other}\n"), 0o600);
    home.write(".config/pip/pip.conf", format!("[global]\nproxy = {other}\n"), 0o600);
    home.write(".cargo/config.toml", format!("[http]\nproxy = \"{other}\"\n"), 0o600);
    let words = [
        "profile",
        "add",
        "net",
        "--host",
        "git.net.invalid",
        "--proxy",
        proxy,
        "--no-proxy",
        direct,
        "--yes",
    ];
    home.run(&words).ok();
    home
}

#[test]
fn every_tool_goes_the_profiles_way() {
    let home = tenant("http://proxy.test:3128", "localhost,.corp.invalid,*.lab.invalid,own.invalid,10.0.0.7");
    // The daemon is started by the system; yarn 2 knows no exceptions.
    let differs = |url: &str, wanted: &str| -> Vec<(String, String)> {
        let all = ways(&home, url);
        assert!(all.len() > 15, "{all:?}");
        let counts =
            |tool: &str| !tool.starts_with("docker") && (wanted != "direct" || !tool.starts_with("yarn 2"));
        all.into_iter().filter(|(tool, way)| counts(tool) && way != wanted).collect()
    };
    for url in ["https://git.net.invalid/x", "http://git.net.invalid/x", "https://corp.invalid.test/"] {
        assert_eq!(differs(url, "http://proxy.test:3128"), [], "{url}");
    }
    for url in [
        "https://corp.invalid/",
        "https://sub.corp.invalid/",
        "http://sub.corp.invalid:8080/",
        "https://a.lab.invalid/",
        "https://own.invalid/",
        "https://a.own.invalid/",
        "https://localhost/",
        "https://10.0.0.7/",
    ] {
        assert_eq!(differs(url, "direct"), [], "{url}");
    }
}

/// The programs themselves: none asks the proxy of the user's own settings, nor sends what stands there.
#[test]
fn settings_of_the_user_stay_outside() {
    let proxy = Counting::open();
    let home = tenant(&format!("http://{}", proxy.address), "localhost");
    for (tool, line) in [
        ("curl", "curl -v -s -m 5 http://git.net.invalid/x"),
        ("wget", "wget -d -t 1 -T 5 -O /dev/null http://git.net.invalid/x"),
        ("npm", "npm view x --fetch-retries=0 --registry http://git.net.invalid/x"),
        ("pip", "python3 -m pip download --no-deps --retries 0 -i https://git.net.invalid/x x"),
    ] {
        proxy.forget();
        // In a folder of its own: npm takes a file of the folder for the project's.
        let line = format!("mkdir -p w && cd w && {line}");
        let ran = home.run(&["exec", "net", "--", "sh", "-c", &line]);
        assert!(proxy.seen() > 0, "{tool}: {ran:#?}");
        assert!(!format!("{ran:?}").contains("Authorization"), "{tool}: {ran:#?}");
    }
}
