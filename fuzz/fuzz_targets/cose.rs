//! Other people's COSE messages. Oracle: noise never opens; what opens is what was proven, by one reader, in one context, with nothing behind it.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| orderslip_fuzz::cose(data));
