//! Tokens by their bytes. The vectors are published examples, or were made by a second implementation (Python).

use doorkey::formats::token::{Checksum, Fact, Token, find, is_user_a_token, kinds, recognise};
use proptest::prelude::*;

/// A token, its kind, its checksum, and its facts.
type Vector = (&'static str, &'static str, Checksum, &'static [(&'static str, Known)]);

#[derive(Debug)]
enum Known {
    Text(&'static str),
    Number(u64),
    Time(i64),
}

use Checksum::{None as Absent, Unsure, Valid};

const ATATT: &str = "ATATT3xFfGF0K3irG5tKKi-6u-wwaXQFeGwZ-IHR-hQ3CulkKtMSuteRQFfLZ6jihHThzZCg_UjnDt-4Wl_gIRf4zrZJs5JqaeuBhsfJ4W5GD6yGg3W7903gbvaxZPBjxIQQ7BgFDSkPS8oPispw4KLz56mdK-G6CIvLO6hHRrZHY0Q3tvJ6JxE=C63992E6";
const AZURE_84: &str = "zcw923J5QMhM459HxkP4Wlbqxten5rqQY2c23FZdYkjSOuIWJp4iJQQJ99CDAAAAAAAAAAAAAAAAAZDO241M";
const AZURE_52: &str = "xetnw6chp35qx2epawljfj2uiicylsz35dj4ebg2f7pxe6lvm3vq";
const ROUTABLE: &str = "glpat-uSZ4R377jwWWkqdUQgWFy286MQp1OjlpeAk.01.0z1druqaw";
const PYPI: &str = "pypi-AgEIcHlwaS5vcmcCJDAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMAACDVsxLCBbImRlbW8iXV0AAhtbMCwgMTc5ODc2MTYwMCwgMTc2NzIyNTYwMF0AAAYguSZ4R377jwWWkqdUQgWFyzvo0wTaL99yeXVm6wU1cho";
const DATA_CENTER: &str = "BBDC-MjUyOTczNTE1MDY5OrkmeEd++48FlpKnVEIFhcs76NME";
const SIGNED: &str = "20260101T000000Zb5b25456a2c242e638a30a61c54e218059ec9372d499bd3a6800e11e8273c904";

const VECTORS: &[Vector] = &[
    // gist "therootcompany", base62-token.js.
    ("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", "github-classic", Valid, &[]),
    ("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", "github-oauth", Valid, &[]),
    ("ghu_zcw923J5QMhM459HxkP4Wlbqxten5r4VW4pU", "github-app-user", Valid, &[]),
    ("ghs_zcw923J5QMhM459HxkP4Wlbqxten5r4VW4pU", "github-installation", Valid, &[]),
    ("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", "github-refresh", Valid, &[]),
    // secretlint, issue 200.
    ("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", "npm", Valid, &[]),
    (
        ROUTABLE,
        "gitlab-personal",
        Valid,
        &[
            ("version", Known::Number(1)),
            ("organisation-id", Known::Number(1)),
            ("user-id", Known::Number(12345)),
        ],
    ),
    // gitleaks' example.
    (ATATT, "bitbucket-api", Valid, &[]),
    (AZURE_52, "azure-devops-52", Valid, &[("made-for", Known::Text("user"))]),
    (AZURE_84, "azure-devops", Valid, &[("created", Known::Text("2026-04"))]),
    (DATA_CENTER, "bitbucket-data-center", Absent, &[("token-id", Known::Text("252973515069"))]),
    (
        "MjUyOTczNTE1MDY5OrkmeEd++48FlpKnVEIFhcs76NME",
        "bitbucket-data-center",
        Absent,
        &[("token-id", Known::Text("252973515069"))],
    ),
    ("cio_tp_zcw923J5QMhM459HxkP4Wlbqxten5rqO", "crates-trusted", Valid, &[]),
    ("ciozcw923J5QMhM459HxkP4Wlbqxten5rqO", "crates", Absent, &[]),
    // awscli 1.45.11 made it for a published key.
    (SIGNED, "aws-codecommit-password", Absent, &[("created", Known::Time(1_767_225_600))]),
    ("8f2c1d4e5b6a79880712f3e4d5c6b7a8091a2b3c", "hex-40", Absent, &[]),
    (
        "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",
        "github-fine-grained",
        Absent,
        &[],
    ),
];

fn facts(token: &Token) -> String {
    format!("{:?}", token.facts)
}

fn expected(known: &[(&'static str, Known)]) -> String {
    let facts: Vec<(&str, Fact)> = known
        .iter()
        .map(|(name, known)| {
            (
                *name,
                match known {
                    Known::Text(text) => Fact::Text((*text).into()),
                    Known::Number(number) => Fact::Number(*number),
                    Known::Time(at) => Fact::Time(*at),
                },
            )
        })
        .collect();
    format!("{facts:?}")
}

#[test]
fn each_vector_is_told() {
    for (text, kind, checksum, known) in VECTORS {
        let token = recognise(text.as_bytes()).unwrap_or_else(|| panic!("{kind} is not recognised"));
        assert_eq!((token.kind.code, token.checksum), (*kind, *checksum));
        assert_eq!(facts(&token), expected(known), "{kind}");
        assert!(token.looks_real, "{kind}");
    }
    let pypi = recognise(PYPI.as_bytes()).unwrap();
    assert_eq!((pypi.kind.code, pypi.checksum, pypi.expires()), ("pypi", Absent, Some(1_798_761_600)));
    assert!(pypi.facts.contains(&("projects", Fact::Text("demo".into()))), "{pypi:?}");
    assert!(!facts(&pypi).contains("all projects"));
}

/// A wrong character anywhere: where the rule is proven the token is called invalid, elsewhere never.
#[test]
fn every_changed_character_is_noticed() {
    let proven = VECTORS.iter().filter(|(text, .., c, _)| *c == Valid && *text != AZURE_84);
    for (text, kind, ..) in proven {
        let mark = kinds().find(|(_, k)| k.code == *kind).map(|(_, k)| format!("{k:?}")).unwrap();
        let head = ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "npm_", "cio_tp_", "ATATT3", "glpat-"]
            .iter()
            .find(|p| text.starts_with(*p) && mark.contains(*p))
            .map_or(0, |p| p.len());
        for at in head..text.len() {
            for other in [b'a', b'b', b'B', b'7', b'2'] {
                let mut bytes = text.as_bytes().to_vec();
                if bytes[at] == other || (!bytes[at].is_ascii_alphanumeric() && bytes[at] != b'-') {
                    continue;
                }
                bytes[at] = other;
                // One check character of 62 cannot see all of them, and base 32 has no B.
                if *kind == "crates-trusted" || (*kind == "azure-devops-52" && other == b'B') {
                    continue;
                }
                let token = recognise(&bytes);
                let shown = String::from_utf8_lossy(&bytes);
                match token {
                    Some(token) => assert_eq!(token.checksum, Checksum::Invalid, "{shown}"),
                    // A length that is no number any more.
                    None => assert_eq!(*kind, "gitlab-personal", "{shown}"),
                }
            }
        }
    }
}

#[test]
fn one_check_character_sees_a_single_change_of_it() {
    let good = "cio_tp_zcw923J5QMhM459HxkP4Wlbqxten5rqO";
    for other in "ABCDEFGHIJKLMNPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".chars() {
        let text = format!("{}{other}", &good[..good.len() - 1]);
        assert_eq!(recognise(text.as_bytes()).unwrap().checksum, Checksum::Invalid);
    }
}

#[test]
fn a_rule_on_thin_evidence_gives_no_verdict() {
    let other = AZURE_84.replace("241M", "241N");
    assert_eq!(recognise(other.as_bytes()).unwrap().checksum, Unsure);
    assert!(recognise(other.as_bytes()).unwrap().is_certain());
    // The older routable form, by hearsay: CRC of another text.
    let old = "glpat-uSZ4R377jwWWkqdUQgWFy286MQp1OjlpeAk.0z1druqaw";
    assert_eq!(recognise(old.as_bytes()).unwrap().checksum, Unsure);
}

#[test]
fn an_instance_may_have_its_own_prefix() {
    // CRC-32 of all before it, by Python's zlib.
    let text = "corp-uSZ4R377jwWWkqdUQgWFy286MQp1OjlpeAk.01.0z0exvy0n";
    let token = recognise(text.as_bytes());
    let token = token.unwrap();
    assert_eq!((token.kind.code, token.checksum), ("gitlab-own-prefix", Valid));
    assert!(token.facts.contains(&("user-id", Fact::Number(12345))), "{token:?}");
    assert!(recognise(text.replace("corp", "corq").as_bytes()).is_none());
}

/// `ghs_` since April 2026: the header and payload are `{"alg":"RS256","typ":"JWT"}` and `{"iat":1767225600,"exp":1767229200}`.
#[test]
fn a_stateless_installation_token_says_when_it_dies() {
    let signature = "zcw923J5QMhM459HxkP4Wlbqxten5r".repeat(11);
    let text = format!(
        "ghs_123456_eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE3NjcyMjU2MDAsImV4cCI6MTc2NzIyOTIwMH0.{signature}"
    );
    let token = recognise(text.as_bytes()).unwrap();
    assert_eq!((token.kind.code, token.checksum), ("github-installation-jwt", Absent));
    assert_eq!(token.expires(), Some(1_767_229_200));
    assert!(token.facts.contains(&("app-id", Fact::Number(123_456))), "{token:?}");
}

#[test]
fn tokens_are_found_in_text() {
    let quote = format!(
        "a={}; b=\"{ATATT}\"\nurl https://oauth2:{ROUTABLE}@git.test/x\n{{\"t\":\"x\\n{}\"}} {AZURE_52}\n{AZURE_84}, {PYPI}.\n{DATA_CENTER} %20{}&{SIGNED}\n",
        VECTORS[0].0, VECTORS[1].0, VECTORS[5].0
    );
    let found = find(quote.as_bytes());
    let told: Vec<_> = found.iter().map(|f| f.token.kind.code).collect();
    assert_eq!(
        told,
        [
            "github-classic",
            "bitbucket-api",
            "gitlab-personal",
            "github-oauth",
            "azure-devops-52",
            "azure-devops",
            "pypi",
            "bitbucket-data-center",
            "npm",
            "aws-codecommit-password"
        ]
    );
    assert_eq!(&quote[found[2].span.clone()], ROUTABLE);
    assert_eq!(&quote[found[1].span.clone()], ATATT);
    assert!(found.iter().all(|f| f.token.is_certain()), "{found:?}");
    assert!(!format!("{found:?}").contains("zcw923"), "Debug shows a value");
}

#[test]
fn what_only_looks_like_a_token_is_none_or_not_certain() {
    for text in [
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "ghp_ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        "glpat-your-token-goes-here-ok",
        "glpat-xxxxxxxxxxxxxxxxxxxx",
        "glpat-my_long_variable_name",
        "GR1348941EXAMPLEEXAMPLEEXAMP",
        "npm_config_registry_and_other_settings_",
        "x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",
        "ghp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18",
        "ciozcw923J5QMhM459HxkP4Wlbqxten5rqOO",
        "precisionOfTheSchedulerThatRuns32ch",
        "dckr_pat_replace_me_with_your_token",
        "AKIAIOSFODNN7EXAMPLE",
        "AKIAQ3EGRZ7SLFT4PXVB",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "mfrggzdfmztwq2lknnwg23tpobyxe43uov3ho6dzpjqxgzdgnbvgm3dl",
        "sha512-zcw923J5QMhM459HxkP4Wlbqxten5rqQY2c23FZdYkjSOuIWJp4iJQQJ99CDAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
    ] {
        let certain: Vec<_> = find(text.as_bytes()).into_iter().filter(|f| f.token.is_certain()).collect();
        assert!(certain.is_empty(), "{text}: {certain:?}");
    }
}

#[test]
fn a_user_name_is_told_from_a_token() {
    for token in ["ghp_x", "github_pat_short", "npm_abc", "a1B2c3D4e5F6g7H8i9J0k", AZURE_52, ROUTABLE] {
        assert!(is_user_a_token(token), "{token}");
    }
    for user in [
        "ada",
        "cionara",
        "ASIAPAC",
        "x-access-token",
        "oauth2",
        "x-bitbucket-api-token-auth",
        "__token__",
        "ada@acme.example",
    ] {
        assert!(!is_user_a_token(user), "{user}");
    }
}

#[test]
fn codes_are_unique_and_tables_are_dated() {
    let mut codes: Vec<_> = kinds().map(|(_, kind)| kind.code).collect();
    assert!(codes.len() > 35);
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), kinds().count());
    for (issuer, _) in kinds() {
        assert!(issuer.checked_on.starts_with("2026-"), "{}", issuer.name);
    }
}

