//! Other people's JWE. Oracle: noise never opens; what opens is the plaintext that was encrypted, under a header that a second parser takes as well.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| orderslip_fuzz::jwe(data));
