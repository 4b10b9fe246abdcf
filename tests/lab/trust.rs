//! Who trusts a private root, client by client, with the real ones: in a session of the profile that brings it and not
//! outside; in all that the user runs after `ca install --scope machine`, and not after its uninstall. Public hosts are
//! reached all the while.

use crate::routing_tenants::make_store;
use crate::support::{Home, Lab, Output, trial};
use libtest_mimic::Trial;
use std::path::Path;
use std::process::Command;
use std::sync::Once;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("trust_sessions_every_client", every_client),
        trial("trust_sessions_through_a_proxy_that_opens_tls", through_a_proxy),
        trial("trust_sessions_own_settings_of_java", own_settings_of_java),
        trial("trust_machine_every_client", machine),
        trial("trust_machine_browsers_database", browsers_database),
        trial("trust_machine_systems_store", systems_store),
    ]
}

/// A client: how it fetches `$URL`, what shows that it got past TLS when it does not end with 0, and what it says when
/// it does not trust.
struct Client {
    name: &'static str,
    command: &'static str,
    past_tls: &'static str,
    refuses: &'static str,
}

impl Client {
    fn reached(&self, output: &Output) -> bool {
        let said = format!("{}{}", output.stdout, output.stderr);
        let past = !self.past_tls.is_empty() && said.contains(self.past_tls) && !said.contains(self.refuses);
        output.code == Some(0) || past
    }
}

const JAVA: &str = "import java.net.*;\npublic class Get {\n  public static void main(String[] a) throws Exception {\n    \
    System.out.println(((HttpURLConnection) new URL(a[0]).openConnection()).getResponseCode());\n  }\n}\n";

const PYTHON: &str =
    "python3 -c \"import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).status)\" $URL";

const CLIENTS: &[Client] = &[
    Client { name: "curl", command: "curl -sS $URL", past_tls: "", refuses: "SSL certificate problem" },
    Client {
        name: "wget",
        command: "wget -q -O - $URL || wget -O - $URL",
        past_tls: "",
        refuses: "is not trusted",
    },
    Client {
        name: "openssl",
        command: "openssl s_client -verify_return_error -brief -connect $HOST:443 </dev/null",
        past_tls: "",
        refuses: "unable to get local issuer certificate",
    },
    Client { name: "python", command: PYTHON, past_tls: "", refuses: "CERTIFICATE_VERIFY_FAILED" },
    Client {
        name: "requests",
        command: "PYTHONPATH=$CLIENTS python3 -c \"import sys, requests; print(requests.get(sys.argv[1]).status_code)\" $URL",
        past_tls: "",
        refuses: "CERTIFICATE_VERIFY_FAILED",
    },
    Client {
        name: "httpx",
        command: "PYTHONPATH=$CLIENTS python3 -c \"import sys, httpx; print(httpx.get(sys.argv[1]).status_code)\" $URL",
        past_tls: "",
        refuses: "CERTIFICATE_VERIFY_FAILED",
    },
    Client {
        name: "pip",
        command: "python3 -m pip download --disable-pip-version-check --no-cache-dir --retries 0 --no-deps -v --index-url $URL nothing",
        past_tls: "No matching distribution",
        refuses: "CERTIFICATE_VERIFY_FAILED",
    },
    Client {
        name: "uv",
        command: "$CLIENTS/bin/uv pip install --python /usr/bin/python3 --no-cache --target t --index-url $URL nothing",
        past_tls: "was not found",
        refuses: "UnknownIssuer",
    },
    Client {
        name: "node",
        command: "node -e \"require('https').get(process.argv[1], r => { console.log(r.statusCode); r.destroy() }).on('error', e => { console.error(e.code); process.exit(1) })\" $URL",
        past_tls: "",
        refuses: "UNABLE_TO_",
    },
    Client {
        name: "npm",
        command: "npm view nothing --registry=$URL/ --fetch-retries=0",
        past_tls: "E404",
        refuses: "UNABLE_TO_",
    },
    Client {
        name: "java",
        command: "java Get.java $URL",
        past_tls: "",
        refuses: "PKIX path building failed",
    },
    Client {
        name: "go",
        command: "cd m && GOTOOLCHAIN=local GOFLAGS=-mod=mod GONOSUMDB='*' GOPRIVATE= GONOPROXY=none GOPROXY=$URL go mod download example.test/nothing@v1.0.0",
        past_tls: "404",
        refuses: "certificate signed by unknown authority",
    },
    Client {
        name: "cargo",
        command: "CARGO_NET_RETRY=0 CARGO_HOME=c cargo install --index sparse+$URL/ nothing",
        past_tls: "config.json not found",
        refuses: "SSL",
    },
];

/// A profile whose CA is the lab's private root, and what the clients need.
fn tenant(name: &str) -> Home {
    let home = Home::fresh(name);
    make_store(&home);
    let ca = Lab::get().root_ca();
    let ca = ca.to_str().expect("a path");
    home.doorkey(["profile", "add", "acme", "--host", "git.test", "--owner", "acme", "--ca", ca, "--yes"])
        .ok();
    home.write("Get.java", JAVA, 0o644);
    home.write("m/go.mod", "module m\n\ngo 1.19\n", 0o644);
    home
}

