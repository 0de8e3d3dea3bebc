//! Which transactions a reader of the log has seen.

use serde::{Deserialize, Serialize};

/// With more that were running, the snapshot is rounded down: tokens would grow with every writer.
const MOST_RUNNING: usize = 64;

/// A set of transactions, as Postgres' `pg_snapshot` has it: all below `xmax` but those that were still running.
///
/// What a snapshot does not hold comes later, whatever its number: numbers are taken before they commit. So the entries to be
/// read next are those of transactions that the last snapshot does not hold and this one does; none can be missed because its
/// writer was slow, and nobody waits for the slowest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    #[serde(rename = "n")]
    xmin: i64,
    #[serde(rename = "x")]
    xmax: i64,
    /// As distances from `xmin`, which are short to write.
    #[serde(rename = "r", default, skip_serializing_if = "Vec::is_empty")]
    running: Vec<i64>,
}

impl Snapshot {
    /// Reads `xmin:xmax:running,…`, as Postgres writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ':');
        let (xmin, xmax): (i64, i64) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let running: Vec<i64> = match parts.next()? {
            "" => Vec::new(),
            list => list.split(',').map(|id| id.parse::<i64>().ok().map(|id| id - xmin)).collect::<Option<_>>()?,
        };
        if running.len() > MOST_RUNNING {
            // Seen is then less than was seen: something comes twice, and nothing is missed.
            return Some(Self { xmin, xmax: xmin, running: Vec::new() });
        }
        Some(Self { xmin, xmax, running })
    }

    /// Whether all transactions of this set are in the other, too.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        let running = self.running();
        self.xmax <= other.xmax && other.running().iter().all(|id| *id >= self.xmax || running.contains(id))
    }

    /// All transactions below this one are in the set.
    #[must_use]
    pub const fn xmin(&self) -> i64 {
        self.xmin
    }

    /// No transaction from this one on is in the set.
    #[must_use]
    pub const fn xmax(&self) -> i64 {
        self.xmax
    }

    /// Those between the two that are not in the set.
    #[must_use]
    pub fn running(&self) -> Vec<i64> {
        self.running.iter().map(|distance| self.xmin.saturating_add(*distance)).collect()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn holds(snapshot: &Snapshot, id: i64) -> bool {
        id < snapshot.xmax() && !snapshot.running().contains(&id)
    }

    #[test]
    fn a_later_snapshot_holds_an_earlier_one() {
        let snapshot = |text: &str| Snapshot::parse(text).unwrap();
        for (earlier, later) in [("10:20:10,14", "10:20:10"), ("10:20:14", "14:22:14,21"), ("10:10:", "10:10:"), ("5:8:6", "6:9:6")] {
            assert!(snapshot(earlier).is_within(&snapshot(later)), "{earlier} {later}");
        }
        for (later, earlier) in [("10:20:", "10:20:10,14"), ("14:22:14,21", "10:20:14"), ("10:11:", "10:10:")] {
            assert!(!snapshot(later).is_within(&snapshot(earlier)), "{later} {earlier}");
        }
    }

    #[test]
    fn what_postgres_writes_is_read() {
        let snapshot = Snapshot::parse("10:20:10,14,15").unwrap();
        assert_eq!((snapshot.xmin(), snapshot.xmax(), snapshot.running()), (10, 20, vec![10, 14, 15]));
        assert!(Snapshot::parse("10:10:").unwrap().running().is_empty());
        for bad in ["", "10", "10:20", "a:b:", "10:20:x"] {
            assert_eq!(Snapshot::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_snapshot_never_holds_what_was_running(xmin in 3_i64..1_000_000, gaps in prop::collection::vec(0_i64..5, 0..200)) {
            let running: Vec<i64> = gaps.iter().scan(xmin, |at, gap| { let id = *at; *at += gap + 1; Some(id) }).collect();
            let xmax = running.last().map_or(xmin, |last| last + 3);
            let list = running.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
            let snapshot = Snapshot::parse(&format!("{xmin}:{xmax}:{list}")).unwrap();
            prop_assert!(running.iter().all(|id| !holds(&snapshot, *id)));
            prop_assert!(!holds(&snapshot, xmax) && holds(&snapshot, xmin - 1));
            if running.len() <= MOST_RUNNING {
                prop_assert!((xmin..xmax).all(|id| holds(&snapshot, id) != running.contains(&id)));
            }
            prop_assert!(snapshot.is_within(&snapshot));
            let written = serde_json::to_string(&snapshot).unwrap();
            prop_assert_eq!(serde_json::from_str::<Snapshot>(&written).unwrap(), snapshot);
        }
    }
}
