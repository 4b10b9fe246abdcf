//! Secrets in the files of other programs: what the readers take, where it stands, and what they leave alone.

use doorkey::formats::loose::{self, Care, Loose};
use proptest::prelude::*;

type Reader = fn(&[u8]) -> Vec<Loose>;

const READERS: &[(&str, Reader)] = &[
    ("urls", |b| loose::urls(b, Care::Any)),
    ("headers", |b| loose::headers(b, Care::Any)),
    ("assignments", |b| loose::assignments(b, Care::Any)),
    ("flags", loose::flags),
    ("cookies", loose::cookies),
    ("pypirc", loose::pypirc),
    ("aws", loose::aws),
    ("gradle", loose::gradle),
    ("docker", loose::docker),
    ("composer", loose::composer),
    ("cargo", loose::cargo),
    ("poetry", loose::poetry),
    ("hosts", loose::hosts),
    ("listed", loose::listed),
    ("maven", loose::maven),
    ("nuget", loose::nuget),
    ("git_config", loose::git_config),
    ("netrc", loose::netrc),
    ("npmrc", loose::npmrc),
];

/// Value, host, user, and the value as written.
fn shown(reader: Reader, file: &str) -> Vec<(String, String, String, String)> {
    let text = |o: &Option<String>| o.clone().unwrap_or_default();
    reader(file.as_bytes())
        .iter()
        .map(|l| {
            let value = l.value.expose_str().unwrap().to_owned();
            (value, text(&l.host), text(&l.user), file[l.span.clone()].to_owned())
        })
        .collect()
}

fn values(reader: Reader, file: &str) -> Vec<String> {
    shown(reader, file).into_iter().map(|(value, ..)| value).collect()
}

/// The recorded answers of curl: each password that curl sends for some host is found.
#[test]
fn every_password_that_curl_sends_is_found() {
    let mut sent = 0;
    for line in include_str!("netrc/curl.jsonl").lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let file = case["text"].as_str().unwrap();
        let found: Vec<Vec<u8>> =
            loose::netrc(file.as_bytes()).iter().map(|l| l.value.expose().to_vec()).collect();
        for question in case["asked"].as_array().unwrap() {
            let Some((_, password)) = question[2].as_str().and_then(|answer| answer.split_once(':')) else {
                continue;
            };
            // Written down byte for byte in Latin-1.
            let password: Vec<u8> = password.chars().map(|c| c as u8).collect();
            // For curl `password #x` takes the keyword on the next line for the password.
            if !password.is_empty() && password != b"machine" {
                sent += 1;
                assert!(found.contains(&password), "{file}");
            }
        }
    }
    assert!(sent > 60, "{sent}");
}

/// The host of a key of `auths`, as docker's own function has it (docker cli, Apache-2.0).
#[test]
fn docker_means_these_hosts() {
    for (key, host) in [
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "[::1]"),
        ("example.com", "example.com"),
        ("http://example.com", "example.com"),
        ("https://example.com/v2/", "example.com"),
        ("127.0.0.1:6556", "127.0.0.1:6556"),
        ("https://example.com:6555/v2/", "example.com:6555"),
    ] {
        let file = format!("{{\"auths\":{{\"{key}\":{{\"auth\":\"YWRhOnB3\"}}}}}}");
        assert_eq!(
            shown(loose::docker, &file),
            [("pw".into(), host.into(), "ada".into(), "YWRhOnB3".into())]
        );
    }
}

#[test]
fn equal_values_stand_in_two_places() {
    let file = "{\"auths\":{\"a.example\":{\"auth\":\"YWRhOnB3\"},\"b.example\":{\"auth\":\"YWRhOnB3\"}}}";
    let found = loose::docker(file.as_bytes());
    assert_eq!(found.len(), 2);
    assert!(found[0].span.end < found[1].span.start);
}

#[test]
fn logins_in_urls() {
    let urls: Reader = |b| loose::urls(b, Care::Any);
    let one = |text: &str, value: &str, host: &str, user: &str, written: &str| {
        assert_eq!(shown(urls, text), [(value.into(), host.into(), user.into(), written.into())], "{text}");
    };
    one("x https://ada:p%40ss@git.test:8443/a y", "p@ss", "git.test:8443", "ada", "p%40ss");
    one("'https://ada:p:q@git.test'", "p:q", "git.test", "ada", "p:q");
    one("git+ssh://ada:pw@git.test/x", "pw", "git.test", "ada", "pw");
    one("https://ghp_short@git.test", "ghp_short", "git.test", "", "ghp_short");
    one("https://ghp_short:x-oauth-basic@git.test", "ghp_short", "git.test", "", "ghp_short");
    one("https://ada:%21x@git.test", "!x", "git.test", "ada", "%21x");
    one("https://a:b@c@git.test/", "b@c", "git.test", "a", "b@c");
    for nothing in [
        "https://git.test/a:b@c",
        "https://ada@git.test",
        "://a:b@c",
        "https://ada:@git.test",
        "https://a:$PW@git.test",
        "https://a:${PW}@git.test",
        "https://a:***@git.test",
        "https://a:<token>@git.test",
        "https://a:b@",
        "a@b:c",
        "https://user:{{ password }}@git.test",
    ] {
        assert_eq!(shown(urls, nothing), [], "{nothing}");
    }
    // git puts no variables in.
    let found = loose::git_config(b"[a]\nurl = https://ada:$PW@git.test/x\n");
    assert_eq!(found[0].value.expose(), b"$PW");
    // In files that describe, examples are left alone.
    for example in
        ["https://user:password@git.test", "https://ada:Secret123@example.com", "redis://:dev@cache"]
    {
        assert!(loose::urls(example.as_bytes(), Care::Likely).is_empty(), "{example}");
    }
}

