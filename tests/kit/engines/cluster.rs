//! A Redis Cluster on this machine: nodes that share the slots among them, without replicas.
//!
//! It may not know what is stored.

use super::{patiently, redis::Redis};
use std::io;

/// How many slots a cluster has (Redis Cluster specification).
const SLOTS: usize = 16_384;

/// Nodes that know each other. Dropped, all are killed.
#[derive(Debug)]
pub struct RedisCluster {
    /// In the order of their slots, each with as many.
    pub nodes: Vec<Redis>,
}

impl RedisCluster {
    /// Starts so many nodes and waits until each says that the cluster is whole; `None` if Redis is not installed.
    pub fn start(nodes: usize) -> Option<Self> {
        let nodes: Vec<Redis> = (0..nodes).map(|_| Redis::start_as(true, None)).collect::<Option<_>>()?;
        join(&nodes).expect("nodes that take the commands of a cluster");
        let is_whole = |node: &Redis| {
            let (info, known) = (node.ask("CLUSTER INFO")?, node.ask("CLUSTER NODES")?);
            Ok::<_, io::Error>(info.contains("cluster_state:ok") && known.lines().count() == nodes.len())
        };
        patiently("a cluster that is whole", || nodes.iter().all(|node| is_whole(node).unwrap_or(false)).then_some(()));
        Some(Self { nodes })
    }

    /// The URL of every node. Any one of them leads to the others.
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(Redis::url).collect()
    }
}

fn join(nodes: &[Redis]) -> io::Result<()> {
    let Some(first) = nodes.first() else { return Ok(()) };
    for (number, node) in nodes.iter().enumerate() {
        let (from, to) = (number * SLOTS / nodes.len(), (number + 1) * SLOTS / nodes.len() - 1);
        node.ask(&format!("CLUSTER ADDSLOTSRANGE {from} {to}"))?;
        // Else all begin with the same one, and have to settle whose counts.
        node.ask(&format!("CLUSTER SET-CONFIG-EPOCH {}", number + 1))?;
        if number > 0 {
            node.ask(&format!("CLUSTER MEET 127.0.0.1 {} {}", first.port(), first.bus().unwrap_or_default()))?;
        }
    }
    Ok(())
}