fn line(client: &Client, host: &str) -> String {
    format!("CLIENTS={} HOST={host} URL=https://{host}/ok.txt; {}", clients().display(), client.command)
}

/// requests, httpx and uv, where the lab's users can read them.
fn clients() -> &'static Path {
    static COPIED: Once = Once::new();
    let there = Path::new("/run/lab/clients");
    COPIED.call_once(|| {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients");
        let copied = Command::new("cp").arg("-r").arg(&from).arg(there).status();
        assert!(copied.is_ok_and(|status| status.success()), "{} is not there: tests/setup", from.display());
    });
    there
}

fn in_session(home: &Home, line: &str) -> Output {
    home.doorkey(["exec", "acme", "--", "sh", "-c", line])
}

fn every_client() {
    let home = tenant("trust_sessions");
    let mut wrong = Vec::new();
    for client in CLIENTS {
        for host in ["git.test", "public.test"] {
            let output = in_session(&home, &line(client, host));
            if !client.reached(&output) {
                wrong.push(format!("{} in the session, {host}: {output}", client.name));
            }
        }
        let output = home.run(["sh", "-c", &line(client, "git.test")]);
        let said = format!("{}{}", output.stdout, output.stderr);
        if client.reached(&output) || !said.contains(client.refuses) {
            wrong.push(format!("{} outside: {output}", client.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // git, by its own setting for the host; and its session is not the machine.
    in_session(&home, "git ls-remote https://git.test/acme/app.git 2>&1 | grep -v certificate").ok();
    home.run(["git", "ls-remote", "https://git.test/acme/app.git"])
        .exits(128)
        .says("certificate verification failed");
}

fn through_a_proxy() {
    let lab = Lab::get();
    let home = Home::fresh("trust_sessions");
    make_store(&home);
    let (ca, proxy) = (lab.proxy_ca(), lab.intercepting_proxy());
    let ca = ca.to_str().expect("a path");
    let words = [
        "profile",
        "add",
        "acme",
        "--host",
        "git.test",
        "--ca",
        ca,
        "--proxy",
        proxy,
        "--no-proxy",
        "public.test",
        "--yes",
    ];
    home.doorkey(words).ok();
    for name in ["curl", "wget", "python", "requests", "httpx", "pip", "uv", "npm", "go", "cargo"] {
        let client = CLIENTS.iter().find(|client| client.name == name).expect("a client");
        home.write("m/go.mod", "module m\n\ngo 1.19\n", 0o644);
        for host in ["git.test", "public.test"] {
            let output = in_session(&home, &line(client, host));
            assert!(client.reached(&output), "{name}, {host}: {output}");
        }
    }
}

/// What the user has set for Java stays outside.
fn own_settings_of_java() {
    let mut home = tenant("trust_sessions");
    home.set_env("JAVA_TOOL_OPTIONS", "-Djavax.net.ssl.trustStore=/nonexistent");
    let output = in_session(&home, "java Get.java https://git.test/ok.txt");
    output.ok().says("Picked up JAVA_TOOL_OPTIONS");
    assert_eq!(output.stdout.trim(), "200", "{output}");
}

/// Every client but Java, in a shell that read its start file (not in a login shell, whose PATH the system sets): before, after, and after it was taken away.
fn machine() {
    let lab = Lab::get();
    let home = Home::fresh("trust_machine");
    home.write("m/go.mod", "module m\n\ngo 1.19\n", 0o644);
    home.write(".profile", "# mine", 0o644);
    let ca = lab.root_ca();
    let ca = ca.to_str().expect("a path");
    let print =
        home.run(["openssl", "x509", "-in", ca, "-noout", "-fingerprint", "-sha256"]).ok().stdout.clone();
    let print = print.trim().split_once('=').expect("a fingerprint").1.to_owned();
    let clients: Vec<&Client> = CLIENTS.iter().filter(|client| client.name != "java").collect();
    let run = |client: &Client, host: &str| {
        home.run(["sh", "-c", &format!(". ~/.profile; {}", line(client, host))])
    };
    let refuse = |when: &str| {
        for client in &clients {
            let output = run(client, "git.test");
            let said = format!("{}{}", output.stdout, output.stderr);
            assert!(
                !client.reached(&output) && said.contains(client.refuses),
                "{when}: {}: {output}",
                client.name
            );
        }
        home.run(["git", "ls-remote", "https://git.test/acme/app.git"])
            .exits(128)
            .says("certificate verification failed");
    };
    refuse("before");
    home.doorkey(["ca", "install", ca, "--scope", "machine", "--fingerprint", &print, "--yes"]).ok();
    for client in &clients {
        // Node's public roots are built in; the lab's public one is in the system's store alone.
        let is_node = ["node", "npm"].contains(&client.name);
        for host in ["git.test", "public.test"].into_iter().filter(|host| !is_node || *host == "git.test") {
            let output = run(client, host);
            assert!(client.reached(&output), "{}, {host}: {output}", client.name);
        }
    }
    // Where no shell was: by the tools' own files.
    home.run(["curl", "-sS", "https://git.test/ok.txt"]).ok();
    home.run(["wget", "-q", "-O", "-", "https://git.test/ok.txt"]).ok();
    let output = home.run(["git", "-c", "credential.helper=", "ls-remote", "https://git.test/acme/app.git"]);
    assert!(!output.stderr.contains("certificate"), "{output}");
    home.doorkey(["ca", "uninstall", &print, "--scope", "machine", "--yes"]).ok();
    assert_eq!(home.read(".profile"), "# mine");
    refuse("after");
}

fn fingerprint(home: &Home, ca: &str) -> String {
    let said =
        home.run(["openssl", "x509", "-in", ca, "-noout", "-fingerprint", "-sha256"]).ok().stdout.clone();
    said.trim().split_once('=').expect("a fingerprint").1.to_owned()
}

/// Chromium's database of NSS, asked by NSS' own client in a handshake.
fn browsers_database() {
    let lab = Lab::get();
    let home = Home::fresh("trust_nss");
    let ca = lab.root_ca();
    let (ca, print) = (ca.to_str().expect("a path"), fingerprint(&home, ca.to_str().expect("a path")));
    home.run(["sh", "-c", "mkdir -p .pki/nssdb && certutil -N -d sql:.pki/nssdb --empty-password"]).ok();
    let client = || {
        let line = "printf 'GET /ok.txt HTTP/1.0\\r\\nHost: git.test\\r\\n\\r\\n' | timeout 10 tstclnt -d sql:.pki/nssdb -h git.test -p 443";
        home.run(["sh", "-c", line]).stdout.contains("200 OK")
    };
    assert!(!client(), "before");
    home.doorkey(["ca", "install", ca, "--scope", "machine", "--fingerprint", &print, "--yes"]).ok();
    assert!(client(), "after");
    let listed = home.run(["certutil", "-L", "-d", "sql:.pki/nssdb"]).ok().stdout.clone();
    let line = listed.lines().find(|line| line.starts_with("doorkey-")).unwrap_or_else(|| panic!("{listed}"));
    assert!(line.trim_end().ends_with("C,,"), "trusted for servers and nothing else: {line}");
    home.doorkey(["ca", "install", ca, "--scope", "machine", "--fingerprint", &print, "--yes"])
        .ok()
        .says("othing");
    home.doorkey(["undo", "--yes"]).ok();
    assert!(!client(), "undone");
    home.doorkey([
        "ca",
        "install",
        ca,
        "--scope",
        "machine",
        "--for",
        "nss",
        "--fingerprint",
        &print,
        "--yes",
    ])
    .ok();
    assert!(client(), "again");
    home.doorkey(["ca", "uninstall", &print, "--scope", "machine", "--yes"]).ok();
    assert!(!client(), "uninstalled");
    assert!(!home.run(["certutil", "-L", "-d", "sql:.pki/nssdb"]).ok().stdout.contains("doorkey-"));
    // Nobody but root changes the system's store, and that is said before anything happens.
    let system =
        ["ca", "install", ca, "--scope", "machine", "--for", "system", "--fingerprint", &print, "--yes"];
    home.doorkey(system).exits(3).says("it needs root");
}

/// Debian's store, by root, in a mount namespace of its own: the lab's is everybody's.
fn systems_store() {
    let home = Home::fresh("trust_system");
    let ca = Lab::get().root_ca();
    let (ca, print) = (ca.to_str().expect("a path"), fingerprint(&home, ca.to_str().expect("a path")));
    let script = format!(
        r#"set -eu
        HOME=$(mktemp -d) && export HOME && cd "$HOME"
        cp -a /etc/ssl ssl && mkdir local
        mount --bind ssl /etc/ssl
        mount --bind local /usr/local/share/ca-certificates
        update-ca-certificates --fresh >/dev/null
        cp /etc/ssl/certs/ca-certificates.crt before && ls -A /etc/ssl/certs > names
        doorkey() {{ /run/lab/bin/doorkey "$@" >said 2>&1 || {{ cat said; exit 9; }}; }}
        works() {{ curl -sS https://git.test/ok.txt && python3 -c 'import urllib.request as u; u.urlopen("https://git.test/ok.txt")'; }}
        if works 2>/dev/null; then echo trusted before; exit 1; fi
        install="ca install {ca} --scope machine --for system --fingerprint {print} --yes"
        doorkey $install
        works
        [ "$(ls local)" = doorkey-$(echo {print} | tr -d : | tr A-F a-f | cut -c1-16).crt ]
        doorkey $install
        grep -qi nothing said
        doorkey undo --yes
        if works 2>/dev/null; then echo trusted after undo; exit 1; fi
        doorkey $install
        works
        doorkey ca uninstall {print} --scope machine --yes
        if works 2>/dev/null; then echo trusted after uninstall; exit 1; fi
        cmp before /etc/ssl/certs/ca-certificates.crt
        ls -A /etc/ssl/certs | cmp names -
        [ -z "$(ls local)" ]
        "#
    );
    let output = Command::new("unshare")
        .args(["-m", "sh", "-c", &script])
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .output()
        .expect("unshare");
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
}