#[test]
fn assignments_of_several_shells() {
    let any: Reader = |b| loose::assignments(b, Care::Any);
    for text in [
        "export A_TOKEN=Blue-77",
        "A_TOKEN='Blue-77' cmd",
        "set -gx A_TOKEN Blue-77",
        "setenv A_TOKEN \"Blue-77\"",
        "$env:A_TOKEN = \"Blue-77\"",
        "  a-token: Blue-77 # c",
        "{\"aToken\": \"Blue-77\"}",
        "Environment=\"A_TOKEN=Blue-77\"",
    ] {
        assert_eq!(values(any, text), ["Blue-77"], "{text}");
    }
    for text in
        ["set -x", "set A_TOKEN", "TOKENS=Blue-77", "A_TOKEN==Blue-77", "A_TOKEN=/run/token", "pat=Blue-77"]
    {
        assert_eq!(values(any, text), [""; 0], "{text}");
    }
}

#[test]
fn references_are_no_secrets() {
    let files: &[(Reader, &str)] = &[
        (
            loose::maven,
            "<server><password>${env.PW}</password></server><server><password>{aXbc=}</password></server>",
        ),
        (loose::nuget, "<corp><add key=\"ClearTextPassword\" value=\"%NUGET_PW%\"/></corp>"),
        (loose::npmrc, "//r.example/:_authToken=${NPM_TOKEN}\n"),
        (loose::hosts, "github.com:\n    user: ada\n    oauth_token: \"\"\n"),
        (loose::cargo, "[registry]\nindex = \"x\"\n"),
        (loose::gradle, "pw.password=${PW}\n"),
        (
            |b| loose::assignments(b, Care::Any),
            "export A_TOKEN=$(pass x) B_TOKEN=$B C_PASSWORD=`x` D_SECRET=/run/d E_TOKEN=\n",
        ),
        (
            |b| loose::headers(b, Care::Any),
            "-H 'Authorization: Bearer $TOKEN' -H \"Private-Token: ${TOKEN}\"",
        ),
        (
            loose::flags,
            "docker login -p $PW\nmkdir -p a/b/cdefg\ncurl -u ada https://x\ngh auth --token --x\n",
        ),
        (loose::git_config, "[credential]\nhelper = store\n[http]\nextraHeader = X-Note: hello-hello\n"),
        (loose::cookies, "# a\tb\tc\td\te\tf\tg\nshort\tline\n"),
    ];
    for (reader, file) in files {
        assert_eq!(shown(*reader, file), [], "{file}");
    }
}

#[test]
fn comments_of_a_git_configuration_count_too() {
    let file = "[remote \"o\"]\n# url = https://ada:old-pw@git.test/x\n\turl = https://git.test/x\n";
    assert_eq!(values(loose::git_config, file), ["old-pw"]);
    // A file that git refuses.
    assert_eq!(values(loose::git_config, "[broken\nurl = https://ada:pw@git.test/x\n"), ["pw"]);
}

#[test]
fn toml_and_xml_in_their_other_forms() {
    assert_eq!(
        values(loose::cargo, "registry.token = 'abc'\nregistries = { corp = { token = \"d\\u0065f\" } }\n"),
        ["abc", "def"]
    );
    let file = "<settings><!-- <password>no</password> --><servers><server><password> pw </password><username>u</username></server></servers></settings>";
    assert_eq!(shown(loose::maven, file), [("pw".into(), String::new(), "u".into(), "pw".into())]);
    assert_eq!(
        values(loose::netrc, "machine a login b password \"open\nmachine c password pw2\n"),
        ["\"open", "pw2"]
    );
}

/// Files that somebody made to keep us busy: none takes time beyond its length.
#[test]
fn a_file_of_one_thing_over_and_over_is_read() {
    let pieces: &[(&str, &str)] = &[
        ("", "A_TOKEN=$"),
        ("", "password b\n"),
        ("", "machine a login b password c\n"),
        ("<a>", "<password>a</password>"),
        ("", "<add key=\"ClearTextPassword\" value=\"a\"/>"),
        ("", "- token: abc\n"),
        ("", "password = a\n"),
        ("", "//r/:_password=YQ\n"),
        ("", "x://a:b@"),
        ("", "Authorization: Basic "),
        ("", "<!--"),
        ("", "[a]\n"),
    ];
    for (head, piece) in pieces {
        let file = format!("{head}{}", piece.repeat((1 << 15) / piece.len()));
        for (_, reader) in READERS {
            let _ = reader(file.as_bytes());
        }
    }
}

const PIECES: &[&str] = &[
    "https://",
    "ada:",
    "@",
    "git.test",
    "\n",
    "password",
    "token: ",
    "_authToken=",
    "machine a login b ",
    "\"",
    "'",
    "{\"auths\":{",
    "<server><password>",
    "</",
    "[registry]\n",
    "token = ",
    "- name: ",
    "  ",
    "Authorization: Basic ",
    "YWRhOnB3",
    "-u ",
    "curl ",
    "\t",
    ":",
    "=",
    "[http \"",
    "\"]\n",
    "extraheader=",
    "é",
];

proptest! {
    #![proptest_config(crate::programs::cases(400))]

    #[test]
    fn any_bytes_are_read_without_panic(
        bytes in proptest::collection::vec(prop_oneof![
            4 => proptest::sample::select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
            1 => any::<u8>().prop_map(|b| vec![b]),
        ], 0..40)
    ) {
        let bytes = bytes.concat();
        for (name, reader) in READERS {
            for found in reader(&bytes) {
                prop_assert!(bytes.get(found.span.clone()).is_some_and(|text| !text.is_empty()), "{name}");
                prop_assert!(!found.value.is_empty(), "{name}");
            }
        }
    }
}
