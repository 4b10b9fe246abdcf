//! Files that somebody made to do harm.

use doorkey::formats::go::go_mod::GoMod;
use doorkey::formats::go::go_sum::GoSum;
use doorkey::formats::go::patterns;
use doorkey::formats::go::proxy_list;
use doorkey::formats::go::vendor_modules::VendorModules;
use proptest::prelude::*;
use std::time::{Duration, Instant};

#[test]
fn large_and_deep_files_end_soon() {
    let start = Instant::now();
    let big = 10 << 20;
    for bytes in [
        vec![0; big],
        vec![b'('; big],
        vec![b'"'; big],
        b"require (\n".repeat(big / 10),
        b"require a.b/c v1\n".repeat(big / 17),
        b"replace a => ./b\n".repeat(big / 17),
        vec![b'\n'; big],
        vec![0xff; big],
    ] {
        let _ = GoMod::read(&bytes);
        let _ = GoSum::read(&bytes);
        let _ = VendorModules::read(&bytes);
    }
    let stars = "*a".repeat(20_000);
    assert!(patterns::matching(&stars, &"a".repeat(20_000)).is_some());
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    println!("hostile: {:?}", start.elapsed());
}

proptest! {
    #[test]
    fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400), text in "[a-z/.*\\[\\]\\\\,|:; =>()\"`é-]{0,60}") {
        let file = GoMod::read(&bytes);
        let other = GoMod::read(text.as_bytes());
        let _ = VendorModules::read(&bytes).differences(&file);
        let _ = VendorModules::read(text.as_bytes()).differences(&other);
        let _ = (GoSum::read(&bytes), proxy_list::read(&text), patterns::faults(&text));
        let _ = (patterns::matching(&text, "a.b/c/d"), patterns::mended(&text));
        let _ = doorkey::formats::go::version::mismatch(&text, &text);
    }
}
