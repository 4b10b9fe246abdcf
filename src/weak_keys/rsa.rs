//! RSA: size, exponent, and moduli whose factors can be found.

use crate::model::weakness::{Grade, Weakness};
use dashu_int::UBig;
use dashu_int::ops::{BitTest, Gcd, SquareRoot};
use ssh_key::Mpint;
use ssh_key::public::KeyData;
use std::sync::OnceLock;

pub(super) fn judge(key: &KeyData) -> Vec<Weakness> {
    let KeyData::Rsa(key) = key else { return Vec::new() };
    let (Some(n), Some(e)) = (number(key.n()), number(key.e())) else { return Vec::new() };
    let mut found = Vec::new();
    found.extend(exponent(&n, &e));
    found.extend(size(&n));
    // One way to find the factors is enough, and numbers that are no modulus at all fit several.
    found.extend(
        small_factor(&n).or_else(|| close_primes(&n)).or_else(|| roca(&n)).or_else(|| wiener(&n, &e)),
    );
    if found.iter().all(|weakness| weakness.grade != Grade::Open) {
        found.extend(biased(&n));
    }
    found
}

/// A number of a key that may be shown.
pub(super) fn number(number: &Mpint) -> Option<UBig> {
    number.as_positive_bytes().map(UBig::from_be_bytes)
}

fn open(code: &'static str, what: impl Into<String>, why: &'static str) -> Weakness {
    Weakness { code, grade: Grade::Open, what: what.into(), why, mend: None }
}

/// FIPS 186-5 section 5.4 (e): odd, between 2^16 and 2^256.
fn exponent(n: &UBig, e: &UBig) -> Option<Weakness> {
    let is_odd = e.bit(0);
    if !is_odd || *e < UBig::from(3u8) || e >= n {
        let shown =
            if e.bit_len() <= 64 { e.to_string() } else { format!("a number of {} bits", e.bit_len()) };
        return Some(open(
            "rsa-exponent",
            format!("is an RSA key with the public exponent {shown}"),
            "RSA needs an odd exponent above 1 and below the modulus; with this one a signature proves nothing or cannot be made (RFC 8017 section 3.1)",
        ));
    }
    (*e < UBig::from(65_537u32)).then(|| Weakness {
        code: "rsa-small-exponent",
        grade: Grade::Note,
        what: format!("is an RSA key with the small public exponent {e}"),
        why: "FIPS 186-5 section 5.4 wants more than 65536; OpenSSH before 5.4 made them with 35, and no attack on SSH is known",
        mend: None,
    })
}

fn size(n: &UBig) -> Option<Weakness> {
    let bits = n.bit_len();
    if bits < 1024 {
        let why = "numbers of 829 bits were factored in public in 2020 (RSA-250)";
        return Some(open("rsa-size", format!("is an RSA key of {bits} bits"), why));
    }
    (bits < 2048).then(|| Weakness {
        code: "rsa-size",
        grade: Grade::Weak,
        what: format!("is an RSA key of {bits} bits"),
        why: "hosts and newer releases of ssh refuse fewer than 2048 bits (NIST SP 800-57 part 1, section 5.6)",
        mend: None,
    })
}

/// The product of all primes below 2^16.
fn small_primes() -> &'static UBig {
    static ONCE: OnceLock<UBig> = OnceLock::new();
    ONCE.get_or_init(|| {
        let mut composite = vec![false; 1 << 16];
        let mut layer = Vec::new();
        for number in 2usize..1 << 16 {
            if composite.get(number).copied().unwrap_or(true) {
                continue;
            }
            layer.push(UBig::from(number));
            for multiple in (number * number..1 << 16).step_by(number) {
                if let Some(cell) = composite.get_mut(multiple) {
                    *cell = true;
                }
            }
        }
        super::shared::product(layer)
    })
}

fn small_factor(n: &UBig) -> Option<Weakness> {
    if *n > UBig::ONE && small_primes().gcd(n) == UBig::ONE {
        return None;
    }
    Some(open(
        "rsa-small-factor",
        "is an RSA key whose modulus has a factor below 65536",
        "the file is damaged, or was made by a program that is; anybody can find the factors",
    ))
}

/// So many steps of Fermat's method: it finds factors that differ by less than about the fourth root of the modulus.
const STEPS: u32 = 100;

