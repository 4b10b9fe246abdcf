//! The places that keep roots, as found on disk.

use crate::openssl::{openssl, said};
use crate::pki::{ca_params, leaf_params, self_signed, signed_by};
use doorkey::formats::pem::Fault;
use doorkey::sys::Sys;
use doorkey::trust::bundle::{Bundle, Problem, is_hash_name};
use doorkey::trust::env_vars::{self, Effect, JavaStore, Pointed, Variable};
use doorkey::trust::system::{self, Reader, sources_in};
use std::path::Path;

fn variables(set: &[(&str, &str)]) -> Vec<Variable> {
    let env = |name: &str| set.iter().find(|(k, _)| *k == name).map(|(_, v)| (*v).to_owned());
    env_vars::look_in(&Sys::capture(), &env)
}

fn only(set: &[(&str, &str)]) -> Variable {
    let mut found = variables(set);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn reads_the_system_bundle_whole() {
    let sys = Sys::capture();
    let trust = system::look(&sys);
    let summary = trust.bundle.summary(sys.now());
    assert!(trust.bundle.problem.is_none() && trust.bundle.damage.is_empty());
    let path = trust.bundle.path.to_str().expect("UTF-8");
    let text = std::fs::read_to_string(path).expect("text");
    assert_eq!(summary.certs, text.matches("BEGIN CERTIFICATE").count());
    assert_eq!(summary.certs, summary.public + summary.others.len() + summary.malformed);
    assert!(summary.public > 80 && summary.malformed == 0);
}

#[test]
fn says_what_each_variable_does_and_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let (root, mut old) = (self_signed(ca_params("Corporate Root")), ca_params("Old Root"));
    old.not_after = rcgen::date_time_ymd(2024, 1, 1);
    let old = self_signed(old);
    let broken = root.pem().replace("MII", "MI!");
    std::fs::write(path("ca.pem"), format!("{}{}{broken}", root.pem(), old.pem())).expect("written");
    let file = path("ca.pem");

    let variable = only(&[("NODE_EXTRA_CA_CERTS", &file), ("PATH", "/bin"), ("PIP_CERT", "")]);
    assert_eq!((variable.name, variable.effect), ("NODE_EXTRA_CA_CERTS", Effect::Adds));
    assert!(variable.tools.contains(&"npm") && !variable.fatal_when_missing);
    let Pointed::Pem { bundle, summary } = &variable.places[0] else { panic!("{variable:?}") };
    assert_eq!((summary.certs, summary.public, summary.others.len()), (2, 0, 2));
    assert!(summary.is_private_only());
    assert_eq!(summary.expired.iter().map(|n| n.name.as_str()).collect::<Vec<_>>(), ["Old Root"]);
    assert_eq!(bundle.damage.len(), 1);
    assert_eq!(bundle.damage[0].fault, Fault::BadBase64);
    let line = root.pem().lines().count() + old.pem().lines().count() + 2;
    assert_eq!(bundle.damage[0].line, line);

    let variable = only(&[("REQUESTS_CA_BUNDLE", "/nonexistent/ca.pem")]);
    assert_eq!((variable.effect, variable.fatal_when_missing), (Effect::Replaces, true));
    assert_eq!(variable.places[0].problem(), Some(Problem::Missing));

    let directory = folder.path().to_str().expect("UTF-8");
    assert_eq!(only(&[("AWS_CA_BUNDLE", directory)]).places[0].problem(), Some(Problem::NotAFile));
    assert_eq!(only(&[("SSL_CERT_DIR", &file)]).places[0].problem(), Some(Problem::NotAFolder));
    std::fs::write(path("empty.pem"), "no certificate\n").expect("written");
    assert_eq!(only(&[("DENO_CERT", &path("empty.pem"))]).places[0].problem(), Some(Problem::Empty));
    std::fs::write(path("key.pem"), format!("{}{}", root.key.serialize_pem(), root.pem())).expect("written");
    let variable = only(&[("CURL_CA_BUNDLE", &path("key.pem"))]);
    assert!(matches!(&variable.places[0], Pointed::Pem { bundle, .. } if bundle.private_key));

    // The same file under all names is read once, and the system's bundle is not private.
    let all: Vec<(&str, &str)> = env_vars::KNOWN
        .iter()
        .filter(|k| k.form == env_vars::Form::File)
        .map(|k| (k.name, "/etc/ssl/certs/ca-certificates.crt"))
        .collect();
    let found = variables(&all);
    assert_eq!(found.len(), all.len());
    for variable in found {
        let Pointed::Pem { summary, .. } = &variable.places[0] else { panic!("{variable:?}") };
        assert!(!summary.is_private_only() && summary.public > 80, "{}", variable.name);
    }
    let json = serde_json::to_value(variables(&[("SSL_CERT_FILE", &file)])).expect("JSON");
    assert_eq!(json[0]["places"][0]["summary"]["expired"][0]["name"], "Old Root");
    assert_eq!(json[0]["effect"], "differs");
}

