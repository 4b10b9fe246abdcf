//! Calls that fail, as on a full or broken disk: the old state stays, and the message says so.

use crate::commands::scenarios;
use crate::points::sample;

/// Points of one scenario in the default run.
const SAMPLE: usize = 12;

#[test]
fn a_full_disk_changes_nothing() {
    each("ENOSPC", &["write", "openat", "mkdirat", "linkat", "link", "symlink", "symlinkat", "rename"], 0);
}

#[test]
fn a_broken_disk_changes_nothing() {
    each("EIO", &["write", "fsync", "rename", "unlink", "linkat", "link", "fchmod"], 1);
}

fn each(error: &str, calls: &[&str], half: usize) {
    let mut failed = 0;
    for make in scenarios().into_iter().skip(half).step_by(2) {
        let scenario = make();
        let points: Vec<_> =
            scenario.points.iter().filter(|p| calls.contains(&p.call.as_str())).cloned().collect();
        for point in sample(points, SAMPLE) {
            let at = format!("{}, {error} from {} {}: {}", scenario.name, point.call, point.when, point.line);
            scenario.rewind();
            let inject = format!("inject={}:error={error}:when={}", point.call, point.when);
            let ran = crate::home::Ran::of(&scenario.strace(&["-o", "/dev/null", "-e", &inject]));
            assert!(!ran.err.contains("panicked"), "{at}: {ran:#?}");
            let view = scenario.view();
            if ran.code == Some(0) {
                // What is only tidied up may fail; then the change is there.
                view.assert_is(&scenario.new, &format!("{at}: rc 0, and yet"));
                continue;
            }
            failed += 1;
            assert_eq!(ran.code, Some(3), "{at}: {ran:#?}");
            // A note may stand before it.
            let said = ran.err.lines().any(|line| line.starts_with("error"));
            assert!(said && ran.err.contains("  fix: "), "{at}: {}", ran.err);
            if error == "ENOSPC" {
                assert!(ran.err.contains("full"), "{at}: {}", ran.err);
            }
            assert!(!ran.err.contains("os error"), "{at}: {}", ran.err);
            view.assert_is(&scenario.old, &format!("{at}: {}", ran.err));
            // The disk works again.
            let again = scenario.run();
            assert_eq!(again.code, Some(0), "{at}: the next run says {again:#?}");
            scenario.view().assert_is(&scenario.new, &format!("{at}: after the next run"));
            scenario.assert_tidy(&at);
        }
    }
    assert!(failed > 20, "only {failed} calls failed");
}
