//! Any set of authentic siblings. Oracle: the join is commutative, associative and idempotent; an answer changes nothing; a write is there.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| orderslip_fuzz::siblings(data));
