//! `token adopt`, and its undo, killed: the value is in the file or in the store at every moment, and never in neither.

use crate::home::{Home, Ran};
use crate::points::sample;
use crate::scenario::{Scenario, with_helper};
use std::os::unix::fs::symlink;

const LOOSE: &str = "ghp_w3Kd9sLw4pZc6nBh1jYf8gQx7vRt2mAbCdEf";

/// Two files, the second with two places, so that a kill falls between them.
fn found(home: &Home) {
    let globex = ["profile", "add", "globex", "--host", "git.test", "--owner", "globex", "--user", "bob"];
    home.run(&[&globex[..], &["--email", "b@globex.test", "--yes"]].concat()).ok();
    home.run(&["use", "acme", "--yes"]).ok();
    let url = format!("https://bob:{LOOSE}@git.test/globex/app.git");
    home.write(".git-credentials", format!("# mine\r\n{url}\r\n"), 0o600);
    home.write("app/.git/HEAD", "ref: refs/heads/main\n", 0o644);
    home.write("app/.git/config", format!("[remote \"o\"]\n\turl = {url}\n\tpushurl = {url}\n"), 0o644);
}

const LOGIN: &str = "Y2k6Z2hwX3czS2Q5c0x3NHBaYzZuQmgxallmOGdReDd2UnQybUFiQ2RFZg==";

/// A login of docker's: its file is edited in two places, by one write.
fn docker(home: &Home) {
    let file = ".config/doorkey/profiles/acme.toml";
    home.write(file, format!("{}\n[registries]\ndocker = [\"reg.test\"]\n", home.text(file)), 0o600);
    home.run(&["use", "acme", "--yes"]).ok();
    std::fs::create_dir(home.path("bin")).unwrap();
    symlink("../.local/state/doorkey/bin/doorkey", home.path("bin/docker-credential-doorkey")).unwrap();
    let login = format!("{{\n\t\"auths\": {{\n\t\t\"reg.test\": {{\"auth\": \"{LOGIN}\"}}\n\t}}\n}}\n");
    home.write(".docker/config.json", login, 0o600);
}

fn adopted(home: &Home) {
    found(home);
    home.run(&["token", "adopt", "--yes"]).ok();
}

fn docker_adopted(home: &Home) {
    docker(home);
    let output = with_helper(home.doorkey(), home).args(["token", "adopt", "--yes"]).output().unwrap();
    Ran::of(&output).ok();
}

/// A token of cargo's, and the other file that names who is asked for it.
fn cargo(home: &Home) {
    let file = ".config/doorkey/profiles/acme.toml";
    home.write(file, format!("{}\n[registries]\ncargo = [\"reg.test\"]\n", home.text(file)), 0o600);
    home.run(&["use", "acme", "--yes"]).ok();
    home.write(
        ".cargo/config.toml",
        "[registries.mine]\nindex = \"sparse+https://reg.test/index/\"\n",
        0o644,
    );
    home.write(".cargo/credentials.toml", format!("[registries.mine]\ntoken = \"{LOOSE}\"\n"), 0o600);
}

fn cargo_adopted(home: &Home) {
    cargo(home);
    home.run(&["token", "adopt", "--yes"]).ok();
}

/// A token of npm's, which npm gets in a session afterwards.
fn npm(home: &Home) {
    let file = ".config/doorkey/profiles/acme.toml";
    let registries = "[registries]\nnpm = { \"@acme\" = \"https://npm.test/\" }\n";
    home.write(file, format!("{}\n{registries}", home.text(file)), 0o600);
    home.run(&["use", "acme", "--yes"]).ok();
    home.write(".npmrc", format!("save-exact=true\n//npm.test/:_authToken={LOOSE}\n"), 0o600);
}

fn npm_adopted(home: &Home) {
    npm(home);
    home.run(ADOPT_NPM).ok();
}

const ADOPT_NPM: &[&str] = &["token", "adopt", "--kind", "npm", "--yes"];

#[test]
fn killed_while_npms_token_is_moved() {
    every_point(&Scenario::new("token adopt of npm's", npm, ADOPT_NPM, ""), of_npm);
}

