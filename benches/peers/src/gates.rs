//! How many times as fast as its peers the library must be, sealing and opening together, by minima of one run.

use crate::{
    jars, jwt, ours, paseto,
    stage::{STATES, Stage},
};

struct Gate {
    ours: &'static str,
    peer: &'static str,
    /// At least, for Session, Cart10 and Cart30.
    times: [f64; 3],
}

const GATES: [Gate; 4] = [
    Gate { ours: ours::ENCRYPTED, peer: jwt::RUST_CRYPTO, times: [2.5, 3.0, 3.0] },
    Gate { ours: ours::ENCRYPTED, peer: jars::PRIVATE, times: [2.0, 2.0, 2.0] },
    Gate { ours: ours::JWS, peer: jwt::RUST_CRYPTO, times: [1.5, 1.5, 1.5] },
    Gate { ours: ours::ENCRYPTED, peer: paseto::LOCAL, times: [7.0, 7.0, 7.0] },
];

/// Prints each gate, and says whether all hold.
pub fn hold(stage: &Stage) -> bool {
    println!("\nseal and open, times as fast as the peer");
    let mut held = true;
    for gate in &GATES {
        for (state, times) in STATES.into_iter().zip(gate.times) {
            let found = stage.both(gate.peer, state) / stage.both(gate.ours, state);
            let (verdict, ours) = (if found >= times { "ok   " } else { "UNDER" }, gate.ours.replace(['*', '`'], ""));
            println!("{verdict} {ours:<22} against {:<42} {state:<8} {found:6.2}, at least {times:.1}", gate.peer);
            held &= found >= times;
        }
    }
    held
}
