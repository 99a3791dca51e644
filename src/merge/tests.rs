//! Tests of the core, which needs no browser and no server. `kit` has what they share.

mod hostile;
mod kit;
mod model;
mod obligations;
mod oracle;
mod simulator;
mod sizes;
mod stress;
mod times;
mod wire;
mod world;
