//! The house: who works there, what they are told, and what is left when they go.
//!
//! It may not know guests.

use crate::{
    Fault,
    architecture::Architecture,
    doorman,
    options::{FRONT_DOOR, WAITER},
    staff::Employee,
    waiter::{DATABASE, HELD, KEYS, database_bytes, prepare_database},
};
use orderslip::{Keyring, SecretText};
use reqwest::Client;
use std::{collections::VecDeque, ffi::OsStr, net::SocketAddr, path::PathBuf};
use tempfile::TempDir;

/// How many waiters begin the evening.
const WAITERS: u32 = 3;

pub(crate) struct House {
    front_door: Employee,
    waiters: VecDeque<Employee>,
    hired: u32,
    architecture: Architecture,
    told: Told,
    client: Client,
}

/// What every waiter is told, so that all of them can serve the same guests.
enum Told {
    Nothing,
    Database {
        path: PathBuf,
        /// Goes when the house closes.
        _folder: TempDir,
    },
    Keys(SecretText),
}

impl House {
    pub(crate) async fn open(architecture: Architecture, client: Client) -> Result<Self, Fault> {
        let told = match architecture {
            Architecture::MemorySticky | Architecture::Memory => Told::Nothing,
            Architecture::Database => {
                let folder = TempDir::new()?;
                let path = folder.path().join("orders.sqlite");
                prepare_database(&path)?;
                Told::Database { path, _folder: folder }
            }
            Architecture::Slip => Told::Keys(Keyring::generate()?.to_jwks()),
        };
        let front_door = Employee::hire(&[FRONT_DOOR, architecture.name()], None).await?;
        let mut house = Self { front_door, waiters: VecDeque::new(), hired: 0, architecture, told, client };
        for _ in 0..WAITERS {
            house.hire_a_waiter().await?;
        }
        Ok(house)
    }

    pub(crate) fn door(&self) -> SocketAddr {
        self.front_door.address
    }

    /// Starts a waiter, and lets the front door know.
    pub(crate) async fn hire_a_waiter(&mut self) -> Result<(), Fault> {
        self.hired += 1;
        let number = self.hired.to_string();
        let told = match &self.told {
            Told::Nothing => None,
            Told::Database { path, .. } => Some((DATABASE, path.as_os_str())),
            Told::Keys(keys) => Some((KEYS, OsStr::new(keys.expose()))),
        };
        let waiter = Employee::hire(&[WAITER, self.architecture.name(), &number], told).await?;
        let url = format!("http://{}{}{number}", self.door(), doorman::WAITERS);
        self.client.put(url).body(waiter.address.to_string()).send().await?.error_for_status()?;
        self.waiters.push_back(waiter);
        Ok(())
    }

    /// Kills the waiter who has been here longest. Nobody is told: the front door finds out.
    pub(crate) async fn lose_a_waiter(&mut self) -> Result<(), Fault> {
        match self.waiters.pop_front() {
            Some(waiter) => waiter.kill().await,
            None => Ok(()),
        }
    }

    /// Sends everybody home, and says how many bytes of state the servers held.
    pub(crate) async fn close(self) -> Result<u64, Fault> {
        let mut remembered = 0;
        for waiter in self.waiters {
            if let Told::Nothing = self.told {
                let answer = self.client.get(format!("http://{}{HELD}", waiter.address)).send().await?;
                remembered += answer.error_for_status()?.text().await?.parse::<u64>()?;
            }
            waiter.kill().await?;
        }
        self.front_door.kill().await?;
        match &self.told {
            Told::Nothing => Ok(remembered),
            Told::Database { path, .. } => database_bytes(path),
            // There is nobody to ask and nothing to measure: no place where they could have put it.
            Told::Keys(_) => Ok(0),
        }
    }
}
