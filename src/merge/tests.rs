//! Tests of the core, which needs no browser and no server. `kit` has what they share.

mod admission;
mod bases;
mod beside;
mod carts;
mod hostile;
mod kit;
mod limits;
mod model;
mod obligations;
mod oracle;
mod planning;
mod policy;
mod preferences;
mod simulator;
mod sizes;
mod stress;
mod times;
mod wire;
mod world;
