//! `doorkey ca inspect` over bundles of ten and a hundred thousand certificates, beside `openssl storeutl` in the same run.
//!
//! `cargo bench --bench certs` prints wall time, processor time and peak memory of alternating runs.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark may touch the machine and must fail loudly"
)]

mod measure;

use measure::{show, time};
use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, KeyPair, KeyUsagePurpose};
use std::io::Write;
use std::path::Path;

const RUNS: usize = 5;

/// Self-signed CA certificates, each with a name and number of its own; one key for a thousand, as making keys is slow.
fn make(path: &Path, count: usize) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).expect("a file"));
    let mut key = KeyPair::generate().expect("a key");
    for number in 0..count {
        if number % 1000 == 0 {
            key = KeyPair::generate().expect("a key");
        }
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        let mut name = DistinguishedName::new();
        name.push(DnType::OrganizationName, "Bench");
        name.push(DnType::CommonName, format!("Bench Root CA {number}"));
        params.distinguished_name = name;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        file.write_all(params.self_signed(&key).expect("signed").pem().as_bytes()).expect("written");
    }
}

fn main() {
    // `cargo test --benches` only wants to see that it builds.
    if !std::env::args().any(|a| a == "--bench") {
        println!("run it with: cargo bench --bench certs");
        return;
    }
    let root = tempfile::tempdir().expect("a folder");
    let (ten, hundred) = (root.path().join("ten.pem"), root.path().join("hundred.pem"));
    make(&ten, 10_000);
    make(&hundred, 100_000);
    let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let ours = |path: &Path, more: &[&str]| {
        let mut arguments = vec!["ca".to_owned(), "inspect".into(), text(path)];
        arguments.extend(more.iter().map(|m| (*m).to_owned()));
        time(env!("CARGO_BIN_EXE_doorkey"), &arguments, root.path())
    };
    let theirs = |more: &[&str]| {
        let mut arguments: Vec<String> =
            ["storeutl", "-certs", "-noout"].iter().map(|w| (*w).to_owned()).collect();
        arguments.extend(more.iter().map(|m| (*m).to_owned()));
        arguments.push(text(&ten));
        time("openssl", &arguments, root.path())
    };
    let (mut lines, mut json, mut plain, mut shown, mut many) =
        <(Vec<_>, Vec<_>, Vec<_>, Vec<_>, Vec<_>)>::default();
    for run in 0..RUNS {
        lines.push(ours(&ten, &[]));
        plain.push(theirs(&[]));
        shown.push(theirs(&["-text"]));
        if run < 2 {
            json.push(ours(&ten, &["--json"]));
            many.push(ours(&hundred, &[]));
        }
    }
    println!("{:<44} {:>9} {:>9} {:>9} {:>9}", "", "median ms", "least", "processor", "peak KB");
    let ours = show("doorkey ca inspect, 10,000 certificates", lines);
    show("doorkey ca inspect --json, 10,000", json);
    let plain = show("openssl storeutl -certs -noout, 10,000", plain);
    let shown = show("openssl storeutl -certs -noout -text, 10,000", shown);
    show("doorkey ca inspect, 100,000 certificates", many);
    println!("{:.1} times as fast as openssl storeutl, {:.1} with -text", plain / ours, shown / ours);
}
