//! The ways to keep an order that the demonstration compares: four, and two more where there is a store to keep it in.
//!
//! It may not know how any of them works.

use serde::Serialize;

/// Where the state of a guest is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Architecture {
    /// In the waiter's memory; the front door brings every guest back to the same waiter.
    MemorySticky,
    /// In the waiter's memory; the front door sends every request to the next waiter.
    Memory,
    /// In a database that all waiters share.
    Database,
    /// In a Redis that all waiters share, if there is one.
    Redis,
    /// In a PostgreSQL that all waiters share, if there is one.
    Postgres,
    /// On slips that the guest carries.
    Slip,
}

impl Architecture {
    pub(crate) const ALL: [Self; 6] =
        [Self::MemorySticky, Self::Memory, Self::Database, Self::Redis, Self::Postgres, Self::Slip];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::MemorySticky => "memory-sticky",
            Self::Memory => "memory",
            Self::Database => "database",
            Self::Redis => "redis",
            Self::Postgres => "postgres",
            Self::Slip => "slip",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|architecture| architecture.name() == name)
    }
}
