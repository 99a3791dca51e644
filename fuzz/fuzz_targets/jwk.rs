//! One key. Oracle: misuse that quotes no secret, or a key that is written and read as the same, and no secret in its public half.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| orderslip_fuzz::jwk(data));
