//! Authentic claims of any bytes, in COSE and in JOSE. Oracle: accepted implies canonical; times are in order; a second parser agrees.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| orderslip_fuzz::claims(data));