/// Fermat's method, as it broke the keys of CVE-2022-26320 and CVE-2022-31008.
fn close_primes(n: &UBig) -> Option<Weakness> {
    let root = n.sqrt();
    let mut a = if &root * &root == *n { root } else { root + UBig::ONE };
    let mut rest = &a * &a - n;
    for _ in 0..STEPS {
        if is_square(&rest) {
            return Some(open(
                "rsa-close-primes",
                "is an RSA key whose two primes lie close together",
                "Fermat's method finds them at once (CVE-2022-26320)",
            ));
        }
        // (a + 1)^2 - n
        rest += (&a << 1) + UBig::ONE;
        a += UBig::ONE;
    }
    None
}

fn is_square(number: &UBig) -> bool {
    // Squares are rare among the remainders of these (Cohen, "A Course in Computational Algebraic Number Theory", 1.7.3).
    const MODULI: [u32; 4] = [64, 63, 65, 11];
    let rest = u32::try_from(number % UBig::from(MODULI.iter().product::<u32>())).unwrap_or_default();
    let may_be = |modulus: u32| (0..modulus).any(|root| root * root % modulus == rest % modulus);
    if !MODULI.into_iter().all(may_be) {
        return false;
    }
    let root = number.sqrt();
    &root * &root == *number
}

/// The odd primes up to 167: those of Infineon's generator for 512 bits and more.
const ROCA_PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
    107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// CVE-2017-15361: both primes, and so their product, are powers of 65537 by every one of these primes. A good modulus
/// is that by chance once in 2^28 times (Nemec and others, "The Return of Coppersmith's Attack", section 2.3).
fn roca(n: &UBig) -> Option<Weakness> {
    let is_power = |prime: &u32| {
        let rest = u32::try_from(n % UBig::from(*prime)).unwrap_or_default();
        let mut power = 1;
        loop {
            if power == rest {
                return true;
            }
            power = power * (65_537 % prime) % prime;
            if power == 1 {
                return false;
            }
        }
    };
    ROCA_PRIMES.iter().all(is_power).then(|| {
        open(
            "rsa-roca",
            "is an RSA key made by an Infineon chip with a weak generator (ROCA)",
            "its factors can be found, for 2048 bits for some thousand dollars (CVE-2017-15361)",
        )
    })
}

/// Wiener's attack: a private exponent below the fourth root of the modulus is among the convergents of e/n. Such a key
/// has an odd, long public exponent.
fn wiener(n: &UBig, e: &UBig) -> Option<Weakness> {
    if e.bit_len() <= 32 || e >= n {
        return None;
    }
    let (mut x, mut y) = (e.clone(), n.clone());
    let (mut k, mut d) = ((UBig::ZERO, UBig::ONE), (UBig::ONE, UBig::ZERO));
    while y != UBig::ZERO && d.1.bit_len() <= n.bit_len() / 4 + 2 {
        let quotient = &x / &y;
        (x, y) = (y.clone(), &x - &quotient * &y);
        k = (k.1.clone(), &quotient * &k.1 + &k.0);
        d = (d.1.clone(), &quotient * &d.1 + &d.0);
        if k.1 == UBig::ZERO {
            continue;
        }
        let product = e * &d.1;
        if product <= UBig::ONE || &product % &k.1 != UBig::ONE {
            continue;
        }
        // n - phi + 1 is the sum of the primes; with it they are the roots of a quadratic.
        let phi = (product - UBig::ONE) / &k.1;
        if phi > *n {
            continue;
        }
        let sum = n - phi + UBig::ONE;
        let (half, is_even) = (&sum >> 1, !sum.bit(0));
        if is_even && &half * &half >= *n && is_square(&(&half * &half - n)) {
            return Some(open(
                "rsa-small-private-exponent",
                "is an RSA key with a small private exponent",
                "Wiener's method finds it from the public half",
            ));
        }
    }
    None
}

/// Far more or fewer bits set than a random number of that length has: a tenth off the half is nine standard deviations
/// at 2048 bits. `badkeys` looks for the same.
fn biased(n: &UBig) -> Option<Weakness> {
    let bits = n.bit_len();
    let margin = match bits {
        2001.. => 10,
        1001.. => 12,
        _ => 17,
    };
    let set: usize = n.as_words().iter().map(|word| word.count_ones() as usize).sum();
    let percent = set * 100 / bits.max(1);
    (percent <= 50 - margin || percent > 50 + margin).then(|| Weakness {
        code: "rsa-not-random",
        grade: Grade::Weak,
        what: format!("is an RSA key whose modulus does not look random: {percent} of 100 bits are set"),
        why: "its generator had a fault; moduli with gaps of zeros can be factored (CompleteFTP, 2023)",
        mend: None,
    })
}
