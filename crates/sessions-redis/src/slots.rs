//! Which master of a cluster has which slots, as `CLUSTER SLOTS` tells it.

use std::{collections::BTreeSet, ops::RangeInclusive};

use deadpool_redis::redis::{Cmd, FromRedisValue, Value, cluster_routing::Slot, cmd, from_redis_value};

/// More than it takes to meet each master of the largest cluster.
const TRIES: u32 = 100_000;

/// The host, where the node knows its own name, and the port.
pub(crate) type Node = (Option<String>, u16);

/// Slots that lie side by side on one master.
#[derive(Debug, PartialEq)]
pub(crate) struct SlotRange {
    slots: RangeInclusive<u16>,
    pub(crate) master: Node,
}

/// `CLUSTER SLOTS` and not the newer `CLUSTER SHARDS`: all versions know it.
pub(crate) fn question() -> Cmd {
    let mut question = cmd("CLUSTER");
    question.arg("SLOTS");
    question
}

/// Each range is an array of its first slot, its last, its master (host, port and more), and its replicas.
pub(crate) fn read(answer: &[Value]) -> Vec<SlotRange> {
    let of_range = |range: &Value| {
        let Value::Array(parts) = range else { return None };
        let Some(Value::Array(master)) = parts.get(2) else {
            return None;
        };
        Some(SlotRange {
            slots: part(parts, 0)?..=part(parts, 1)?,
            master: (part(master, 0)?, part(master, 1)?),
        })
    };
    answer.iter().filter_map(of_range).collect()
}

fn part<T: FromRedisValue>(parts: &[Value], index: usize) -> Option<T> {
    from_redis_value(parts.get(index)?.clone()).ok()
}

/// Names of this kind, so many of them that every master has a key among them.
pub(crate) fn on_each_master(ranges: &[SlotRange], name: impl Fn(u32) -> String) -> Vec<String> {
    let mut without: BTreeSet<&Node> = ranges.iter().map(|range| &range.master).collect();
    let mut names = Vec::new();
    for n in 0..TRIES {
        if without.is_empty() {
            break;
        }
        let name = name(n);
        let slot = Slot::for_key(&name);
        let lies_in = |range: &&SlotRange| range.slots.clone().any(|n| Slot::new(n) == Some(slot));
        if let Some(range) = ranges.iter().find(lies_in)
            && without.remove(&range.master)
        {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(slots: RangeInclusive<u16>, port: u16) -> SlotRange {
        SlotRange {
            slots,
            master: (Some("h".to_owned()), port),
        }
    }

    #[test]
    fn each_master_gets_one_key_however_small_its_share_is() {
        let ranges = [
            range(0..=99, 7000),
            range(100..=8000, 7001),
            range(8001..=16000, 7002),
            range(16001..=16383, 7001),
        ];
        let names = on_each_master(&ranges, |n| format!("wl:probe:{n}"));
        let mut owners: Vec<u16> = names
            .iter()
            .map(|name| {
                let slot = Slot::for_key(name);
                let has_it = |range: &&SlotRange| range.slots.clone().any(|n| Slot::new(n) == Some(slot));
                ranges.iter().find(has_it).unwrap().master.1
            })
            .collect();
        owners.sort_unstable();
        assert_eq!(owners, [7000, 7001, 7002]);
    }

    #[test]
    fn a_cluster_that_serves_nothing_has_no_key() {
        assert!(on_each_master(&[], |n| n.to_string()).is_empty());
    }

    #[test]
    fn what_is_no_range_is_passed_by() {
        let master = Value::Array(vec![Value::BulkString(b"h".into()), Value::Int(7000)]);
        let good = Value::Array(vec![Value::Int(0), Value::Int(99), master]);
        let answer = [Value::Nil, good, Value::Array(vec![Value::Int(1)])];
        assert_eq!(read(&answer), [range(0..=99, 7000)]);
    }
}
