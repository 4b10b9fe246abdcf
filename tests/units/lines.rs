use doorkey::formats::lines::{BOM, Eol, bom_length, lines, slice};
use proptest::prelude::*;

#[test]
fn line_ends_are_told_apart() {
    let found: Vec<_> =
        lines(b"\xef\xbb\xbfa\r\n\n\rb\r\r\nlast").map(|l| (l.number, l.text, l.eol)).collect();
    let expected: Vec<(usize, &[u8], Eol)> =
        vec![(1, b"a", Eol::CrLf), (2, b"", Eol::Lf), (3, b"\rb\r", Eol::CrLf), (4, b"last", Eol::None)];
    assert_eq!(found, expected);
    assert_eq!(lines(b"").count(), 0);
    assert_eq!(lines(b"a\n").count(), 1);
    assert_eq!(lines(b"\r\n").next().map(|l| l.eol), Some(Eol::CrLf));
    assert_eq!(lines(BOM).count(), 0);
}

proptest! {
    #![proptest_config(crate::programs::cases(500))]

    #[test]
    fn nothing_is_lost(bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'a'), any::<u8>()], 0..60), bom: bool) {
        let mut file = if bom { BOM.to_vec() } else { vec![] };
        file.extend(bytes);
        let mut again = file[..bom_length(&file)].to_vec();
        for line in lines(&file) {
            assert_eq!(slice(&file, &line.span), line.text);
            again.extend(line.text);
            again.extend(line.eol.bytes());
        }
        assert_eq!(again, file);
    }
}
