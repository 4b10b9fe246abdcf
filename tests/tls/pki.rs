//! Small PKIs made for one test.

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// 2026-06-01T00:00:00Z: the moment the tests take for now, whatever the clock of the machine says.
pub(crate) const NOW: i64 = 1_780_272_000;
pub(crate) const DAY: i64 = 86_400;

/// A certificate with its key.
pub(crate) struct Made {
    pub(crate) der: CertificateDer<'static>,
    pub(crate) params: CertificateParams,
    pub(crate) key: KeyPair,
}

impl Made {
    pub(crate) fn pem(&self) -> String {
        pem_of(&self.der)
    }

    pub(crate) fn private_key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der()))
    }
}

pub(crate) fn pem_of(der: &[u8]) -> String {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|l| std::str::from_utf8(l).expect("ASCII")).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// What a certificate shall be; the rest is as a careful CA would do it.
pub(crate) fn params(common_name: &str, names: &[&str], from: i64, to: i64) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("names");
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, "Lab");
    name.push(DnType::CommonName, common_name);
    params.distinguished_name = name;
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = epoch + seconds(from);
    params.not_after = epoch + seconds(to);
    params.use_authority_key_identifier_extension = true;
    params
}

fn seconds(count: i64) -> std::time::Duration {
    std::time::Duration::from_secs(u64::try_from(count).expect("after 1970"))
}

pub(crate) fn ca_params(common_name: &str) -> CertificateParams {
    let mut params = params(common_name, &[], NOW - 1000 * DAY, NOW + 3000 * DAY);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

pub(crate) fn leaf_params(names: &[&str]) -> CertificateParams {
    let mut params = params(names[0], names, NOW - 30 * DAY, NOW + 60 * DAY);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    params
}

/// Adds the URL of the issuer's certificate (authorityInfoAccess, caIssuers).
pub(crate) fn with_issuer_url(mut params: CertificateParams, url: &str) -> CertificateParams {
    let mut place = vec![0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x02, 0x86];
    place.push(u8::try_from(url.len()).expect("short"));
    place.extend(url.bytes());
    let mut value = vec![0x30, u8::try_from(place.len() + 2).expect("short"), 0x30];
    value.push(u8::try_from(place.len()).expect("short"));
    value.extend(place);
    params.custom_extensions.push(CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], value));
    params
}

pub(crate) fn self_signed(params: CertificateParams) -> Made {
    let key = KeyPair::generate().expect("key");
    let der = params.self_signed(&key).expect("signed").der().clone();
    Made { der, params, key }
}

pub(crate) fn signed_by(params: CertificateParams, issuer: &Made) -> Made {
    let key = KeyPair::generate().expect("key");
    let signer = Issuer::from_params(&issuer.params, &issuer.key);
    let der = params.signed_by(&key, &signer).expect("signed").der().clone();
    Made { der, params, key }
}

/// Root, intermediate and leaf for these names.
pub(crate) struct Three {
    pub(crate) root: Made,
    pub(crate) middle: Made,
    pub(crate) leaf: Made,
}

pub(crate) fn three(leaf: CertificateParams) -> Three {
    let root = self_signed(ca_params("Lab Root CA"));
    let middle = signed_by(ca_params("Lab Issuing CA 1"), &root);
    let leaf = signed_by(leaf, &middle);
    Three { root, middle, leaf }
}
