#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod guard;
mod held;
mod slips;

pub use crate::{
    guard::same_origin,
    held::{Failure, Held, Required},
    slips::{SlipService, SlipServiceFuture, Slips},
};
