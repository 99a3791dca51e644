//! Nothing: what any program weighs.

fn main() {}
