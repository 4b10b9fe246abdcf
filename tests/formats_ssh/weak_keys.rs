//! Weak keys of each kind (vectors/README.md), and good keys of which nothing must be said.

use dashu_int::UBig;
use doorkey::formats::ssh_key::read;
use doorkey::weak_keys::{judge, shared};
use ssh_key::Mpint;
use ssh_key::public::{EcdsaPublicKey, Ed25519PublicKey, KeyData, RsaPublicKey};
use std::path::Path;
use std::process::Command;

fn vector(name: &str) -> KeyData {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats_ssh/vectors/weak").join(name);
    read(&std::fs::read(&path).unwrap()).public.unwrap_or_else(|why| panic!("{name}: {why}")).key
}

fn codes(key: &KeyData) -> Vec<&'static str> {
    judge(key).iter().map(|weakness| weakness.code).collect()
}

#[test]
fn each_kind_of_weakness_is_known() {
    for (file, expected) in [
        ("rsa-fermat-pkcs1.key", &["rsa-close-primes"] as &[_]),
        ("rsa-fermat-pkcs8.key", &["rsa-close-primes"]),
        ("rsa-roca.key", &["rsa-roca"]),
        ("rsa-e1.key", &["rsa-exponent"]),
        ("rsa-e-larger-n.key", &["rsa-exponent", "rsa-size"]),
        ("rsa-small-d.key", &["rsa-small-private-exponent"]),
        ("rsa-smallfactors-corrupt.key", &["rsa-small-factor"]),
        ("rsa-smallfactors-valid.key", &["rsa-small-factor"]),
        ("rsapoly128.key", &["rsa-not-random"]),
        ("rsapoly32.key", &["rsa-size", "rsa-not-random", "rsa-small-exponent"]),
        ("rsa-vanity.key", &["rsa-not-random"]),
        ("pubkey03.pem", &["rsa-roca"]),
        ("privkey05.pem", &["rsa-roca"]),
        ("ssh06.pub", &["rsa-roca"]),
        ("pubkey01.pem", &[]),
        ("pubkey02.pem", &[]),
        ("privkey03.pem", &[]),
        ("privkey04.pem", &[]),
        ("ssh01.pub", &[]),
        ("ssh02.pub", &[]),
        ("ssh03.pub", &[]),
        ("ssh04.pub", &[]),
        ("ssh05.pub", &["rsa-size"]),
        ("dsa-sshpub-ietf-example.key", &["dsa"]),
        ("rsa-ok.key", &[]),
        ("rsa-large-e.key", &[]),
        ("ec-p256-rfc-example.key", &[]),
        ("ed25519-rfc-example.key", &[]),
    ] {
        assert_eq!(codes(&vector(file)), expected, "{file}");
    }
}

/// A number of RSA from hexadecimal digits.
fn rsa(n: &UBig, e: u32) -> KeyData {
    let number = |number: &UBig| Mpint::from_positive_bytes(&number.to_be_bytes());
    RsaPublicKey::new(number(&UBig::from(e)), number(n)).unwrap().into()
}

