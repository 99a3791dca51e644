//! Requests and answers of one browser, and what handlers do. Oracle: the next request brings what was meant; a browser drops no line.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| orderslip_fuzz::jar_plan(data));
