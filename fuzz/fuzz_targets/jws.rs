//! Other people's JWS. Oracle: noise never verifies; what verifies is the payload that was signed, under a header that a second parser takes as well.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| orderslip_fuzz::jws(data));