/// Random primes of 1024 bits from OpenSSL.
fn primes(count: usize) -> Vec<UBig> {
    let prime = |_| {
        let output =
            Command::new("openssl").args(["prime", "-generate", "-bits", "1024", "-hex"]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        UBig::from_str_radix(text.trim(), 16).unwrap_or_else(|e| panic!("{e}: {text:?}"))
    };
    std::thread::scope(|scope| {
        let halves = [0..count / 2, count / 2..count];
        let threads = halves.map(|range| scope.spawn(move || range.map(prime).collect::<Vec<_>>()));
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn nothing_is_said_of_a_thousand_good_keys() {
    let primes = primes(46);
    let mut count = 0;
    for (index, p) in primes.iter().enumerate() {
        for q in &primes[..index] {
            let key = rsa(&(p * q), 65_537);
            assert_eq!(judge(&key), [], "{p} {q}");
            count += 1;
        }
    }
    assert_eq!(count, 1035);
    // Two keys of three primes have one in common; the same key twice has nothing in common with itself.
    let [p, q, r, s, t] = &primes[..5] else { unreachable!() };
    let moduli = [p * q, r * s, p * q, q * t, s * s];
    assert_eq!(shared::compare(&moduli, 2).partners, [Some(3), Some(4), Some(3), Some(0), Some(1)]);
    assert_eq!(shared::compare(&moduli[..3], 2).partners, [None, None, None]);
    assert_eq!(shared::compare(&[], 2).partners, []);
    // In different groups, and twice.
    let is_prime = |n: &u64| !(2..1100).any(|d| n.is_multiple_of(d));
    let small: Vec<u64> = (1_000_000u64..).filter(is_prime).take(400).collect();
    let mut many: Vec<UBig> =
        small.chunks_exact(2).map(|pair| UBig::from(pair[0]) * UBig::from(pair[1])).collect();
    assert_eq!(shared::compare(&many, 2).partners, vec![None; 200]);
    many[150] = UBig::from(small[6]) * UBig::from(small[301]);
    let found = shared::compare(&many, 2).partners;
    let told: Vec<(usize, usize)> =
        found.iter().enumerate().filter_map(|(at, with)| Some((at, (*with)?))).collect();
    assert_eq!(told, [(3, 150), (150, 3)]);
    // Copies are no more keys; others beyond the limit are counted, each once.
    let limit = shared::MOST;
    let known: Vec<u64> = (1_000_000u64..).filter(is_prime).take(limit + 2).collect();
    let different = |count: usize| known[..count].iter().copied().map(UBig::from).collect::<Vec<UBig>>();
    let copies: Vec<UBig> = (0..limit).flat_map(|_| different(3)).collect();
    assert_eq!(shared::compare(&copies, 2).left_out, 0);
    let more = [different(limit + 2), different(limit + 2)].concat();
    assert_eq!(shared::compare(&more, 2).left_out, 2);
    let apart: Vec<UBig> = primes.chunks_exact(2).map(|pair| &pair[0] * &pair[1]).collect();
    assert_eq!(shared::compare(&apart, 2).partners, vec![None; 23]);
}

#[test]
fn each_way_to_the_factors_is_found_in_keys_made_for_it() {
    let [p, q]: [UBig; 2] = primes(2).try_into().unwrap();
    // Fermat's method takes any two numbers that lie close together; these have no small factor.
    let near = (0u64..).map(|step| &p * (&p + UBig::from((1u64 << 32) + 2 * step)));
    let has_none = |n: &UBig| !codes(&rsa(n, 65_537)).contains(&"rsa-small-factor");
    let close = near.into_iter().find(has_none).unwrap();
    let gaps = (0u64..).map(|step| (UBig::ONE << 2047) | (UBig::ONE << 1023) | UBig::from(2 * step + 1));
    let gaps = gaps.into_iter().find(has_none).unwrap();
    for (modulus, e, code) in [
        (&p * &p, 65_537, "rsa-close-primes"),
        (close, 65_537, "rsa-close-primes"),
        (&p * UBig::from(65_521u32), 65_537, "rsa-small-factor"),
        (&p * &q, 2, "rsa-exponent"),
        (&p * &q, 65_536, "rsa-exponent"),
        (&p * &q, 1, "rsa-exponent"),
        (&p * &q, 35, "rsa-small-exponent"),
        (gaps, 65_537, "rsa-not-random"),
    ] {
        assert!(codes(&rsa(&modulus, e)).contains(&code), "{code}: {:?}", codes(&rsa(&modulus, e)));
    }
}

#[test]
fn a_point_beside_its_curve_is_known() {
    for file in ["ec-p256-rfc-example.key", "ed25519-rfc-example.key"] {
        assert_eq!(codes(&vector(file)), [] as [&str; 0]);
    }
    let KeyData::Ecdsa(EcdsaPublicKey::NistP256(point)) = vector("ec-p256-rfc-example.key") else { panic!() };
    let mut bytes = point.as_bytes().to_vec();
    bytes[40] ^= 1;
    let moved = KeyData::Ecdsa(EcdsaPublicKey::from_sec1_bytes(&bytes).unwrap());
    assert_eq!(codes(&moved), ["curve-point"]);
    // RFC 8032 section 5.1: the neutral element, a point of order 2, one of order 8, and y = 2, which no x belongs to.
    let eighth = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a";
    let hex = |text: &str| -> [u8; 32] {
        std::array::from_fn(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
    };
    let small = |first: u8, rest: u8, last: u8| {
        let mut bytes = [rest; 32];
        (bytes[0], bytes[31]) = (first, last);
        bytes
    };
    for bytes in [small(1, 0, 0), small(0xec, 0xff, 0x7f), hex(eighth), small(2, 0, 0)] {
        assert_eq!(codes(&KeyData::Ed25519(Ed25519PublicKey(bytes))), ["curve-point"], "{bytes:x?}");
    }
}
