//! Structured states, every format, any bindings. Oracle: opens as what it was, bound as it was, in its time, and not otherwise.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| orderslip_fuzz::roundtrip(data));
