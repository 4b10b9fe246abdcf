//! `ca forecast` against the runtimes themselves: for each fault a server, and openssl, Python and node with the root
//! configured; they accept or refuse as foreseen.

use crate::pki::{Made, ca_params, leaf_params, self_signed, signed_by};
use crate::server::{config, tls_server};
use rcgen::{CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, IsCa};
use serde_json::Value;
use std::process::Command;

const HOST: &str = "git.acme.test";

type Break = fn(&mut CertificateParams, &mut CertificateParams);

/// What is wrong, how it is made (root, leaf), the code.
const CASES: &[(Break, &str)] = &[
    (|_, _| {}, ""),
    (|root, _| basic(root, false), "root-basic-constraints-not-critical"),
    (|root, _| plain(root), "root-basic-constraints-missing"),
    (|root, _| root.key_usages.clear(), "root-key-usage-missing"),
    (
        |root, _| root.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
        "root-purposes-exclude-servers",
    ),
    (|root, _| root.not_after = rcgen::date_time_ymd(2024, 1, 1), "root-expired"),
    (|_, leaf| leaf.use_authority_key_identifier_extension = false, "leaf-authority-key-missing"),
    (|_, leaf| leaf.subject_alt_names.clear(), "leaf-names-missing"),
];

/// No basicConstraints; the key identifier is added by hand.
fn plain(params: &mut CertificateParams) {
    params.is_ca = IsCa::NoCa;
    params.custom_extensions.push(CustomExtension::from_oid_content(&[2, 5, 29, 14], vec![4, 4, 1, 2, 3, 4]));
    params.key_identifier_method = rcgen::KeyIdMethod::PreSpecified(vec![1, 2, 3, 4]);
}

fn basic(params: &mut CertificateParams, critical: bool) {
    plain(params);
    let mut extension = CustomExtension::from_oid_content(&[2, 5, 29, 19], vec![0x30, 3, 1, 1, 0xff]);
    extension.set_criticality(critical);
    params.custom_extensions.push(extension);
}

fn made(change: Break) -> (Made, Made) {
    let mut root = ca_params("Forecast Root CA");
    let mut leaf = leaf_params(&[HOST]);
    leaf.not_after = root.not_after;
    change(&mut root, &mut leaf);
    let root = self_signed(root);
    let leaf = signed_by(leaf, &root);
    (root, leaf)
}

/// Each runtime here by its name in the forecast, and whether it takes the server.
fn tried(ca: &str, port: u16) -> Vec<(&'static str, bool)> {
    let ok = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", "/nonexistent");
        command.stdin(std::process::Stdio::null()).output().expect(program).status.success()
    };
    let address = format!("127.0.0.1:{port}");
    let openssl = ok(
        "openssl",
        &[
            "s_client",
            "-verify_return_error",
            "-brief",
            "-CAfile",
            ca,
            "-verify_hostname",
            HOST,
            "-servername",
            HOST,
            "-connect",
            &address,
        ],
    );
    let script = "import socket, ssl, sys\n\
        c = ssl.create_default_context(cafile=sys.argv[1])\n\
        c.wrap_socket(socket.create_connection(('127.0.0.1', int(sys.argv[2]))), server_hostname=sys.argv[3]).recv(1)\n";
    let port = port.to_string();
    let python = ok("/usr/bin/python3", &["-c", script, ca, &port, HOST]);
    let strict = ok("/usr/bin/python3", &["-c", "import sys; sys.exit(sys.version_info < (3, 13))"]);
    let script = "const s = require('tls').connect({host: '127.0.0.1', port: +process.argv[2], servername: process.argv[3],\
        ca: require('fs').readFileSync(process.argv[1])}, () => { s.destroy(); process.exit(0) });\
        s.on('error', () => process.exit(1));";
    let node = ok("node", &["-e", script, ca, &port, HOST]);
    vec![
        ("OpenSSL", openssl),
        (if strict { "Python since 3.13" } else { "Python to 3.12" }, python),
        ("Node.js", node),
    ]
}

#[test]
fn the_runtimes_do_as_foreseen() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for (change, code) in CASES {
        let (root, leaf) = made(*change);
        let ca = folder.path().join("root.pem");
        std::fs::write(&ca, root.pem()).unwrap();
        let both = folder.path().join("both.pem");
        std::fs::write(&both, format!("{}{}", leaf.pem(), root.pem())).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorkey"));
        command
            .args(["ca", "forecast", both.to_str().unwrap(), "--json"])
            .env_clear()
            .env("HOME", folder.path());
        let output = command.env("PATH", "/usr/bin:/bin").output().unwrap();
        let json: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{code}: {e}: {output:?}"));
        let codes: Vec<&str> =
            json["faults"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
        // The lab's leaf is long-lived, which is Apple's alone to refuse.
        let own: Vec<&&str> = codes.iter().filter(|c| **c != "leaf-too-long").collect();
        assert_eq!(own, [code].into_iter().filter(|c| !c.is_empty()).collect::<Vec<_>>(), "{json:#}");
        let port = tls_server(config(&leaf, &[&leaf.der])).port();
        for (name, accepted) in tried(ca.to_str().unwrap(), port) {
            let row = json["runtimes"].as_array().unwrap().iter().find(|r| r["name"] == name).expect(name);
            if row["accepts"] != accepted {
                wrong.push(format!("{code:?}: {name}: foreseen {}, in fact {accepted}", row["accepts"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_ticket_names_field_clause_and_wish() {
    let folder = tempfile::tempdir().unwrap();
    let (root, _) = made(|root, _| root.key_usages.clear());
    std::fs::write(folder.path().join("root.pem"), root.pem()).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorkey"));
        command.args(["ca", "forecast"]).args(arguments).current_dir(folder.path()).env_clear();
        command.env("HOME", folder.path()).env("PATH", "/usr/bin:/bin").output().unwrap()
    };
    let output = run(&["root.pem"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("1. The root has no keyUsage (RFC 5280 section 4.2.1.3).\n     Refused by Python since 3.13. Please add keyUsage"), "{said}");
    assert!(!said.contains(folder.path().to_str().unwrap()), "no path of this machine: {said}");
    assert!(said.contains("no certificate that it signed was seen"), "{said}");
    let (root, _) = made(|_, _| {});
    std::fs::write(folder.path().join("root.pem"), root.pem()).unwrap();
    assert_eq!(run(&["root.pem"]).status.code(), Some(0));
    for (arguments, code) in
        [(&["missing.pem"][..], 3), (&["root.pem", "--direct"], 2), (&["root.pem", "--root", "root.pem"], 2)]
    {
        assert_eq!(run(arguments).status.code(), Some(code), "{arguments:?}");
    }
}
