//! The lab's certificates: a corporate root with an intermediate, one leaf for each fault, a proxy's root, and a stand-in
//! for a public root. Made anew at each start; nothing is kept.

use super::namespace::ROOT;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyIdMethod, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use sha1::Digest;
use std::fs;
use std::path::{Path, PathBuf};

/// A certificate authority: its certificate, and what it signs with.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// Folder of all certificates and keys.
pub(crate) fn folder() -> PathBuf {
    Path::new(ROOT).join("pki")
}

/// Writes for each server name CASE of nginx `CASE.pem` (what the server sends) and `CASE.key`, and the roots.
pub(crate) fn make() {
    fs::create_dir_all(folder()).expect("a folder");
    let root = Authority::root("Lab Corp", "Lab Corp Root CA");
    let intermediate = root.intermediate("Lab Corp", "Lab Corp Issuing CA 1");
    write("root.crt", &root.pem);
    write("intermediate.crt", &intermediate.pem);

    let whole = |leaf: String| leaf + &intermediate.pem;
    write(
        "good.pem",
        &whole(intermediate.leaf("good", &["git.test", "tenant-a.git.test", "tenant-b.git.test"])),
    );
    write("nochain.pem", &intermediate.leaf("nochain", &["nochain.git.test"]));
    write("expired.pem", &whole(intermediate.leaf("expired", &["expired.git.test"])));
    write("wronghost.pem", &whole(intermediate.leaf("wronghost", &["other.example.test"])));
    write("selfsigned.pem", &self_signed("selfsigned", "selfsigned.git.test"));

    let stranger = Authority::root("Stranger", "Stranger Root CA");
    write("untrusted.pem", &stranger.leaf("untrusted", &["untrusted.git.test"]));

    let public = Authority::root("Public Trust", "Public Root CA");
    write("public-root.crt", &public.pem);
    write("public.pem", &public.leaf("public", &["public.test"]));

    let proxy = Authority::root("Lab Corp", "Lab Corp Proxy Interception CA");
    write("proxy-ca.crt", &proxy.pem);
    write("proxy-ca-and-key.pem", &(proxy.issuer.key().serialize_pem() + &proxy.pem));
}

impl Authority {
    fn root(organisation: &str, name: &str) -> Self {
        let (params, key) = authority_params(organisation, name, BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).expect("a root").pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    fn intermediate(&self, organisation: &str, name: &str) -> Self {
        let (params, key) = authority_params(organisation, name, BasicConstraints::Constrained(0));
        let pem = params.signed_by(&key, &self.issuer).expect("an intermediate").pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// Writes CASE.key and returns the leaf in PEM. The case `expired` ended in 2024.
    fn leaf(&self, case: &str, names: &[&str]) -> String {
        let (params, key) = leaf_params(case, names);
        write(&format!("{case}.key"), &key.serialize_pem());
        params.signed_by(&key, &self.issuer).expect("a leaf").pem()
    }
}

fn self_signed(case: &str, name: &str) -> String {
    let (params, key) = leaf_params(case, &[name]);
    write(&format!("{case}.key"), &key.serialize_pem());
    params.self_signed(&key).expect("a leaf").pem()
}

fn authority_params(organisation: &str, name: &str, limit: BasicConstraints) -> (CertificateParams, KeyPair) {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, organisation);
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(limit);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.use_authority_key_identifier_extension = true;
    params.not_before = date_time_ymd(2024, 1, 1);
    params.not_after = date_time_ymd(2044, 1, 1);
    let key = KeyPair::generate().expect("a key");
    // RFC 5280 section 4.2.1.2 method 1, which mitmproxy takes for granted; rcgen's own choice is another.
    params.key_identifier_method =
        KeyIdMethod::PreSpecified(sha1::Sha1::digest(key.public_key_raw()).to_vec());
    (params, key)
}

fn leaf_params(case: &str, names: &[&str]) -> (CertificateParams, KeyPair) {
    let mut params =
        CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>()).expect("names");
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, names[0]);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.not_before = date_time_ymd(2024, 1, 1);
    params.not_after = if case == "expired" { date_time_ymd(2024, 4, 1) } else { date_time_ymd(2044, 1, 1) };
    (params, KeyPair::generate().expect("a key"))
}

fn write(name: &str, content: &str) {
    fs::write(folder().join(name), content).expect("a file of the certificates");
}
