//! Tests of the core, which needs no browser and no server. `kit` has what they share.

mod hostile;
mod kit;
mod obligations;
mod oracle;
mod simulator;
mod sizes;
mod wire;
mod world;
