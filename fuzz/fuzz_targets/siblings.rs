//! Any set of authentic siblings. Oracle: what they mean depends neither on their order nor on repetition nor on the fields that they come in; an answer changes nothing; a write is there.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| orderslip_fuzz::siblings(data));