#[test]
fn reads_folders_as_openssl_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, two) = (self_signed(ca_params("Hashed Root")), self_signed(ca_params("Unhashed Root")));
    let hash = openssl(&["x509", "-subject_hash", "-noout"], one.pem().as_bytes());
    let name = format!("{}.0", String::from_utf8_lossy(&hash.stdout).trim());
    assert!(is_hash_name(&name), "{name}");
    std::fs::write(folder.path().join(&name), one.pem()).expect("written");
    std::fs::write(folder.path().join("two.pem"), two.pem()).expect("written");
    let directory = folder.path().to_str().expect("UTF-8");

    let variable = only(&[("SSL_CERT_DIR", &format!("{directory}:/nonexistent"))]);
    let Pointed::Pem { summary, .. } = &variable.places[0] else { panic!("{variable:?}") };
    assert_eq!(summary.others.iter().map(|n| n.name.as_str()).collect::<Vec<_>>(), ["Hashed Root"]);
    assert_eq!(variable.places[1].problem(), Some(Problem::Missing));

    // openssl finds the one and not the other.
    for (root, found) in [(&one, true), (&two, false)] {
        let leaf = signed_by(leaf_params(&["git.test"]), root);
        let time = crate::pki::NOW.to_string();
        let verified = openssl(
            &["verify", "-CApath", directory, "-no-CAfile", "-no-CAstore", "-attime", &time],
            leaf.pem().as_bytes(),
        );
        assert_eq!(verified.status.success(), found, "{}", said(&verified));
    }
    assert!(!is_hash_name("ca.pem") && !is_hash_name("0123456g.0") && !is_hash_name("01234567.r0"));
}

#[test]
fn knows_who_reads_which_half_of_the_openssl_variables() {
    let sys = Sys::capture();
    let env = |name: &str| (name == "SSL_CERT_FILE").then(|| "/x/ca.pem".to_owned());
    let settings = |env: &dyn Fn(&str) -> Option<String>, reader| {
        sources_in(&sys, env, reader).into_iter().map(|s| (s.setting, s.is_folder)).collect::<Vec<_>>()
    };
    let own = |is_folder| ("SSL_CERT_FILE".to_owned(), is_folder);
    let system = |is_folder| ("system".to_owned(), is_folder);
    assert_eq!(settings(&env, Reader::OpenSsl), [own(false), system(true)]);
    assert_eq!(settings(&env, Reader::Go), [own(false), system(true)]);
    assert_eq!(settings(&env, Reader::Rustls), [own(false)]);
    assert_eq!(settings(&env, Reader::GnuTls), [system(false), system(true)]);
    assert_eq!(settings(&|_| None, Reader::Rustls), [system(false), system(true)]);
    let dirs = |name: &str| (name == "SSL_CERT_DIR").then(|| "/a:/b".to_owned());
    let found = sources_in(&sys, &dirs, Reader::Rustls);
    assert_eq!(
        found.iter().map(|s| s.path.as_path()).collect::<Vec<_>>(),
        [Path::new("/a"), Path::new("/b")]
    );
}

#[test]
fn looks_at_java_stores_from_outside() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    std::fs::write(path("a b.jks"), [0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2]).expect("written");
    std::fs::write(path("c.p12"), [0x30, 0x82, 1, 2]).expect("written");
    std::fs::write(path("d.pem"), self_signed(ca_params("Java")).pem()).expect("written");
    let look = |options: &str| {
        let variable = only(&[("JAVA_TOOL_OPTIONS", options)]);
        match &variable.places[0] {
            Pointed::Java { kind, has_password, problem, .. } => (*kind, *has_password, *problem),
            other => panic!("{other:?}"),
        }
    };
    let quoted = format!("-Xmx1g \"-Djavax.net.ssl.trustStore={}\"", path("a b.jks"));
    assert_eq!(look(&quoted), (JavaStore::Jks, false, None));
    let with =
        format!("-Djavax.net.ssl.trustStore={} -Djavax.net.ssl.trustStorePassword=changeit", path("c.p12"));
    assert_eq!(look(&with), (JavaStore::Pkcs12, true, None));
    assert_eq!(look(&format!("-Djavax.net.ssl.trustStore={}", path("d.pem"))).0, JavaStore::Pem);
    assert_eq!(look("-Djavax.net.ssl.trustStore=/nonexistent").2, Some(Problem::Missing));
    assert!(variables(&[("JAVA_TOOL_OPTIONS", "-Xmx1g")]).is_empty());
    // The password of a store is nobody's business.
    let json = serde_json::to_string(&variables(&[("JAVA_TOOL_OPTIONS", &with)])).expect("JSON");
    assert!(!json.contains("changeit"), "{json}");
}

#[test]
fn finds_what_a_byte_order_mark_hides() {
    let root = self_signed(ca_params("Marked Root"));
    let bundle = Bundle::text(Path::new("x.pem"), format!("\u{feff}{}", root.pem()).as_bytes());
    assert!(bundle.bom && bundle.certs.len() == 1 && bundle.problem.is_none());
    let old = root.pem().replace("CERTIFICATE", "X509 CERTIFICATE");
    let bundle = Bundle::text(Path::new("x.pem"), old.as_bytes());
    assert_eq!((bundle.odd_labels, bundle.certs.len()), (1, 1));
    let twice = Bundle::text(Path::new("x.pem"), format!("{}{}", root.pem(), root.pem()).as_bytes());
    assert_eq!(twice.certs.len(), 1);
}
