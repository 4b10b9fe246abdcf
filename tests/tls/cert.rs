//! The certificate summary, compared with what `openssl x509` says of the same bytes.

use crate::openssl::{openssl, said};
use crate::pki::{self, DAY, NOW};
use doorkey::formats::cert::{self, Cert, CertError};
use doorkey::formats::pem;

fn ask(der: &[u8], arguments: &[&str]) -> String {
    let mut all = vec!["x509", "-inform", "DER", "-noout"];
    all.extend(arguments);
    let output = openssl(&all, der);
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn compare(der: &[u8]) {
    let cert = Cert::read(der).expect("a certificate");
    let options = "esc_2253,esc_ctrl,utf8,sep_comma_plus_space,sname";
    let subject = ask(der, &["-subject", "-nameopt", options]);
    // OpenSSL joins the parts of one RDN by " + ".
    let subject = subject.trim_start_matches("subject=").trim().replace(" + ", ", ");
    assert_eq!(cert.subject.to_string().replace("(no name)", ""), subject);
    let print = ask(der, &["-fingerprint", "-sha256"]);
    assert_eq!(print.rsplit('=').next(), Some(cert.fingerprint().as_str()));
    let text = ask(der, &["-text", "-certopt", "no_sigdump"]);
    assert!(text.contains(&format!("Signature Algorithm: {}", cert.signature)), "{}\n{text}", cert.signature);
    assert!(text.contains(&format!("({} bit)", cert.key.bits)), "{}\n{text}", cert.key);
    assert_eq!(text.contains("CA:TRUE"), cert.is_ca);
    assert!(text.contains(&format!("Version: {} ", cert.version)));
    assert_eq!(text.contains("Name Constraints"), cert.name_constraints);
    for name in &cert.dns_names {
        assert!(text.contains(&format!("DNS:{name}")), "{name}\n{text}");
    }
    if let Some(id) = &cert.subject_key_id {
        let colons: Vec<String> =
            id.as_bytes().chunks(2).map(|c| String::from_utf8_lossy(c).to_uppercase()).collect();
        assert!(text.contains(&colons.join(":")));
    }
    for url in &cert.issuer_urls {
        assert!(text.contains(&format!("CA Issuers - URI:{url}")));
    }
    let start = ask(der, &["-startdate", "-dateopt", "iso_8601"]);
    let end = ask(der, &["-enddate", "-dateopt", "iso_8601"]);
    for (said, seconds) in [(start, cert.not_before), (end, cert.not_after)] {
        let moment = jiff::Timestamp::from_second(seconds).expect("a date");
        let shown = moment.strftime("%F %TZ").to_string();
        assert!(said.ends_with(&shown), "{said} {shown}");
    }
}

#[test]
fn says_what_openssl_says() {
    let three = pki::three(pki::with_issuer_url(
        pki::leaf_params(&["git.test", "*.git.test", "192.0.2.7", "2001:db8::7"]),
        "http://aia.test/ca.crt",
    ));
    for made in [&three.root, &three.middle, &three.leaf] {
        compare(&made.der);
    }
    let leaf = Cert::read(&three.leaf.der).expect("leaf");
    assert_eq!(leaf.dns_names, ["git.test", "*.git.test"]);
    assert_eq!(leaf.ip_names, ["192.0.2.7", "2001:db8::7"]);
    assert_eq!(leaf.not_after, NOW + 60 * DAY);
    assert_eq!(leaf.key.to_string(), "EC P-256");
    assert_eq!(leaf.extended_key_usage.as_deref(), Some(&["serverAuth".to_owned()][..]));
    assert_eq!(leaf.key_usage.as_deref(), Some(&["digitalSignature".to_owned()][..]));
    assert_eq!(leaf.issuer_urls, ["http://aia.test/ca.crt"]);
    let middle = Cert::read(&three.middle.der).expect("middle");
    let root = Cert::read(&three.root.der).expect("root");
    assert!(leaf.names_as_issuer(&middle) && middle.names_as_issuer(&root));
    assert!(!leaf.names_as_issuer(&root));
    assert_eq!(leaf.is_signed_by(&middle), Some(true));
    assert_eq!(leaf.is_signed_by(&root), Some(false));
    assert!(root.is_self_issued() && root.is_self_signed() == Some(true));
    assert!(!leaf.is_self_issued());
    assert!(root.is_ca && !leaf.is_ca && !root.is_public_root());
}

#[test]
fn says_what_openssl_says_of_the_whole_system_bundle() {
    let bytes = std::fs::read("/etc/ssl/certs/ca-certificates.crt").expect("a system bundle");
    let certs = pem::read(&bytes).into_certs();
    // Every `openssl x509` costs tens of milliseconds: a spread is enough.
    for der in certs.iter().step_by(7) {
        compare(der);
    }
    let public = certs.iter().filter(|der| cert::is_public_root(&cert::fingerprint(der))).count();
    assert!(public > 80, "{public} of {} are public", certs.len());
}

#[test]
fn reads_rsa_and_hostile_names() {
    let made = openssl(
        &[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "/dev/null",
            "-days",
            "30",
            "-utf8",
            "-subj",
            "/O=Acme, Inc./OU=a\\+b/CN=\u{1b}[31mevil\u{202e}",
        ],
        b"",
    );
    let der = pem::read(&made.stdout).into_certs().remove(0);
    let cert = Cert::read(&der).expect("a certificate");
    assert_eq!(cert.key.to_string(), "RSA-2048");
    assert_eq!(cert.signature, "sha256WithRSAEncryption");
    let shown = cert.subject.to_string();
    assert!(shown.starts_with("O=Acme\\, Inc., OU=a\\+b, CN="), "{shown}");
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown}");
    assert_eq!(cert.subject.get("O"), Some("Acme, Inc."));
    assert!(serde_json::to_string(&cert).expect("JSON").contains("\"subject\":\"O=Acme"));
}

#[test]
fn refuses_what_is_no_certificate() {
    assert_eq!(Cert::read(b"").unwrap_err(), CertError::Malformed);
    assert_eq!(Cert::read(&[0x30, 0x03, 1, 2, 3]).unwrap_err(), CertError::Malformed);
    let mut der = pki::self_signed(pki::ca_params("Two")).der.to_vec();
    der.extend([0, 0]);
    assert_eq!(Cert::read(&der).unwrap_err(), CertError::Trailing(2));
}

#[test]
fn finds_public_roots_by_name() {
    let root = webpki_root_certs::TLS_SERVER_ROOT_CERTS[0].clone();
    let cert = Cert::read(&root).expect("a root");
    assert!(cert.is_public_root());
    let found = cert::public_root_named(cert.raw_issuer()).expect("found");
    assert!(found.is_public_root() && found.subject == cert.subject);
    assert!(cert::public_root_named(b"nobody").is_none());
}
