//! The house: who works there, what they are told, and what is left when they go.
//!
//! It may not know guests.

use crate::{
    Fault,
    architecture::Architecture,
    costs::Metered,
    doorman,
    options::{FRONT_DOOR, WAITER},
    programme::Programme,
    staff::Employee,
    stores::{self, Place, Stores},
    waiter::{DATABASE, HELD, KEYS, METER, STORE, database_bytes, prepare_database},
};
use orderslip::{Keyring, SecretText};
use reqwest::Client;
use std::{collections::VecDeque, ffi::OsStr, net::SocketAddr, path::PathBuf};
use tempfile::TempDir;

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
    Store {
        place: Place,
        json: String,
    },
    Keys(SecretText),
}

impl House {
    pub(crate) async fn open(programme: &Programme, stores: &Stores, client: Client) -> Result<Self, Fault> {
        let architecture = programme.architecture;
        let told = match architecture {
            Architecture::MemorySticky | Architecture::Memory => Told::Nothing,
            Architecture::Database => {
                let folder = TempDir::new()?;
                let path = folder.path().join("orders.sqlite");
                prepare_database(&path)?;
                Told::Database { path, _folder: folder }
            }
            Architecture::Redis | Architecture::Postgres => {
                let place = stores.place_for(architecture).await?.ok_or("no store is named")?;
                Told::Store { json: serde_json::to_string(&place)?, place }
            }
            Architecture::Slip => Told::Keys(Keyring::generate()?.to_jwks()),
        };
        let front_door = Employee::hire(&[FRONT_DOOR, architecture.name()], None).await?;
        let mut house = Self { front_door, waiters: VecDeque::new(), hired: 0, architecture, told, client };
        for _ in 0..programme.waiters {
            house.hire_a_waiter().await?;
        }
        Ok(house)
    }

    pub(crate) fn door(&self) -> SocketAddr {
        self.front_door.address
    }

    /// How many are here.
    pub(crate) fn waiters(&self) -> usize {
        self.waiters.len()
    }

    /// Starts a waiter, and lets the front door know.
    pub(crate) async fn hire_a_waiter(&mut self) -> Result<(), Fault> {
        self.hired += 1;
        let number = self.hired.to_string();
        let told = match &self.told {
            Told::Nothing => None,
            Told::Database { path, .. } => Some((DATABASE, path.as_os_str())),
            Told::Store { json, .. } => Some((STORE, OsStr::new(json))),
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

    /// Sends everybody home, and says what they have counted, and how many bytes of state the servers held.
    pub(crate) async fn close(self) -> Result<(Metered, u64), Fault> {
        let (mut metered, mut remembered) = (Metered::default(), 0);
        for waiter in self.waiters {
            let answer = self.client.get(format!("http://{}{METER}", waiter.address)).send().await?;
            metered += serde_json::from_slice(&answer.bytes().await?)?;
            if let Told::Nothing = self.told {
                let answer = self.client.get(format!("http://{}{HELD}", waiter.address)).send().await?;
                remembered += answer.error_for_status()?.text().await?.parse::<u64>()?;
            }
            waiter.kill().await?;
        }
        self.front_door.kill().await?;
        let bytes = match &self.told {
            Told::Nothing => remembered,
            Told::Database { path, .. } => database_bytes(path)?,
            Told::Store { place, .. } => stores::clear(self.architecture, place).await?,
            // There is nobody to ask and nothing to measure: no place where they could have put it.
            Told::Keys(_) => 0,
        };
        Ok((metered, bytes))
    }
}
