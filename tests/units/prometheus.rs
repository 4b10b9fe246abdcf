//! Prometheus' text format: what a label may hold.

use doorkey::formats::prometheus::Gauge;

#[test]
fn labels_of_metrics_are_escaped() {
    let gauge = Gauge { name: "g", help: "h", lines: vec![(vec![("name", "a\"b\\c\nd")], 1)] };
    assert_eq!(gauge.text(), "# HELP g h\n# TYPE g gauge\ng{name=\"a\\\"b\\\\c\\nd\"} 1\n");
}
