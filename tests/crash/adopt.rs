//! `token adopt`, and its undo, killed: the value is in the file or in the store at every moment, and never in neither.

use crate::home::Home;
use crate::points::sample;
use crate::scenario::Scenario;

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

fn adopted(home: &Home) {
    found(home);
    home.run(&["token", "adopt", "--yes"]).ok();
}

#[test]
fn killed_while_it_is_moved() {
    every_point(&Scenario::new("token adopt", found, &["token", "adopt", "--yes"], ""));
}

#[test]
fn killed_while_it_is_put_back() {
    every_point(&Scenario::new("undo of token adopt", adopted, &["undo", "--yes"], ""));
}

fn every_point(scenario: &Scenario) {
    let mut kills = 0;
    for point in sample(scenario.points.clone(), 25) {
        let at = format!("{}, killed before {} {}: {}", scenario.name, point.call, point.when, point.line);
        scenario.rewind();
        if !scenario.kill_at(&point) {
            continue;
        }
        kills += 1;
        let places = ["# mine\r\nhttps://bob:", "\turl = https://bob:", "\tpushurl = https://bob:"];
        let files = scenario.text(".git-credentials") + &scenario.text("app/.git/config");
        let in_files = places.iter().filter(|place| files.contains(&format!("{place}{LOOSE}@"))).count();
        let in_store = scenario.given("globex/app.git").contains(LOOSE);
        assert!(in_files == places.len() || in_store, "{at}: in {in_files} places, in the store: {in_store}");
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
