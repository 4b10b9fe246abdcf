//! kill -9 before each call.

use crate::points::sample;
use crate::scenario::{Scenario, scenarios};

/// Points of one scenario in the default run.
const SAMPLE: usize = 9;

#[test]
fn first_half() {
    each(0);
}

#[test]
fn second_half() {
    each(1);
}

fn each(half: usize) {
    let mut kills = 0;
    for make in scenarios().into_iter().skip(half).step_by(2) {
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
        let view = scenario.view();
        view.assert_between(&scenario.old, &scenario.new, &at);
        assert_eq!(scenario.tree(), before, "{at}: looking changed something");
        if !scenario.locks().is_empty() {
            locked.push(at.clone());
        }
        let ran = scenario.run();
        assert!(!ran.err.contains("panicked"), "{at}: {ran:#?}");
        let now = scenario.view();
        // Killed after the change was complete, there is nothing left to do, or to remove, or to take back.
        let done = ran.code == Some(0) || ran.code == Some(2) && view == scenario.new;
        assert!(done, "{at}: the next run says {ran:#?}");
        now.assert_is(&scenario.new, &format!("{at}: after the next run"));
        scenario.assert_tidy(&at);
    }
    // git's own lock is held over one system call; killed there, it stays until the next run of doorkey.
    assert!(locked.len() <= 1, "{locked:#?}");
    kills
}
