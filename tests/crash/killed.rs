//! kill -9 before each call.

use crate::commands::scenarios;
use crate::points::sample;
use crate::scenario::Scenario;

/// Points of one scenario in the default run: every one of the short scenarios.
const SAMPLE: usize = 40;

#[test]
fn first_quarter() {
    each(0);
}

#[test]
fn second_quarter() {
    each(1);
}

#[test]
fn third_quarter() {
    each(2);
}

#[test]
fn fourth_quarter() {
    each(3);
}

fn each(quarter: usize) {
    let mut kills = 0;
    for make in scenarios().into_iter().skip(quarter).step_by(4) {
        let scenario = make();
        kills += every_point(&scenario);
    }
    assert!(kills > 40, "only {kills} kills");
}

fn every_point(scenario: &Scenario) -> usize {
    let mut kills = 0;
    let mut locked = Vec::new();
    for point in sample(scenario.points.clone(), SAMPLE) {
        let at = format!("{}, killed before {} {}: {}", scenario.name, point.call, point.when, point.line);
        scenario.rewind();
        if !scenario.kill_at(&point) {
            // Calls of another thread or of a child have numbers of their own.
            continue;
        }
        kills += 1;
        let before = scenario.tree();
        scenario.view().assert_between(&scenario.old, &scenario.new, &at);
        assert_eq!(scenario.tree(), before, "{at}: looking changed something");
        if !scenario.locks().is_empty() {
            locked.push(at.clone());
        }
        let another = scenario.run_another();
        assert_eq!(another.code, Some(0), "{at}: another command says {another:#?}");
        let settled = scenario.view();
        settled.assert_either(&scenario.old, &scenario.new, &format!("{at}: after another command"));
        let ran = scenario.run();
        assert!(!ran.err.contains("panicked"), "{at}: {ran:#?}");
        // Killed after the change was complete, there is nothing left to do, or to remove, or to take back.
        let done = ran.code == Some(0) || ran.code == Some(2) && settled == scenario.new;
        assert!(done, "{at}: the next run says {ran:#?}");
        scenario.view().assert_is(&scenario.new, &format!("{at}: after the next run"));
        scenario.assert_tidy(&at);
    }
    // git's own lock is held over one system call; killed there, it stays until the next run of doorkey.
    assert!(locked.len() <= 1, "{locked:#?}");
    kills
}
