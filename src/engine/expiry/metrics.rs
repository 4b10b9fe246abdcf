//! The time line as metrics.

use super::TimeLine;
use crate::formats::prometheus::Gauge;
use crate::redact;

/// Prometheus' text format: when each entry with a known end ends; how many have none; whether all was looked at.
#[must_use]
pub fn metrics(line: &TimeLine) -> String {
    let names: Vec<String> = line.entries.iter().map(|entry| redact::said(&entry.name)).collect();
    let ends = line.entries.iter().zip(&names).filter_map(|(entry, name)| {
        let labels = vec![("profile", &*entry.profile), ("kind", entry.kind.as_str()), ("name", name)];
        Some((labels, entry.end.at()?))
    });
    let count = i64::try_from(line.without_end).unwrap_or(i64::MAX);
    let gauges = [
        Gauge {
            name: "doorkey_credential_expires_seconds",
            help: "When a credential ends, in seconds since 1970-01-01 UTC.",
            lines: ends.collect(),
        },
        Gauge {
            name: "doorkey_credentials_without_end",
            help: "How many credentials have no known end.",
            lines: vec![(Vec::new(), count)],
        },
        Gauge {
            name: "doorkey_credentials_complete",
            help: "1 when all was looked at, 0 when the store is locked or a file cannot be read.",
            lines: vec![(Vec::new(), i64::from(line.gaps.is_empty()))],
        },
    ];
    gauges.iter().map(Gauge::text).collect()
}
