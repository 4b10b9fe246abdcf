//! Logins of `.npmrc`. The recorded answers are those of the npm cli (Artistic-2.0).

use doorkey::formats::npmrc::{Kind, Login, Value, logins};
use proptest::prelude::*;

/// A file, a registry, and the token that npm 11.19 (`@npmcli/config`, `getCredentialsByURI`) has for it, before
/// variables are put in.
const TOKENS: &[(&str, &str, Option<&str>)] = &[
    ("//npm.example.test/:_authToken=abc\n", "https://npm.example.test/", Some("abc")),
    ("//npm.example.test/:_authToken=${NPM_TOKEN}\n", "https://npm.example.test/", Some("${NPM_TOKEN}")),
    ("//npm.example.test/:_authToken=${UNSET}\n", "https://npm.example.test/", Some("${UNSET}")),
    ("//npm.example.test/:_authToken=\"abc\"\n", "https://npm.example.test/", Some("abc")),
    ("//npm.example.test/:_authToken='abc'\n", "https://npm.example.test/", Some("abc")),
    ("//npm.example.test/:_authToken = abc \n", "https://npm.example.test/", Some("abc")),
    ("//npm.example.test:_authToken=abc\n", "https://npm.example.test/", None),
    ("npm.example.test/:_authToken=abc\n", "https://npm.example.test/", None),
    ("https://npm.example.test/:_authToken=abc\n", "https://npm.example.test/", None),
    ("_authToken=abc\n", "https://npm.example.test/", None),
    ("_auth=dXNlcjpwYXNz\n", "https://npm.example.test/", None),
    ("//r.example/:_auth=dXNlcjpwYXNz\n", "https://r.example/", None),
    ("//r.example/:_auth=not base64\n", "https://r.example/", None),
    ("//r.example/:username=u\n//r.example/:_password=cGFzcw==\n", "https://r.example/", None),
    ("//r.example/:username=u\n", "https://r.example/", None),
    ("//r.example/:_password=cGFzcw==\n", "https://r.example/", None),
    (
        "//r.example/npm/:_authToken=deep\n//r.example/:_authToken=root\n",
        "https://r.example/npm/",
        Some("deep"),
    ),
    ("//r.example/npm/:_authToken=deep\n", "https://r.example/", None),
    ("//r.example/:_authToken=root\n", "https://r.example/npm/x/", None),
    ("//r.example:8443/:_authToken=p\n", "https://r.example/", None),
    ("//R.Example/:_authToken=p\n", "https://r.example/", None),
    ("; comment\n# comment\n//r.example/:_authToken=a#b\n", "https://r.example/", Some("a")),
    ("//r.example/:_authToken=a;b\n", "https://r.example/", Some("a")),
    ("//r.example/:_authToken=one\n//r.example/:_authToken=two\n", "https://r.example/", Some("two")),
    ("[section]\n//r.example/:_authToken=one\n", "https://r.example/", None),
    ("@corp:registry=https://r.example/\n//r.example/:_authToken=one\n", "https://r.example/", Some("one")),
    ("//r.example/:certfile=/c.pem\n//r.example/:keyfile=/k.pem\n", "https://r.example/", None),
    ("always-auth=true\nemail=a@b\n//r.example/:_authToken=t\n", "https://r.example/", Some("t")),
    ("//r.example/:_authToken=abc\r\n", "https://r.example/", Some("abc")),
    ("\u{feff}//r.example/:_authToken=abc\n", "https://r.example/", Some("abc")),
    ("//r.example/:_authtoken=abc\n", "https://r.example/", None),
];

fn shown(login: &Login) -> String {
    match &login.value {
        Value::Literal(secret) => secret.expose_str().unwrap().to_owned(),
        Value::Variables(names) => names.iter().map(|name| format!("${{{name}}}")).collect(),
        Value::Empty => String::new(),
    }
}

#[test]
fn npm_takes_the_same_token() {
    for (file, url, token) in TOKENS {
        let registry = url.strip_prefix("https:").unwrap();
        let found = logins(file.as_bytes());
        let ours = found
            .iter()
            .rfind(|l| l.is_used && l.kind == Kind::AuthToken && l.registry.as_deref() == Some(registry));
        assert_eq!(ours.map(shown).as_deref(), *token, "{file}");
    }
}

#[test]
fn secrets_are_found_where_npm_ignores_them() {
    let file = b"_authToken=one\n_auth = two ; c\n[x]\n//r.test/:_password='three'\n//r.test:_authToken=four\nusername=u\n\
//r.test/:username=me\n; //r.test/:_authToken=five\n\"//r.test/:_authToken\"=six\\;7\n//r.test/:_authToken=\n";
    let found = logins(file);
    let shown: Vec<_> = found.iter().map(|l| (l.line, l.kind, l.is_used, shown(l))).collect();
    assert_eq!(
        shown,
        [
            (1, Kind::AuthToken, false, "one".into()),
            (2, Kind::Auth, false, "two".into()),
            (4, Kind::Password, false, "three".into()),
            (5, Kind::AuthToken, false, "four".into()),
            (7, Kind::Username, false, "me".into()),
            (9, Kind::AuthToken, false, "six;7".into()),
            (10, Kind::AuthToken, false, String::new()),
        ]
    );
    assert_eq!(&file[found[1].span.clone()], b"_auth = two ; c");
    assert!(!format!("{found:?}").contains("three"));
}

#[test]
fn a_reference_is_no_secret_but_a_mixture_is() {
    let is_literal = |value: &str| {
        matches!(logins(format!("//r.test/:_authToken={value}").as_bytes())[0].value, Value::Literal(_))
    };
    for value in ["${T}", "${T?}", "${A}${B}", "\"${T}\"", "${T} # c"] {
        assert!(!is_literal(value), "{value}");
    }
    for value in ["x${T}", "${T}x", "$T", "${}", "${T", "${a${b}}", "\\\\${T}"] {
        assert!(is_literal(value), "{value}");
    }
}

const PIECES: &[&str] = &["//r/:_authToken=", "${", "}", "\n", "\"", "\\", "=", "[", "_auth", "é"];

proptest! {
    #![proptest_config(crate::programs::cases(500))]

    #[test]
    fn any_bytes_are_read_without_panic(
        bytes in proptest::collection::vec(prop_oneof![
            proptest::sample::select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
            any::<u8>().prop_map(|b| vec![b]),
        ], 0..30)
    ) {
        let bytes = bytes.concat();
        for login in logins(&bytes) {
            prop_assert!(!bytes[login.span].is_empty());
        }
    }
}