#[test]
fn killed_while_npms_token_is_put_back() {
    every_point(&Scenario::new("undo of npm's", npm_adopted, &["undo", "--yes"], ""), of_npm);
}

#[test]
fn killed_while_it_is_moved() {
    every_point(&Scenario::new("token adopt", found, &["token", "adopt", "--yes"], ""), of_git);
}

#[test]
fn killed_while_dockers_login_is_moved() {
    every_point(
        &Scenario::new("token adopt of docker's", docker, &["token", "adopt", "--yes"], ""),
        of_docker,
    );
}

#[test]
fn killed_while_dockers_login_is_put_back() {
    every_point(&Scenario::new("undo of docker's", docker_adopted, &["undo", "--yes"], ""), of_docker);
}

#[test]
fn killed_while_it_is_put_back() {
    every_point(&Scenario::new("undo of token adopt", adopted, &["undo", "--yes"], ""), of_git);
}

#[test]
fn killed_while_cargos_token_is_moved() {
    every_point(&Scenario::new("token adopt of cargo's", cargo, &["token", "adopt", "--yes"], ""), of_cargo);
}

#[test]
fn killed_while_cargos_token_is_put_back() {
    every_point(&Scenario::new("undo of cargo's", cargo_adopted, &["undo", "--yes"], ""), of_cargo);
}

/// Whether the value is in all of its places, and whether git is given it.
fn of_git(scenario: &Scenario) -> (bool, bool) {
    let places = ["# mine\r\nhttps://bob:", "\turl = https://bob:", "\tpushurl = https://bob:"];
    let files = scenario.text(".git-credentials") + &scenario.text("app/.git/config");
    let in_files = places.iter().all(|place| files.contains(&format!("{place}{LOOSE}@")));
    (in_files, scenario.given("globex/app.git").contains(LOOSE))
}

/// The same for docker, which takes it from the file only while no helper is named there.
fn of_docker(scenario: &Scenario) -> (bool, bool) {
    let file = scenario.text(".docker/config.json");
    let (login, helper) = (file.contains(LOGIN), file.contains("doorkey"));
    assert_ne!(login, helper, "half of the edit: {file}");
    (login, helper && scenario.docker("reg.test").contains(LOOSE))
}

/// The same for cargo, which takes it from the file only while no provider is named.
fn of_cargo(scenario: &Scenario) -> (bool, bool) {
    let named = scenario.text(".cargo/config.toml").contains("credential-provider");
    let in_file = !named && scenario.text(".cargo/credentials.toml").contains(LOOSE);
    (in_file, named && scenario.cargo("sparse+https://reg.test/index/").contains(LOOSE))
}

/// The same for npm, which takes it from the file, or from a session's variable.
fn of_npm(scenario: &Scenario) -> (bool, bool) {
    (scenario.text(".npmrc").contains(LOOSE), scenario.npm("acme").contains(LOOSE))
}

pub(crate) fn every_point(scenario: &Scenario, where_it_is: fn(&Scenario) -> (bool, bool)) {
    let mut kills = 0;
    for point in sample(scenario.points.clone(), 25) {
        let at = format!("{}, killed before {} {}: {}", scenario.name, point.call, point.when, point.line);
        scenario.rewind();
        if !scenario.kill_at(&point) {
            continue;
        }
        kills += 1;
        let (in_files, in_store) = where_it_is(scenario);
        assert!(in_files || in_store, "{at}: in the files: {in_files}, in the store: {in_store}");
        let another = scenario.run_another();
        assert_eq!(another.code, Some(0), "{at}: another command says {another:#?}");
        let settled = scenario.view();
        settled.assert_either(&scenario.old, &scenario.new, &format!("{at}: after another command"));
        if settled == scenario.old {
            scenario.run().ok();
            scenario.view().assert_is(&scenario.new, &format!("{at}: after the next run"));
        }
        scenario.assert_tidy(&at);
    }
    assert!(kills > 15, "only {kills} kills");
}