/// A text that would make a search with a look-ahead quadratic.
#[test]
fn a_megabyte_of_beginnings_is_no_trouble() {
    for piece in [
        "ghs_1_",
        ".pypi-AgE",
        "AKCp",
        " glpat-",
        ".01.",
        "JQQJ99",
        "cio",
        "eyJ.",
        "ghs_1_eyJhbGciOi.eyJhbGciOi.",
    ] {
        let text = piece.repeat((1 << 20) / piece.len());
        assert!(find(text.as_bytes()).iter().all(|f| !f.token.is_certain()), "{piece}");
    }
}

const PIECES: &[&str] = &[
    "ghp_",
    "ghs_1_",
    "glpat-",
    "pypi-AgE",
    "JQQJ99",
    ".01.",
    "BBDC-",
    "ATATT3",
    "cio",
    "eyJhbGciOiJS.",
    "=",
    "A",
    "\\n",
    "%20",
    ATATT,
    ROUTABLE,
    PYPI,
    AZURE_84,
    AZURE_52,
    SIGNED,
    DATA_CENTER,
];

proptest! {
    #![proptest_config(crate::programs::cases(1000))]

    #[test]
    fn any_bytes_are_read_without_panic(
        bytes in proptest::collection::vec(prop_oneof![
            proptest::sample::select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
            any::<u8>().prop_map(|b| vec![b]),
            "[A-Za-z0-9_.-]{1,60}".prop_map(String::into_bytes),
        ], 0..20)
    ) {
        let bytes = bytes.concat();
        let mut end = 0;
        for found in find(&bytes) {
            prop_assert!(found.span.start >= end && found.span.end <= bytes.len() && !found.span.is_empty());
            end = found.span.end;
        }
        let _ = recognise(&bytes);
    }

    /// Wherever a token stands between blanks, it is found.
    #[test]
    fn a_token_between_blanks_is_found(
        before in "[ -~\n]{0,200}", after in "[ -~\n]{0,200}", which in 0..VECTORS.len()
    ) {
        let (token, kind, ..) = VECTORS[which];
        // Told alone only.
        prop_assume!(kind != "hex-40" && (kind != "bitbucket-data-center" || token == DATA_CENTER));
        let text = format!("{before} {token} {after}");
        let at = before.len() + 1;
        let found = find(text.as_bytes());
        prop_assert!(found.iter().any(|f| f.span == (at..at + token.len()) && f.token.kind.code == kind));
    }
}
