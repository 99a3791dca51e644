//! The Cookie fields of a request. Oracle: a second reader finds the same values; nothing opens that was not sealed for its name; lines are clean.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| orderslip_fuzz::cookie_header(data));
