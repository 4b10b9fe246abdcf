//! `token inspect`: what is told of a text, and that no value is shown.

use crate::home::Home;
use base64::Engine;
use serde_json::Value;

const GITHUB: &str = "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";
const ROUTABLE: &str = "glpat-uSZ4R377jwWWkqdUQgWFy286MQp1OjlpeAk.01.0z1druqaw";
/// Expired on 2027-01-01, and for one project.
const PYPI: &str = "pypi-AgEIcHlwaS5vcmcCJDAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMAACDVsxLCBbImRlbW8iXV0AAhtbMCwgMTc5ODc2MTYwMCwgMTc2NzIyNTYwMF0AAAYguSZ4R377jwWWkqdUQgWFyzvo0wTaL99yeXVm6wU1cho";

#[test]
fn each_token_of_a_text_is_told_with_its_line() {
    let home = Home::empty();
    let text =
        format!("# notes\nexport GITHUB_TOKEN={GITHUB}\n\nurl=https://oauth2:{ROUTABLE}@git.test/a/b\n");
    let ran = home.run_with(&["token", "inspect"], text.as_bytes()).ok();
    assert!(
        ran.out.starts_with("line 2: GitHub personal access token (classic)\n  checksum: valid\n"),
        "{ran:#?}"
    );
    assert!(ran.out.contains("line 4: GitLab access token"), "{ran:#?}");
    assert!(ran.out.contains("  user-id: 12345\n"), "{ran:#?}");
    let all = format!("{}{}", ran.out, ran.err);
    for value in [GITHUB, ROUTABLE] {
        assert!(!all.contains(&value[6..14]) && !all.contains(&value[value.len() - 8..]), "{all}");
    }
}

#[test]
fn json_names_its_schema_and_gives_the_fields() {
    let home = Home::empty();
    let ran = home.run_with(&["token", "inspect", "-", "--json"], format!("{PYPI}\n").as_bytes());
    assert!(!ran.out.contains(&PYPI[8..20]), "{ran:#?}");
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(document["schema"], "doorkey/token-inspect/v1");
    let token = &document["tokens"][0];
    assert_eq!((&token["kind"], &token["checksum"]), (&"pypi".into(), &"none".into()));
    assert_eq!(token["fields"]["expires"], 1_798_761_600);
    assert_eq!(token["fields"]["projects"], "demo");
}

#[test]
fn what_is_broken_or_nothing_is_a_finding() {
    let home = Home::empty();
    let ran = home.run_with(&["token", "inspect"], GITHUB.replace("17", "18").as_bytes()).with_code(1);
    assert!(ran.out.contains("checksum: INVALID") && ran.out.contains("mistyped"), "{ran:#?}");
    let ran = home.run_with(&["token", "inspect"], b"no token here\n").with_code(1);
    assert!(ran.out.contains("No token was recognised"), "{ran:#?}");
    home.run_with(&["token", "inspect"], b"").with_code(1);
    home.run_with(&["token", "inspect"], &[0, 255, 0, 254]).with_code(1);
}

#[test]
fn a_file_is_read_too_and_nothing_is_changed() {
    let home = Home::empty();
    home.write("notes.txt", GITHUB, 0o600);
    let before = home.tree();
    home.run(&["token", "inspect", "notes.txt"]).ok();
    assert!(before == home.tree());
    let ran = home.run(&["token", "inspect", "absent"]).with_code(3);
    assert!(ran.err.contains("absent is not there"), "{ran:#?}");
}

#[test]
fn a_text_from_outside_does_not_drive_the_terminal() {
    let home = Home::empty();
    let payload = r#"[1, ["\u001b]0;x\u0007evil"]]"#;
    let mut macaroon = vec![2, 1, 4];
    macaroon.extend(b"h\x1b[m\x02\x01i\x00\x02");
    macaroon.push(u8::try_from(payload.len()).unwrap());
    macaroon.extend(payload.as_bytes());
    macaroon.extend(b"\x00\x00\x06\x20");
    macaroon.extend([7; 32]);
    let text = format!("pypi-{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&macaroon));
    let ran = home.run_with(&["token", "inspect"], text.as_bytes()).ok();
    assert!(ran.out.contains("evil"), "{ran:#?}");
    assert!(!ran.out.contains('\u{1b}') && !ran.out.contains('\u{7}'), "{ran:#?}");
}
